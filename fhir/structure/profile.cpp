#include "fhir/structure/profile.h"

namespace waymark::structure {

std::unique_ptr<ProfileNode> ProfileNode::clone() const {
    auto copy = std::make_unique<ProfileNode>();
    copy->id = id;
    copy->sliceName = sliceName;
    copy->name = name;
    copy->only = only;
    copy->type = type;
    copy->min = min;
    copy->max = max;
    copy->maxLength = maxLength;
    copy->isModifier = isModifier;
    copy->types = types;
    copy->fixed = fixed;
    copy->pattern = pattern;
    copy->minValue = minValue;
    copy->maxValue = maxValue;
    copy->binding = binding;
    copy->constraints = constraints;
    copy->slicing = slicing;
    copy->closedByType = closedByType;
    copy->reuse = reuse;
    for (const auto& slice : slices) copy->slices.push_back(slice->clone());
    for (const auto& each : children) copy->children.push_back(each->clone());
    return copy;
}

const ProfileNode* ProfileNode::child(model::NameId childName) const {
    for (const auto& each : children) {
        if (each->name == childName) return each.get();
    }
    return nullptr;
}

namespace {

const ProfileNode* nodeBelow(const ProfileNode& node, std::string_view id) {
    if (node.id == id) return &node;
    for (const auto& child : node.children) {
        if (const ProfileNode* const found = nodeBelow(*child, id)) return found;
    }
    for (const auto& slice : node.slices) {
        if (const ProfileNode* const found = nodeBelow(*slice, id)) return found;
    }
    return nullptr;
}

}  // namespace

const ProfileNode* Profile::node(std::string_view id) const {
    return root ? nodeBelow(*root, id) : nullptr;
}

}  // namespace waymark::structure
