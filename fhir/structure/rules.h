// What R4 itself demands beyond shape, compiled once: per type its invariants and its native
// checks, per element its binding and its reference targets. Immutable; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/model/facts.h"
#include "fhir/path/expression.h"
#include "fhir/tree/element.h"

namespace waymark::structure {

class Run;

/// A check in C++: several invariants of one type at once, or rules that are no invariants.
using NativeCheck = void (*)(tree::Element element, Run& run);

/// An invariant that is asked through FHIRPath.
struct Constraint {
    std::string key;
    std::string human;
    bool isError = true;
    bool isBestPractice = false;
    /// An empty answer is no violation.
    bool emptyHolds = false;
    /// Without a child of this name it holds; kNoName: it must be asked.
    model::NameId gate = model::kNoName;
    /// With a child of this name it holds.
    model::NameId satisfiedBy = model::kNoName;
    path::Expression expression;

    /// Whether it holds at one look at the element's children.
    [[nodiscard]] bool holdsAtOnce(tree::Element element) const {
        return (gate != model::kNoName && !element.child(gate)) ||
               (satisfiedBy != model::kNoName && element.child(satisfiedBy));
    }
    /// Fails when the text is no FHIRPath for this focus (kNoType: any).
    static Result<Constraint> compile(std::string_view key, std::string_view human,
                                      std::string_view expression, model::TypeId focus);
};

/// What holds for every element of a type.
struct TypeRules {
    static constexpr std::size_t kNativeMax = 3;
    /// In place, for they are asked of almost every element; nullptr behind the last.
    std::array<NativeCheck, kNativeMax + 1> native{};
    std::vector<const Constraint*> constraints;
};

/// What holds for one element of one type: "ServiceRequest.subject".
struct ElementRules {
    const model::Binding* binding = nullptr;
    const model::ValueSet* valueSet = nullptr;
    const model::ValueSet* maximum = nullptr;
    std::span<const model::TypeId> targets;
    std::vector<const Constraint*> constraints;
};

class Rules {
public:
    static std::shared_ptr<const Rules> r4();

    /// Whether anything may be asked of elements of a type, in one load.
    struct TypeEntry {
        const TypeRules* rules = nullptr;  ///< nullptr: nothing of the type itself
        std::uint64_t names = 0;  ///< bit name % 64 for each of its elements that has ElementRules
        bool isResource = false;
    };
    [[nodiscard]] const TypeEntry& of(model::TypeId type) const {
        return types_[type < types_.size() ? type : model::kNoType];
    }
    [[nodiscard]] const ElementRules* of(model::TypeId owner, model::NameId name) const {
        const std::uint32_t key = keyOf(owner, name);
        for (std::size_t at = slotOf(key); slots_[at].rules; at = (at + 1) & (slots_.size() - 1)) {
            if (slots_[at].key == key) return slots_[at].rules;
        }
        return nullptr;
    }
    /// How many invariants are asked through FHIRPath; for tests.
    [[nodiscard]] std::size_t constraintCount() const { return constraints_.size(); }

private:
    struct Slot {
        std::uint32_t key = 0;
        const ElementRules* rules = nullptr;
    };
    Rules();
    void addInvariants(model::TypeId type);
    void addElements(model::TypeId type);
    void index();
    ElementRules& elementRules(model::TypeId owner, model::NameId name);
    const Constraint* constraint(const model::Invariant& invariant);
    static std::uint32_t keyOf(model::TypeId owner, model::NameId name) {
        return std::uint32_t{owner} << 16U | name;
    }
    [[nodiscard]] std::size_t slotOf(std::uint32_t key) const {
        return (key * 0x9E3779B1U >> 8U) & (slots_.size() - 1);
    }

    std::deque<Constraint> constraints_;
    std::unordered_map<const model::Invariant*, const Constraint*> compiled_;
    std::deque<TypeRules> typeRules_;
    std::vector<TypeEntry> types_;
    std::unordered_map<std::uint32_t, ElementRules> elements_;
    std::vector<Slot> slots_;
};

}  // namespace waymark::structure
