// Code systems, value sets and concept maps, loaded from resources and then immutable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/tree/element.h"

namespace waymark::terminology {

struct Coding {
    std::string_view system;
    std::string_view code;
    std::string_view display;
};

/// One row of a ConceptMap group (R4): source code to target code with an equivalence.
struct Translation {
    Coding target;
    std::string_view equivalence;  ///< R4 ConceptMapEquivalence: "equivalent", "wider", ...
};

class ConceptTable;

/// Built from CodeSystem, ValueSet and ConceptMap resources; shared between threads once built.
class Terminology {
public:
    Terminology();
    ~Terminology();
    Terminology(Terminology&&) noexcept;
    Terminology& operator=(Terminology&&) noexcept;

    /// Adds a CodeSystem, ValueSet or ConceptMap; what is kept is copied. `file` is for issues.
    /// Faults: no url, a second resource of the same url, a compose that names an unknown system
    /// without codes.
    Result<void> add(tree::Element resource, const model::Model& model, std::string_view file);

    /// The display of a code; none when the system or the code is not known.
    [[nodiscard]] std::optional<std::string_view> display(std::string_view system,
                                                          std::string_view code) const;
    /// Whether the value set holds the code; none when the value set is not known. An empty system
    /// matches any system of the set.
    [[nodiscard]] std::optional<bool> contains(std::string_view valueSet, std::string_view system,
                                               std::string_view code) const;
    /// All translations of a code by a ConceptMap, equivalence unmatched and disjoint left out;
    /// none when the map is not known. `unmapped` rules of the group are applied.
    [[nodiscard]] std::optional<std::vector<Translation>> translate(std::string_view conceptMap,
                                                                    std::string_view system,
                                                                    std::string_view code) const;
    [[nodiscard]] bool hasConceptMap(std::string_view url) const;
    /// The map's table, for those who look up many codes; nullptr when the map is not known. Good
    /// as long as the Terminology (a moved one keeps its tables).
    [[nodiscard]] const ConceptTable* conceptMap(std::string_view url) const;
    [[nodiscard]] bool hasCodeSystem(std::string_view url) const;

    struct Tables;

private:
    std::unique_ptr<Tables> tables_;
};

}  // namespace waymark::terminology
