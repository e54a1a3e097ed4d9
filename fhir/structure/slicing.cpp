// Slices (FHIR R4 section 5.1.0.12): which repetition belongs to which slice, and what follows.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/match.h"
#include "fhir/structure/profile_check.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

/// The node of a slice that a discriminator's path leads to; a value fixed further up counts.
struct Target {
    const ProfileNode* node = nullptr;
    tree::Element fixed;
    tree::Element pattern;
};

/// The slice of a node's extensions that is for this url.
const ProfileNode* extensionIn(const ProfileNode& node, const std::string& url) {
    const ProfileNode* const extensions = node.child(name::extension);
    if (!extensions) return nullptr;
    for (const auto& slice : extensions->slices) {
        const ProfileNode* const fixed = slice->child(name::url);
        if (fixed && fixed->fixed && fixed->fixed.text() == url) return slice.get();
        for (const TypeRule& rule : slice->types) {
            if (std::ranges::find(rule.profiles, url) != rule.profiles.end()) return slice.get();
        }
    }
    return nullptr;
}

Target targetIn(const ProfileNode& slice, const Discriminator& by) {
    Target target{&slice, slice.fixed, slice.pattern};
    for (const DiscriminatorStep& step : by.steps) {
        if (step.kind == DiscriminatorStep::Kind::Extension) {
            target = {target.node ? extensionIn(*target.node, step.url) : nullptr, {}, {}};
        }
        if (step.kind != DiscriminatorStep::Kind::Child) continue;
        if (target.fixed) target.fixed = target.fixed.child(step.name);
        if (target.pattern) target.pattern = target.pattern.child(step.name);
        target.node = target.node ? target.node->child(step.name) : nullptr;
        if (!target.node) continue;
        if (target.node->fixed) target.fixed = target.node->fixed;
        if (target.node->pattern) target.pattern = target.node->pattern;
    }
    return target;
}

bool isUrlOnly(const Discriminator& by) {
    return by.steps.size() == 1 && by.steps.front().kind == DiscriminatorStep::Kind::Child &&
           by.steps.front().name == name::url;
}

}  // namespace

std::vector<tree::Element> ProfileCheck::follow(tree::Element element, const Discriminator& by) {
    std::vector<tree::Element> at{element};
    for (const DiscriminatorStep& step : by.steps) {
        std::vector<tree::Element> next;
        for (const tree::Element each : at) {
            switch (step.kind) {
                case DiscriminatorStep::Kind::Child:
                    for (auto child = each.child(step.name); child; child = child.nextSame()) {
                        next.push_back(child);
                    }
                    break;
                case DiscriminatorStep::Kind::Extension:
                    for (auto child = each.child(name::extension); child;
                         child = child.nextSame()) {
                        if (childText(child, name::url) == step.url) next.push_back(child);
                    }
                    break;
                case DiscriminatorStep::Kind::OfType:
                    if (run_.model().isA(each.type(), step.type)) next.push_back(each);
                    break;
                case DiscriminatorStep::Kind::Resolve:
                    if (each.type() == type::Reference) {
                        if (const tree::Element found = run_.targetOf(each)) next.push_back(found);
                    }
                    break;
            }
        }
        at = std::move(next);
    }
    return at;
}

bool ProfileCheck::matchesValue(const std::vector<tree::Element>& found, const Discriminator& by,
                                const ProfileNode& slice) {
    const Target target = targetIn(slice, by);
    if (target.fixed || target.pattern) {
        return std::ranges::any_of(found, [&](tree::Element at) {
            return target.fixed ? equalsFixed(at, target.fixed)
                                : matchesPattern(at, target.pattern);
        });
    }
    // An extension is known by its url, whatever else its profile says.
    if (slice.type == type::Extension && isUrlOnly(by)) {
        for (const TypeRule& rule : slice.types) {
            for (const std::string& canonical : rule.profiles) {
                const std::string_view url =
                    std::string_view(canonical).substr(0, canonical.find('|'));
                if (!found.empty() && found.front().text() == url) return true;
            }
        }
        return false;
    }
    const ProfileNode* const node = target.node;
    if (!node || !node->binding) return false;
    return std::ranges::any_of(found, [&](tree::Element at) {
        bool inside = false;
        const auto take = [&](std::string_view system, std::string_view code) {
            inside = inside || set_.contains(node->binding->valueSet, system, code).value_or(false);
        };
        if (at.type() == type::CodeableConcept) {
            for (auto each = at.child(name::coding); each; each = each.nextSame()) {
                take(childText(each, name::system), childText(each, name::code));
            }
        } else if (at.type() == type::Coding) {
            take(childText(at, name::system), childText(at, name::code));
        } else {
            take({}, at.text());
        }
        return inside;
    });
}

