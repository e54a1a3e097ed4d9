#include "fhir/structure/profile_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "fhir/core/utf8.h"
#include "fhir/model/r4_ids.h"
#include "fhir/structure/codes.h"
#include "fhir/structure/match.h"
#include "fhir/structure/reference.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

std::uint64_t pairOf(tree::Element element, const Profile& profile) {
    const auto a = reinterpret_cast<std::uintptr_t>(element.node());
    const auto b = reinterpret_cast<std::uintptr_t>(&profile);
    return (a * 0x9E3779B97F4A7C15ULL) ^ (b >> 3U);
}

tree::Element following(tree::Element at, tree::Element root) {
    if (at.firstChild()) return at.firstChild();
    while (at != root && !at.next()) at = at.parent();
    return at == root ? tree::Element() : at.next();
}

std::string_view withoutVersion(std::string_view canonical) {
    return canonical.substr(0, canonical.find('|'));
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The type that an R4 canonical names; kNoType for a profile's.
model::TypeId typeOfCanonical(std::string_view canonical, const model::Model& model) {
    constexpr std::string_view kPrefix = "http://hl7.org/fhir/StructureDefinition/";
    if (!canonical.starts_with(kPrefix)) return model::kNoType;
    return model.typeNamed(withoutVersion(canonical.substr(kPrefix.size())));
}

}  // namespace

/// Counts work; false when there is too much of it.
bool ProfileCheck::spend() {
    if (run_.isFull()) return false;
    if (++spent_ % 1024 == 0) run_.checkTime();
    if (spent_ <= run_.options().limits.profileChecks) return true;
    run_.stop("Validation against profiles takes too many steps and stopped.");
    return false;
}

std::optional<bool> ProfileCheck::Answers::memberOf(std::string_view valueSet,
                                                    std::string_view system,
                                                    std::string_view code) const {
    return owner_.set_.contains(valueSet, system, code);
}

std::optional<bool> ProfileCheck::Answers::conformsTo(tree::Element element,
                                                      std::string_view canonical) const {
    const model::Model& model = owner_.run_.model();
    const model::TypeId type = typeOfCanonical(canonical, model);
    if (type != model::kNoType) return model.isA(element.type(), type);
    const Profile* const profile = owner_.set_.find(canonical);
    if (!profile) return std::nullopt;
    return owner_.conforms(element, *profile);
}

void ProfileCheck::checkDocument() {
    const tree::Element root = run_.document().root;
    for (const std::string& canonical : run_.options().profiles) {
        const Profile* const profile = set_.find(canonical);
        if (profile) {
            check(root, *profile);
        } else if (typeOfCanonical(canonical, run_.model()) == model::kNoType) {
            run_.error(root, IssueType::NotFound, "profile-unknown",
                       fmt::format("The profile {} is not known here.", canonical));
        }
    }
    for (tree::Element at = root; at && spend(); at = following(at, root)) {
        if (at.type() == type::Extension) {
            checkExtension(at);
        } else if (run_.rules().of(at.type()).isResource) {
            checkResource(at);
        }
    }
}

void ProfileCheck::checkResource(tree::Element resource) {
    const tree::Element meta = resource.child(name::meta);
    if (!meta || !run_.options().metaProfiles) return;
    for (tree::Element at = meta.child(name::profile); at; at = at.nextSame()) {
        if (!at.hasValue()) continue;
        if (const Profile* const profile = set_.find(at.text())) {
            check(resource, *profile);
        } else {
            profileUnknown(at, at.text());
        }
    }
}

void ProfileCheck::profileUnknown(tree::Element at, std::string_view canonical) {
    if (typeOfCanonical(canonical, run_.model()) != model::kNoType) return;
    run_.warning(at, IssueType::NotFound, "profile-unknown",
                 "This profile is in no package that is known here, so it was not checked.");
}

void ProfileCheck::check(tree::Element element, const Profile& profile) {
    if (!run_.isSilent() && !told_.insert(pairOf(element, profile)).second) return;
    if (!spend()) return;
    if (depth_ >= run_.options().limits.profileDepth) return;
    if (!run_.model().isA(element.type(), profile.type)) {
        return run_.error(element, IssueType::Invalid, "profile-type",
                          fmt::format("{} is a profile of {}; this is a {}.", profile.url,
                                      run_.model().type(profile.type).name,
                                      run_.model().type(element.type()).name));
    }
    ++depth_;
    const tree::Element before = run_.resource();
    run_.enter(path::resourceOf(element, run_.model()));
    checkNode(element, *profile.root, profile);
    run_.enter(before);
    --depth_;
}

bool ProfileCheck::conforms(tree::Element element, const Profile& profile) {
    const Run::Silence silence(run_);
    check(element, profile);
    return !silence.sawError();
}

