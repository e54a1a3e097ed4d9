// A profile, compiled: a tree of what it demands of elements beyond R4, nothing where it demands
// nothing. A derived profile's tree is its base's with its own constraints on top, which is what a
// snapshot would say. Immutable once built; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/facts.h"
#include "fhir/structure/rules.h"
#include "fhir/tree/element.h"

namespace waymark::structure {

struct Profile;

inline constexpr std::uint32_t kMany = std::numeric_limits<std::uint32_t>::max();

/// One type that an element may have.
struct TypeRule {
    enum Aggregation : std::uint8_t { kContained = 1, kReferenced = 2, kBundled = 4 };

    model::TypeId type = model::kNoType;
    std::uint8_t aggregation = 0;       ///< how a Reference may lead to its target; 0: anyhow
    std::vector<std::string> profiles;  ///< canonicals; it must conform to one of them
    std::vector<std::string> targets;   ///< of a Reference: profiles or types, one of them
};

enum class DiscriminatorKind : std::uint8_t { Value, Exists, Type, Profile };

/// One step of a discriminator's restricted path.
struct DiscriminatorStep {
    enum class Kind : std::uint8_t { Child, Extension, OfType, Resolve };
    Kind kind = Kind::Child;
    model::NameId name = model::kNoName;
    model::TypeId type = model::kNoType;
    std::string url;
};

struct Discriminator {
    DiscriminatorKind kind = DiscriminatorKind::Value;
    std::vector<DiscriminatorStep> steps;  ///< empty: $this
};

enum class SlicingRules : std::uint8_t { Open, Closed, OpenAtEnd };

struct Slicing {
    std::vector<Discriminator> discriminators;
    SlicingRules rules = SlicingRules::Open;
    bool ordered = false;
};

struct ProfileBinding {
    model::Strength strength = model::Strength::Required;
    std::string valueSet;
    std::string maximum;
};

struct ProfileNode {
    std::string id;  ///< "Patient.identifier:nhsNumber", for sentences
    std::string sliceName;
    model::NameId name = model::kNoName;
    model::TypeId only = model::kNoType;  ///< this alternative of a choice
    model::TypeId type = model::kNoType;  ///< of the element when it is one; for building
    std::uint32_t min = 0;
    std::uint32_t max = kMany;
    std::uint32_t maxLength = kMany;  ///< in characters
    bool isModifier = false;
    std::vector<TypeRule> types;  ///< empty: as R4 has it
    tree::Element fixed;
    tree::Element pattern;
    tree::Element minValue;
    tree::Element maxValue;
    std::optional<ProfileBinding> binding;
    std::vector<std::shared_ptr<const Constraint>> constraints;
    std::optional<Slicing> slicing;
    /// A choice that is sliced by its type, closed: only alternatives with a node of their own.
    bool closedByType = false;
    std::vector<std::unique_ptr<ProfileNode>> slices;
    std::vector<std::unique_ptr<ProfileNode>> children;
    /// Content defined elsewhere (contentReference): those children hold here, too.
    std::string reuse;

    [[nodiscard]] std::unique_ptr<ProfileNode> clone() const;
    [[nodiscard]] const ProfileNode* child(model::NameId childName) const;
};

/// Where an extension may stand (StructureDefinition.context).
struct ExtensionContext {
    std::string kind;  ///< element, extension, fhirpath
    std::string expression;
};

struct Profile {
    std::string url;
    std::string name;
    model::TypeId type = model::kNoType;
    std::unique_ptr<ProfileNode> root;
    std::vector<ExtensionContext> contexts;
    bool isExtension = false;
    bool isModifierExtension = false;

    /// The node with this element id, for `reuse`; nullptr when there is none.
    [[nodiscard]] const ProfileNode* node(std::string_view id) const;
};

}  // namespace waymark::structure
