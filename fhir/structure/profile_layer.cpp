#include "fhir/structure/profile_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/native.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

using model::Model;

constexpr std::string_view kFhirTypes = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view kSystemTypes = "http://hl7.org/fhirpath/System.";

/// The only definition of an element; nullptr when it is a choice, or the type is not known.
const model::ElementDef* onlyDef(model::TypeId owner, model::NameId element) {
    if (owner == model::kNoType || element == model::kNoName) return nullptr;
    const auto defs = Model::r4().elements(owner, element);
    return defs.size() == 1 ? &defs.front() : nullptr;
}

std::uint32_t number(std::string_view text, std::uint32_t otherwise) {
    std::uint32_t value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

model::TypeId typeOfCode(std::string_view code) {
    if (code.starts_with(kSystemTypes)) return model::kNoType;
    if (code.starts_with(kFhirTypes)) code.remove_prefix(kFhirTypes.size());
    return Model::r4().typeNamed(code);
}

/// Whether R4 has the invariant itself: snapshots repeat it everywhere.
bool isPublished(std::string_view key, std::string_view expression) {
    if (key == "ele-1" || key == "ext-1") return true;
    for (std::size_t i = 1; i < Model::r4().typeCount(); ++i) {
        for (const auto& invariant : model::Facts::r4().invariants(static_cast<model::TypeId>(i))) {
            if (invariant.key != key) continue;
            if (invariant.expression == expression || isNative(invariant)) return true;
        }
    }
    return false;
}

std::string_view withoutChoice(std::string_view segment) {
    if (segment.ends_with("[x]")) segment.remove_suffix(3);
    return segment;
}

}  // namespace