/// Behind resolve() the type is the one that the reference may lead to.
bool ProfileCheck::matchesType(const std::vector<tree::Element>& found, const Discriminator& by,
                               const ProfileNode& target) {
    const bool resolved =
        !by.steps.empty() && by.steps.back().kind == DiscriminatorStep::Kind::Resolve;
    const auto fits = [&](tree::Element at, const TypeRule& rule) {
        if (!resolved) return run_.model().isA(at.type(), rule.type);
        return std::ranges::any_of(rule.targets, [&](const std::string& canonical) {
            const Profile* const profile = set_.find(canonical);
            const model::TypeId type =
                profile ? profile->type
                        : run_.model().typeAt(canonical.substr(0, canonical.find('|')));
            return type != model::kNoType && run_.model().isA(at.type(), type);
        });
    };
    return std::ranges::any_of(found, [&](tree::Element at) {
        return std::ranges::any_of(target.types,
                                   [&](const TypeRule& rule) { return fits(at, rule); });
    });
}

bool ProfileCheck::discriminates(tree::Element element, const Discriminator& by,
                                 const ProfileNode& slice) {
    const auto found = follow(element, by);
    const Target target = targetIn(slice, by);
    switch (by.kind) {
        case DiscriminatorKind::Value:
            return matchesValue(found, by, slice);
        case DiscriminatorKind::Exists:
            if (!target.node) return false;
            return target.node->max == 0 ? found.empty() : !found.empty();
        case DiscriminatorKind::Type:
            return target.node && matchesType(found, by, *target.node);
        case DiscriminatorKind::Profile:
            if (!target.node) return false;
            return std::ranges::any_of(found, [&](tree::Element at) {
                return std::ranges::any_of(target.node->types, [&](const TypeRule& rule) {
                    const auto fits = [&](const std::string& canonical) {
                        const Profile* const profile = set_.find(canonical);
                        return profile && conforms(at, *profile);
                    };
                    return std::ranges::any_of(rule.profiles, fits) ||
                           std::ranges::any_of(rule.targets, fits);
                });
            });
    }
    return false;
}

bool ProfileCheck::isInSlice(tree::Element element, const ProfileNode& node,
                             const ProfileNode& slice) {
    if (!node.slicing || node.slicing->discriminators.empty()) {
        // Without a discriminator a slice is what conforms to it whole.
        return false;
    }
    return std::ranges::all_of(node.slicing->discriminators, [&](const Discriminator& by) {
        return discriminates(element, by, slice);
    });
}

void ProfileCheck::checkSlices(tree::Element parent, const ProfileNode& node,
                               const std::vector<tree::Element>& elements, const Profile& profile) {
    std::vector<std::uint32_t> counts(node.slices.size(), 0);
    std::size_t last = 0;
    bool sawOthers = false;
    const Slicing slicing = node.slicing.value_or(Slicing());
    for (const tree::Element at : elements) {
        if (!spend()) return;
        std::size_t index = 0;
        while (index < node.slices.size() && !isInSlice(at, node, *node.slices[index])) ++index;
        if (index == node.slices.size()) {
            sawOthers = true;
            if (slicing.rules == SlicingRules::Closed) {
                run_.error(at, IssueType::Structure, "slice-closed",
                           fmt::format("This fits no slice of {}, and the profile {} allows no "
                                       "others.",
                                       node.id, profile.name));
            }
            continue;
        }
        const ProfileNode& slice = *node.slices[index];
        ++counts[index];
        if (slicing.ordered && index < last) {
            run_.error(at, IssueType::Structure, "slice-order",
                       fmt::format("The slices of {} have an order, in which {} stands before what "
                                   "is above it here.",
                                   node.id, slice.sliceName));
        }
        if (slicing.rules == SlicingRules::OpenAtEnd && sawOthers) {
            run_.error(
                at, IssueType::Structure, "slice-order",
                fmt::format("What is in no slice of {} must stand after all slices.", node.id));
        }
        last = std::max(last, index);
        checkNode(at, slice, profile);
    }
    for (std::size_t i = 0; i < node.slices.size(); ++i) {
        checkCount(parent, *node.slices[i], counts[i], profile);
    }
}

}  // namespace waymark::structure