void ProfileCheck::checkNode(tree::Element element, const ProfileNode& node,
                             const Profile& profile) {
    if (!spend() || run_.isSettled()) return;
    checkOwn(element, node, profile);
    checkChildren(element, node, profile);
    if (node.reuse.empty()) return;
    if (const ProfileNode* const other = profile.node(node.reuse)) {
        checkChildren(element, *other, profile);
    }
}

/// What the node says of the element itself.
void ProfileCheck::checkOwn(tree::Element element, const ProfileNode& node,
                            const Profile& profile) {
    if (node.fixed && !equalsFixed(element, node.fixed)) {
        run_.error(
            element, IssueType::Value, "fixed",
            fmt::format(
                "{} must be exactly what the profile {} fixes{}.", node.id, profile.name,
                node.fixed.hasValue() ? fmt::format(", `{}`", node.fixed.text()) : std::string()));
    }
    if (node.pattern && !matchesPattern(element, node.pattern)) {
        run_.error(element, IssueType::Value, "pattern",
                   fmt::format("{} must have all that the pattern of the profile {} has.", node.id,
                               profile.name));
    }
    if (node.maxLength != kMany && element.hasValue() &&
        characters(element.text()) > node.maxLength) {
        run_.error(element, IssueType::TooLong, "max-length",
                   fmt::format("{} may have {} characters at most.", node.id, node.maxLength));
    }
    const auto least = node.minValue ? compareValues(element, node.minValue) : std::nullopt;
    const auto most = node.maxValue ? compareValues(element, node.maxValue) : std::nullopt;
    if ((least && *least < 0) || (most && *most > 0)) {
        run_.error(element, IssueType::Value, "value-range",
                   fmt::format("{} is outside of the range that the profile {} allows.", node.id,
                               profile.name));
    }
    if (!node.types.empty()) checkTypes(element, node, profile);
    if (node.binding) checkBound(element, *node.binding);
    for (const auto& constraint : node.constraints) {
        if (!constraint->holdsAtOnce(element)) run_.ask(element, *constraint);
    }
}

void ProfileCheck::checkChildren(tree::Element element, const ProfileNode& node,
                                 const Profile& profile) {
    for (const auto& child : node.children) {
        if (run_.isFull() || run_.isSettled()) return;
        checkChild(element, *child, profile);
        if (child->closedByType) checkAlternatives(element, *child, node, profile);
    }
    // An item inside an item is held against the same rules.
    if (run_.model().type(element.type()).kind != model::TypeKind::Backbone) return;
    for (const tree::Element child : element.children()) {
        if (child.type() != element.type() || node.child(child.name())) continue;
        checkChildren(child, node, profile);
    }
}

void ProfileCheck::checkChild(tree::Element parent, const ProfileNode& node,
                              const Profile& profile) {
    std::vector<tree::Element> elements;
    for (tree::Element at = parent.child(node.name); at; at = at.nextSame()) {
        if (node.only == model::kNoType || at.type() == node.only) elements.push_back(at);
    }
    checkCount(parent, node, static_cast<std::uint32_t>(elements.size()), profile);
    if (node.max == 0) return;
    for (const tree::Element at : elements) checkNode(at, node, profile);
    if (!node.slices.empty() || node.slicing) checkSlices(parent, node, elements, profile);
}

void ProfileCheck::checkAlternatives(tree::Element parent, const ProfileNode& choice,
                                     const ProfileNode& owner, const Profile& profile) {
    for (tree::Element at = parent.child(choice.name); at; at = at.nextSame()) {
        const bool known = std::ranges::any_of(owner.children, [&](const auto& each) {
            return each->name == choice.name && each->only == at.type();
        });
        if (known) continue;
        run_.error(at, IssueType::Structure, "slice-closed",
                   fmt::format("{} is a {} here, which the profile {} does not allow.", choice.id,
                               run_.model().type(at.type()).name, profile.name));
    }
}

void ProfileCheck::checkCount(tree::Element parent, const ProfileNode& node, std::uint32_t count,
                              const Profile& profile) {
    if (count < node.min) {
        run_.error(parent, IssueType::Required, "profile-min",
                   fmt::format("{} is required by the profile {}: {} at least, {} here; add it.",
                               node.id, profile.name, node.min, count));
    }
    if (count > node.max) {
        run_.error(parent, IssueType::Structure, "profile-max",
                   node.max == 0
                       ? fmt::format("{} is not allowed by the profile {}; leave it out.", node.id,
                                     profile.name)
                       : fmt::format("{} may stand {} times at most in the profile {}, not {}.",
                                     node.id, node.max, profile.name, count));
    }
}

