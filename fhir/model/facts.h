// The cold facts of FHIR 4.0.1 beside the structural table: bindings and the codes of their value
// sets, invariants, targets of references, search parameters. Generated like the types, read on
// first use, then immutable; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/model.h"

namespace waymark::model {

enum class Strength : std::uint8_t { Required, Extensible, Preferred };

/// The value set of an element; example bindings are left out.
struct Binding {
    TypeId owner = kNoType;  ///< "Patient.contact"
    NameId element = kNoName;
    Strength strength = Strength::Required;
    std::string valueSet;  ///< canonical without version
    std::string maximum;   ///< what no code may leave (elementdefinition-maxValueSet); often empty
};

/// A constraint, at the type or element that defines it; what inherits from the type has it too.
struct Invariant {
    TypeId owner = kNoType;
    NameId element = kNoName;  ///< kNoName: it holds for the type itself
    std::string_view key;      ///< "bdl-7"
    bool isError = true;       ///< else a warning
    bool isBestPractice = false;
    std::string human;
    std::string expression;  ///< FHIRPath as published
};

enum class SearchType : std::uint8_t {
    Number,
    Date,
    String,
    Token,
    Reference,
    Composite,
    Quantity,
    Uri,
    Special,
};

struct SearchParameter {
    std::string_view code;  ///< "patient"
    SearchType type = SearchType::Token;
    std::vector<TypeId> bases;    ///< "Resource" and "DomainResource" among them
    std::vector<TypeId> targets;  ///< of a reference; empty: any resource
    std::string expression;
};

/// The codes of one system in a value set.
struct CodeGroup {
    std::string_view system;
    bool isOpen = false;  ///< the codes are another terminology's: nothing can be said about them
    std::vector<std::string_view> codes;
};

struct ValueSet {
    std::string url;
    bool isOpen = false;  ///< nothing is known about it
    std::vector<CodeGroup> groups;

    /// Whether it holds the code; none when the part in question is open. An empty system matches
    /// any system of the set.
    [[nodiscard]] std::optional<bool> contains(std::string_view system,
                                               std::string_view code) const;
};

class Facts {
public:
    static const Facts& r4();

    /// nullptr when the element has no binding stronger than example. `owner` is the type that
    /// defines the element or one that inherits it.
    [[nodiscard]] const Binding* binding(TypeId owner, NameId element) const;
    /// Value sets that a required or extensible binding names; nullptr for others.
    [[nodiscard]] const ValueSet* valueSet(std::string_view url) const;
    /// What this type or its elements define; bases have theirs.
    [[nodiscard]] std::span<const Invariant> invariants(TypeId owner) const;
    /// The resources to which a Reference element may point; empty: any.
    [[nodiscard]] std::span<const TypeId> targets(TypeId owner, NameId element) const;
    [[nodiscard]] std::span<const SearchParameter> searchParameters() const;
    /// By code, of the resource type or its bases; nullptr when there is none.
    [[nodiscard]] const SearchParameter* searchParameter(TypeId resource,
                                                         std::string_view code) const;

    Facts(const Facts&) = delete;
    Facts& operator=(const Facts&) = delete;
    ~Facts();

private:
    struct Tables;
    Facts();
    std::unique_ptr<Tables> tables_;
};

}  // namespace waymark::model