bool parseDiscriminator(std::string_view path, std::vector<DiscriminatorStep>& steps) {
    const auto& model = Model::r4();
    while (!path.empty()) {
        DiscriminatorStep step;
        const std::size_t open = path.find('(');
        const std::size_t dot = path.find('.');
        std::size_t end = std::min(dot, path.size());
        if (open < dot) {
            const std::size_t close = path.find(')', open);
            if (close == std::string_view::npos) return steps.clear(), false;
            const std::string_view function = path.substr(0, open);
            std::string_view argument = path.substr(open + 1, close - open - 1);
            if (argument.size() >= 2 && (argument.front() == '\'' || argument.front() == '"')) {
                argument = argument.substr(1, argument.size() - 2);
            }
            end = close + 1;
            if (function == "resolve") {
                step.kind = DiscriminatorStep::Kind::Resolve;
            } else if (function == "extension") {
                step.kind = DiscriminatorStep::Kind::Extension;
                step.url = argument;
            } else if (function == "ofType" || function == "as") {
                step.kind = DiscriminatorStep::Kind::OfType;
                step.type = model.typeNamed(argument);
            } else {
                return steps.clear(), false;
            }
            steps.push_back(std::move(step));
        } else if (const std::string_view word = path.substr(0, end); word != "$this") {
            step.name = model.nameId(withoutChoice(word));
            if (step.name == model::kNoName) return steps.clear(), false;
            steps.push_back(std::move(step));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return true;
}

void ProfileLayer::apply(tree::Element list) {
    for (tree::Element at = list.child(name::element); at; at = at.nextSame()) {
        const auto segments = segmentsOf(at);
        ProfileNode* const node = segments.empty() ? nullptr : nodeAt(segments);
        if (!node) {
            faults_.push_back(fmt::format("the element {} fits no element of the type",
                                          childText(at, name::path)));
            continue;
        }
        const ProfileNode* parent = nullptr;
        if (segments.size() > 1) {
            parent = nodeAt({segments.begin(), segments.end() - 1});
        }
        element(at, *node, parent);
    }
}

/// From the element's id ("Patient.identifier:nhs.value"); from path and sliceName without one.
std::vector<ProfileLayer::Segment> ProfileLayer::segmentsOf(tree::Element element) {
    const std::string_view id = childText(element, name::id);
    const std::string_view path = childText(element, name::path);
    if (id.empty() || path.empty()) return segmentsOfPath(element);
    std::vector<Segment> segments;
    std::size_t begin = 0;
    for (std::size_t from = 0; from <= path.size();) {
        const std::size_t pathEnd = std::min(path.find('.', from), path.size());
        const std::string_view word = path.substr(from, pathEnd - from);
        const std::size_t idEnd = std::min(id.find('.', begin), id.size());
        const std::string_view segment = begin <= id.size() ? id.substr(begin, idEnd - begin) : "";
        const std::string_view named = segment.substr(0, segment.find(':'));
        // Ids and paths that say different things are written by hand: then paths count.
        if (segments.empty() ? false : withoutChoice(named) != withoutChoice(word)) {
            return segmentsOfPath(element);
        }
        const std::size_t colon = segment.find(':');
        segments.push_back({std::string(word), colon == std::string_view::npos
                                                   ? std::string()
                                                   : std::string(segment.substr(colon + 1))});
        from = pathEnd + 1;
        begin = idEnd + 1;
    }
    if (!segments.empty()) segments.front().slice.clear();
    return segments;
}

std::vector<ProfileLayer::Segment> ProfileLayer::segmentsOfPath(tree::Element element) {
    const std::string_view path = childText(element, name::path);
    const std::string_view slice = childText(element, name::sliceName);
    const std::string below = std::string(path) + ".";
    std::erase_if(current_, [&](const auto& each) { return each.first.starts_with(below); });
    current_.insert_or_assign(std::string(path), std::string(slice));
    std::vector<Segment> segments;
    for (std::size_t from = 0; from <= path.size();) {
        const std::size_t end = std::min(path.find('.', from), path.size());
        const auto known = current_.find(path.substr(0, end));
        segments.push_back({std::string(path.substr(from, end - from)),
                            known == current_.end() ? std::string() : known->second});
        from = end + 1;
    }
    if (!segments.empty()) segments.front().slice.clear();
    return segments;
}

ProfileNode* ProfileLayer::nodeAt(const std::vector<Segment>& segments) {
    ProfileNode* node = &tree_;
    for (std::size_t i = 1; node && i < segments.size(); ++i) node = childOf(*node, segments[i]);
    return node;
}

ProfileNode* ProfileLayer::childOf(ProfileNode& parent, const Segment& segment) {
    const Model& model = Model::r4();
    const std::string_view word = withoutChoice(segment.name);
    model::NameId id = model.nameId(word);
    model::TypeId only = model::kNoType;
    // "valueQuantity", as a path or as the slice of value[x], is one alternative of a choice.
    for (const std::string_view spelled : {std::string_view(segment.slice), word}) {
        if (parent.type == model::kNoType || spelled.empty()) continue;
        const model::ElementDef* const def = model.elementNamed(parent.type, spelled);
        if (!def || !def->choice || (spelled != word && def->name != id)) continue;
        id = def->name;
        only = def->type;
        break;
    }
    if (id == model::kNoName) return nullptr;
    if (parent.type != model::kNoType && model.elements(parent.type, id).empty()) return nullptr;
    ProfileNode* node = nullptr;
    for (const auto& each : parent.children) {
        if (each->name == id && each->only == only) node = each.get();
    }
    if (!node) {
        node = parent.children.emplace_back(std::make_unique<ProfileNode>()).get();
        node->name = id;
        node->only = only;
        node->id = fmt::format("{}.{}", parent.id, segment.name);
        const model::ElementDef* const def = onlyDef(parent.type, id);
        node->type = only != model::kNoType ? only : def ? def->type : model::kNoType;
    }
    if (segment.slice.empty() || only != model::kNoType) return node;
    return sliceOf(*node, segment.slice);
}

ProfileNode* ProfileLayer::sliceOf(ProfileNode& node, const std::string& wanted) {
    for (const auto& each : node.slices) {
        if (each->sliceName == wanted) return each.get();
    }
    ProfileNode* const slice = node.slices.emplace_back(std::make_unique<ProfileNode>()).get();
    slice->name = node.name;
    slice->sliceName = wanted;
    slice->type = node.type;
    slice->id = fmt::format("{}:{}", node.id, wanted);
    if (!node.slicing && node.type == type::Extension) {
        DiscriminatorStep url;
        url.name = name::url;
        node.slicing = Slicing{.discriminators = {{DiscriminatorKind::Value, {url}}}};
    }
    return slice;
}

void ProfileLayer::element(tree::Element definition, ProfileNode& node, const ProfileNode* parent) {
    cardinality(definition, node, parent);
    types(definition, node);
    values(definition, node);
    binding(definition, node, parent);
    constraints(definition, node);
    slicing(definition, node);
    node.maxLength = number(childText(definition, name::maxLength), node.maxLength);
    if (childText(definition, name::isModifier) == "true") node.isModifier = true;
    const std::string_view content = childText(definition, name::contentReference);
    if (const std::size_t hash = content.find('#'); hash != std::string_view::npos) {
        node.reuse = content.substr(hash + 1);
    }
}

/// What the reader demands already is left out.
void ProfileLayer::cardinality(tree::Element definition, ProfileNode& node,
                               const ProfileNode* parent) {
    if (!parent) return;
    const auto choices = parent->type == model::kNoType
                             ? std::span<const model::ElementDef>()
                             : Model::r4().elements(parent->type, node.name);
    const bool required = !choices.empty() && choices.front().required;
    const bool single = !choices.empty() && !choices.front().repeats;
    const std::string_view min = childText(definition, name::min);
    const std::string_view max = childText(definition, name::max);
    if (!min.empty()) {
        node.min = std::max(node.min, number(min, 0));
        const bool whole = node.sliceName.empty() && node.only == model::kNoType;
        if (whole && required && node.min <= 1) node.min = 0;
    }
    if (!max.empty() && max != "*") {
        node.max = std::min(node.max, number(max, kMany));
        if (single && node.sliceName.empty() && node.max == 1) node.max = kMany;
    }
}

void ProfileLayer::types(tree::Element definition, ProfileNode& node) {
    if (!definition.child(name::type)) return;
    std::vector<TypeRule> rules;
    for (tree::Element at = definition.child(name::type); at; at = at.nextSame()) {
        TypeRule rule;
        rule.type = typeOfCode(childText(at, name::code));
        for (tree::Element each = at.child(name::profile); each; each = each.nextSame()) {
            rule.profiles.emplace_back(each.text());
        }
        for (tree::Element each = at.child(name::targetProfile); each; each = each.nextSame()) {
            rule.targets.emplace_back(each.text());
        }
        for (tree::Element each = at.child(name::aggregation); each; each = each.nextSame()) {
            rule.aggregation |= each.text() == "contained" ? TypeRule::kContained
                                : each.text() == "bundled" ? TypeRule::kBundled
                                                           : TypeRule::kReferenced;
        }
        if (rule.type != model::kNoType) rules.push_back(std::move(rule));
    }
    if (rules.empty()) return;
    // A resource's own type and abstract ones say nothing.
    if (&node == &tree_) return;
    if (rules.size() == 1 && node.type == model::kNoType) node.type = rules.front().type;
    node.types = std::move(rules);
}

void ProfileLayer::values(tree::Element definition, ProfileNode& node) {
    if (const tree::Element fixed = definition.child(name::fixed)) node.fixed = fixed;
    if (const tree::Element pattern = definition.child(name::pattern)) node.pattern = pattern;
    if (const tree::Element least = definition.child(name::minValue)) node.minValue = least;
    if (const tree::Element most = definition.child(name::maxValue)) node.maxValue = most;
}

void ProfileLayer::binding(tree::Element definition, ProfileNode& node, const ProfileNode* parent) {
    const tree::Element binding = definition.child(name::binding);
    if (!binding) return;
    const std::string_view strength = childText(binding, name::strength);
    if (strength != "required" && strength != "extensible") return;
    ProfileBinding made;
    made.strength =
        strength == "required" ? model::Strength::Required : model::Strength::Extensible;
    made.valueSet = childText(binding, name::valueSet);
    for (tree::Element at = binding.child(name::extension); at; at = at.nextSame()) {
        if (childText(at, name::url).ends_with("/elementdefinition-maxValueSet")) {
            made.maximum = childText(at, name::value);
        }
    }
    if (made.valueSet.empty()) return;
    const model::Binding* const published =
        parent ? model::Facts::r4().binding(parent->type, node.name) : nullptr;
    const std::string_view url = std::string_view(made.valueSet).substr(0, made.valueSet.find('|'));
    if (published && published->valueSet == url && published->strength == made.strength) return;
    node.binding = std::move(made);
}

void ProfileLayer::constraints(tree::Element definition, ProfileNode& node) {
    for (tree::Element at = definition.child(name::constraint); at; at = at.nextSame()) {
        const std::string_view key = childText(at, name::key);
        const std::string_view expression = childText(at, name::expression);
        const bool known = std::ranges::any_of(
            node.constraints, [key](const auto& each) { return each->key == key; });
        if (known || expression.empty() || isPublished(key, expression)) continue;
        auto made = Constraint::compile(key, childText(at, name::human), expression, node.type);
        if (!made) {
            faults_.push_back(fmt::format("the rule {} is no FHIRPath that can be asked here ({})",
                                          key, made.error().text()));
            continue;
        }
        made->isError = childText(at, name::severity) != "warning";
        node.constraints.push_back(std::make_shared<const Constraint>(std::move(*made)));
    }
}

void ProfileLayer::slicing(tree::Element definition, ProfileNode& node) {
    const tree::Element given = definition.child(name::slicing);
    if (!given) return;
    Slicing made;
    const std::string_view rules = childText(given, name::rules);
    made.rules = rules == "closed"      ? SlicingRules::Closed
                 : rules == "openAtEnd" ? SlicingRules::OpenAtEnd
                                        : SlicingRules::Open;
    made.ordered = childText(given, name::ordered) == "true";
    for (tree::Element at = given.child(name::discriminator); at; at = at.nextSame()) {
        Discriminator discriminator;
        const std::string_view kind = childText(at, name::type);
        discriminator.kind = kind == "exists"    ? DiscriminatorKind::Exists
                             : kind == "type"    ? DiscriminatorKind::Type
                             : kind == "profile" ? DiscriminatorKind::Profile
                                                 : DiscriminatorKind::Value;
        if (!parseDiscriminator(childText(at, name::path), discriminator.steps)) {
            faults_.push_back(fmt::format("the discriminator {} is no path that can be followed",
                                          childText(at, name::path)));
            continue;
        }
        made.discriminators.push_back(std::move(discriminator));
    }
    // The slices of a choice by type are nodes of their own, one for each alternative.
    const bool byType = made.discriminators.size() == 1 &&
                        made.discriminators.front().steps.empty() &&
                        made.discriminators.front().kind == DiscriminatorKind::Type;
    if (byType && childText(definition, name::path).ends_with("[x]")) {
        node.closedByType = made.rules == SlicingRules::Closed;
        return;
    }
    node.slicing = std::move(made);
}

}  // namespace waymark::structure