void ProfileCheck::checkTypes(tree::Element element, const ProfileNode& node,
                              const Profile& profile) {
    const auto fits = [&](const TypeRule& rule) {
        return run_.model().isA(element.type(), rule.type);
    };
    const auto rule = std::ranges::find_if(node.types, fits);
    if (rule == node.types.end()) {
        // A node of the base's path has the type of its definition; only choices and resources can
        // be narrowed, and Backbone elements are types of their own here.
        if (run_.model().type(element.type()).kind == model::TypeKind::Backbone) return;
        std::string names;
        for (const TypeRule& each : node.types) {
            names +=
                fmt::format("{}{}", names.empty() ? "" : ", ", run_.model().type(each.type).name);
        }
        return run_.error(element, IssueType::Structure, "profile-type",
                          fmt::format("{} is a {} here; the profile {} allows {} only.", node.id,
                                      run_.model().type(element.type()).name, profile.name, names));
    }
    if (!rule->profiles.empty()) checkTypeProfiles(element, *rule, profile);
    if (!rule->targets.empty()) checkTargets(element, node, *rule, profile);
    if (rule->aggregation != 0) checkAggregation(element, node, *rule, profile);
}

/// Whether the target stands where the profile wants it: in the resource, in the Bundle, elsewhere.
void ProfileCheck::checkAggregation(tree::Element element, const ProfileNode& node,
                                    const TypeRule& rule, const Profile& profile) {
    const std::string_view text = childText(element, name::reference);
    if (element.type() != type::Reference || text.empty()) return;
    const auto found = text.front() == '#'      ? TypeRule::kContained
                       : run_.targetOf(element) ? TypeRule::kBundled
                                                : TypeRule::kReferenced;
    if ((rule.aggregation & found) != 0) return;
    run_.error(element, IssueType::Structure, "reference-aggregation",
               fmt::format("{} leads to a resource that is {}; the profile {} wants it otherwise.",
                           node.id,
                           found == TypeRule::kContained ? "contained"
                           : found == TypeRule::kBundled ? "in the Bundle"
                                                         : "elsewhere",
                           profile.name));
}

/// One of the profiles must hold; what is not known cannot be held against the element.
void ProfileCheck::checkTypeProfiles(tree::Element element, const TypeRule& rule,
                                     const Profile& profile) {
    std::vector<const Profile*> known;
    for (const std::string& canonical : rule.profiles) {
        const Profile* const found = set_.find(canonical);
        if (!found) return;
        known.push_back(found);
    }
    if (known.size() == 1) return check(element, *known.front());
    if (depth_ >= run_.options().limits.profileDepth) return;
    const bool any =
        std::ranges::any_of(known, [&](const Profile* each) { return conforms(element, *each); });
    if (any) return;
    run_.error(
        element, IssueType::Structure, "profile-none",
        fmt::format("This conforms to none of the profiles that {} allows here.", profile.name));
    // What keeps it from each, so that one can be chosen and mended.
    for (const Profile* const each : known) check(element, *each);
}

void ProfileCheck::checkTargets(tree::Element element, const ProfileNode& node,
                                const TypeRule& rule, const Profile& profile) {
    if (element.type() != type::Reference) return;
    const model::TypeId found = targetTypeOf(element, run_);
    if (found == model::kNoType) return;
    const tree::Element target = run_.targetOf(element);
    bool allowed = false;
    bool typeFits = false;
    for (const std::string& canonical : rule.targets) {
        const model::TypeId plain = typeOfCanonical(canonical, run_.model());
        const Profile* const wanted = plain == model::kNoType ? set_.find(canonical) : nullptr;
        const model::TypeId wantedType = wanted ? wanted->type : plain;
        // A profile that is in no package: nothing can be said.
        if (wantedType == model::kNoType) return;
        if (!run_.model().isA(found, wantedType)) continue;
        typeFits = true;
        // Everybody refers to everybody: two steps from a resource are enough.
        if (!wanted || !target || depth_ > 2 || conforms(target, *wanted)) allowed = true;
        if (allowed) return;
    }
    run_.error(element, IssueType::Structure, "reference-target",
               typeFits ? fmt::format("{} leads to a {} that conforms to none of the profiles that "
                                      "{} allows.",
                                      node.id, run_.model().type(found).name, profile.name)
                        : fmt::format("{} leads to a {}, which {} does not allow.", node.id,
                                      run_.model().type(found).name, profile.name));
}

void ProfileCheck::checkBound(tree::Element element, const ProfileBinding& binding) {
    const Bound bound{binding.strength, withoutVersion(binding.valueSet), binding.maximum};
    const auto contains = [this](std::string_view valueSet) {
        return [this, valueSet](std::string_view system, std::string_view code) {
            return set_.contains(valueSet, system, code);
        };
    };
    // Without the value set nothing can be said, not even that a code is missing.
    checkBinding(element, bound, contains(binding.valueSet), contains(binding.maximum), run_);
}

}  // namespace waymark::structure
