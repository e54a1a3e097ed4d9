#include "fhir/structure/profile_builder.h"

#include <fmt/format.h>

#include <utility>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/profile_layer.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace name = model::name;

namespace {

constexpr std::size_t kLongestDerivation = 64;
constexpr std::string_view kFhirTypes = "http://hl7.org/fhir/StructureDefinition/";

std::string_view withoutVersion(std::string_view canonical) {
    return canonical.substr(0, canonical.find('|'));
}

/// A type of R4 itself: its rules are asked of every element already.
bool isR4Type(std::string_view canonical) {
    if (!canonical.starts_with(kFhirTypes)) return false;
    return model::Model::r4().typeNamed(canonical.substr(kFhirTypes.size())) != model::kNoType;
}

}  // namespace

void ProfileBuilder::note(const package::Definition& definition, std::string text) {
    notes_.push_back(Issue{.severity = Severity::Warning,
                           .type = IssueType::Incomplete,
                           .text = fmt::format("In {}: {}.", definition.url, text),
                           .expression = {},
                           .at = {},
                           .code = {},
                           .file = definition.file});
}

std::unique_ptr<ProfileNode> ProfileBuilder::treeOf(const package::Definition& definition) {
    if (const auto known = trees_.find(definition.url); known != trees_.end()) {
        return known->second ? known->second->clone() : nullptr;
    }
    if (building_.size() == kLongestDerivation || !building_.insert(definition.url).second) {
        note(definition, "it derives from itself, or over too many others");
        return nullptr;
    }
    const tree::Element root = definition.document.root;
    const std::string_view typeName = childText(root, name::type);
    auto tree = std::make_unique<ProfileNode>();
    tree->id = typeName;
    tree->type = model::Model::r4().typeNamed(typeName);
    const std::string_view base = withoutVersion(childText(root, name::baseDefinition));
    bool hasBase = isR4Type(base);
    if (!hasBase) {
        const package::Definition* const parent = library_.structure(base);
        auto inherited = parent ? treeOf(*parent) : nullptr;
        hasBase = inherited != nullptr;
        if (inherited) tree = std::move(inherited);
    }
    tree::Element list = root.child(name::differential);
    const tree::Element snapshot = root.child(name::snapshot);
    if ((!list || !hasBase) && snapshot) list = snapshot;
    if (!hasBase && list != snapshot) {
        note(definition, fmt::format("its base {} is in no package, so that only what it says "
                                     "itself is checked",
                                     base));
    }
    std::vector<std::string> faults;
    if (list) ProfileLayer(*tree, faults).apply(list);
    for (std::string& fault : faults) note(definition, std::move(fault));
    building_.erase(definition.url);
    auto copy = tree->clone();
    trees_.emplace(definition.url, std::move(copy));
    return tree;
}

std::unique_ptr<Profile> ProfileBuilder::build(const package::Definition& definition) {
    const tree::Element root = definition.document.root;
    if (childText(root, name::derivation) == "specialization" ||
        childText(root, name::kind) == "logical") {
        return nullptr;
    }
    const model::TypeId typeId = model::Model::r4().typeNamed(childText(root, name::type));
    if (typeId == model::kNoType) {
        note(definition, "its type is no type of FHIR R4");
        return nullptr;
    }
    auto profile = std::make_unique<Profile>();
    profile->url = definition.url;
    profile->name = childText(root, name::name);
    profile->type = typeId;
    profile->root = treeOf(definition);
    if (!profile->root) return nullptr;
    profile->isExtension = typeId == model::type::Extension;
    profile->isModifierExtension = profile->isExtension && profile->root->isModifier;
    for (tree::Element at = root.child(name::context); at; at = at.nextSame()) {
        profile->contexts.push_back(
            {std::string(childText(at, name::type)), std::string(childText(at, name::expression))});
    }
    return profile;
}

}  // namespace waymark::structure
