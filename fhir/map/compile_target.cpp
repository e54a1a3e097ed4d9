// Targets: where a value goes, whether it may stand there, and what is made there.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/core/nearest.h"
#include "fhir/map/group_compiler.h"

namespace waymark::map {
namespace {

using Kind = plan::Target::Kind;

/// `src.a -> tgt.b;`, and the same with variables and `create()`.
bool isByType(const ast::Rule& rule) {
    if (rule.isSimple()) return true;
    if (rule.sources.size() != 1 || rule.targets.size() != 1 || !rule.calls.empty() ||
        rule.hasBlock)
        return false;
    const ast::Target& target = rule.targets.front();
    return target.transform && target.transform->name == "create" &&
           target.transform->parameters.empty() && !target.path.empty() &&
           !rule.sources.front().path.empty();
}

}  // namespace

plan::Target GroupCompiler::target(const ast::Target& target, const ast::Rule& rule,
                                   const TypeSet& item, bool repeats) {
    plan::Target out;
    Place place = this->place(target, out);
    // collate and single use the first item again and add to it. first and last make an item of
    // their own; like the reference engine we keep the order of the rules.
    for (const ast::TargetList list : target.lists)
        out.again =
            out.again || list == ast::TargetList::Collate || list == ast::TargetList::Single;
    share(target, out);
    TypeSet made;
    if (place.ok) {
        if (isByType(rule) || copiesByGroup(target, rule, place, item)) {
            made = byType(target, out, place, item);
        } else if (target.transform) {
            out.kind = Kind::Transform;
            const auto value = transform(target, out, place, item);
            if (value) made = put(target, out, place, *value);
            if (value && repeats && place.known && !place.repeats && out.context < ruleScope_)
                fault(Code::LastOneWins, target.at,
                      fmt::format(
                          "the source may repeat and `{}` holds one value: the last one "
                          "stays; say `first`, `last` or `only_one` behind the source",
                          target.path.empty() ? target.context.text : target.path.back().text));
        } else {
            made = make(target, out, place);
        }
    }
    noteWrite(target, out, place);
    if (!target.variable.empty()) {
        out.variable = define(target.variable, std::move(made), true);
        out.variableName = compiler_.keep(target.variable.text);
        noteMade(target, out, out.variable);
    }
    return out;
}

/// `src.a as a -> tgt.b = a` between types that do not fit, but for which a default group stands
/// ready.
bool GroupCompiler::copiesByGroup(const ast::Target& target, const ast::Rule& rule,
                                  const Place& place, const TypeSet& item) {
    const bool plain = target.transform && target.transform->name == "copy" &&
                       rule.sources.size() == 1 && place.known && !place.self && !item.isAny();
    if (!plain) return false;
    const ast::Parameter& value = target.transform->parameters.front();
    if (value.kind != ast::Parameter::Kind::Variable ||
        value.text != rule.sources.front().variable.text)
        return false;
    std::vector<model::TypeId> targets;
    for (const model::ElementDef& def : place.defs) targets.push_back(def.type);
    bool grouped = false;
    for (const model::TypeId each : item.types()) {
        const model::TypeId type = Types::withoutSystem(each);
        if (types().best(type, place.defs)) return false;
        grouped = grouped || compiler_.library().defaultFor(group_.map, type, targets);
    }
    if (grouped) (void)lookup(rule.sources.front().variable);
    return grouped;
}

/// Follows a target's path. Everything before the last step is made, or used if it is there and
/// holds one value.
GroupCompiler::Place GroupCompiler::place(const ast::Target& target, plan::Target& out) {
    Place place;
    if (target.context.empty()) {  // `create('Patient') as p`: a tree of its own
        place.ok = true;
        return place;
    }
    const auto slot = lookup(target.context);
    if (!slot) return place;
    if (!scope_[*slot].target) {
        fault(Code::NotATarget, target.context.at,
              fmt::format("`{}` is a source; only targets are written", target.context.text));
        return place;
    }
    out.context = *slot;
    place.contextType = scope_[*slot].type;
    place.context = target.path.empty();
    place.ok = true;
    TypeSet type = place.contextType;
    std::vector<plan::TargetStep> steps;
    for (std::size_t i = 0; i < target.path.size() && place.ok; ++i) {
        TypeSet next;
        place.ok = targetStep(target.path[i], type, i + 1 == target.path.size(),
                              steps.emplace_back(), place, next);
        type = std::move(next);
    }
    out.steps = {static_cast<plan::Index>(plan().targetSteps.size()),
                 static_cast<plan::Index>(steps.size())};
    plan().targetSteps.insert(plan().targetSteps.end(), steps.begin(), steps.end());
    return place;
}

bool GroupCompiler::targetStep(const ast::Name& step, const TypeSet& type, bool last,
                               plan::TargetStep& out, Place& place, TypeSet& next) {
    out.name = types().model().nameId(step.text);
    out.key = compiler_.keep(step.text);
    place.known = false;
    const model::TypeId owner = exact(type);
    if (owner == model::kNoType) {
        // Settled at run-time; here at least one of the types must have the element.
        bool any = type.isAny();
        for (const model::TypeId each : type.types())
            for (const model::TypeId candidate : types().concrete(each)) {
                const Types::Found found = types().find(candidate, step.text);
                any = any || !found.defs.empty() || found.self || found.open;
            }
        if (!any) unknownElement(Code::UnknownTargetElement, step, type);
        return any || compiler_.diagnostics().lenient();
    }
    const Types::Found found = types().find(owner, step.text);
    place.self = found.self;
    place.open = found.open;
    if (found.self || found.open) {
        out.self = found.self;
        place.known = found.self;
        place.repeats = found.open;
        next = found.self ? type : TypeSet(model::kOpen);
        return true;
    }
    if (found.defs.empty()) {
        unknownElement(Code::UnknownTargetElement, step, type);
        return compiler_.diagnostics().lenient();
    }
    place.known = true;
    place.defs = found.defs;
    place.repeats = found.defs.front().repeats;
    place.owner = owner;
    out.def = found.defs.data();
    out.alternatives = static_cast<std::uint8_t>(found.defs.size());
    out.isJsonName = found.isJsonName;
    const bool concrete = found.defs.size() == 1 && !types().isAbstract(found.defs.front().type);
    if (concrete) out.type = found.defs.front().type;
    for (const model::ElementDef& def : found.defs) next.add(def.type);
    if (!last && !concrete) {
        fault(Code::TypeNeeded, step.at,
              fmt::format("`{}` can be {}; say which with create('Type') in a rule of its own",
                          step.text, types().describe(found.defs)));
        return compiler_.diagnostics().lenient();
    }
    return true;
}

/// A target without a transform: an empty element.
TypeSet GroupCompiler::make(const ast::Target& target, plan::Target& out, const Place& place) {
    out.kind = Kind::Make;
    if (place.context || place.self) return place.contextType;
    if (place.open) return TypeSet(model::kOpen);
    if (!place.known) return {};
    const plan::TargetStep& step = plan().targetSteps[out.steps.first + out.steps.count - 1];
    if (step.type != model::kNoType) return TypeSet(step.type);
    fault(Code::TypeNeeded, target.path.back().at,
          fmt::format("`{}` can be {}; say which: `= create('Type')`", target.path.back().text,
                      types().describe(place.defs)));
    return {};
}

/// A simple rule: the default group for each pair of types, else a copy.
TypeSet GroupCompiler::byType(const ast::Target& target, plan::Target& out, const Place& place,
                              const TypeSet& item) {
    out.kind = Kind::ByType;
    const bool typed = place.known && !place.self && !item.isAny();
    if (!typed) {
        out.dynamicGroups = compiler_.dynamicGroups(group_.map);
        return {};
    }
    std::vector<model::TypeId> targets;
    for (const model::ElementDef& def : place.defs) targets.push_back(def.type);
    std::vector<plan::Dispatch> ways;
    TypeSet made;
    for (const model::TypeId each : item.types()) {
        for (const model::TypeId source : types().concrete(Types::withoutSystem(each))) {
            plan::Dispatch way{.source = source};
            if (const DefaultRef* group =
                    compiler_.library().defaultFor(group_.map, source, targets)) {
                way.target = group->target;
                way.group =
                    compiler_.instance(group->group, {TypeSet(source), TypeSet(way.target)});
            }
            way.def = types().best(way.target != model::kNoType ? way.target : source, place.defs);
            if (!way.def) continue;
            if (way.target == model::kNoType)
                way.target = types().isAbstract(way.def->type) ? source : way.def->type;
            made.add(way.target);
            ways.push_back(way);
        }
    }
    if (ways.empty()) {
        fault(Code::NoDefaultGroup, target.at,
              fmt::format("{} cannot become {} by itself; write the rules or a <<types>> group",
                          types().describe(item), types().describe(place.defs)));
        out.dynamicGroups = compiler_.dynamicGroups(group_.map);
    }
    out.dispatch = {static_cast<plan::Index>(plan().dispatches.size()),
                    static_cast<plan::Index>(ways.size())};
    plan().dispatches.insert(plan().dispatches.end(), ways.begin(), ways.end());
    return made;
}

/// Whether a transform's value may stand at the place; gives the type of what will stand there.
TypeSet GroupCompiler::put(const ast::Target& target, plan::Target& out, const Place& place,
                           const TypeSet& value) {
    if (target.context.empty()) return value;
    if (place.open) return value;
    std::vector<model::TypeId> into;
    if (place.context || place.self) {
        const auto all = place.contextType.types();
        into.assign(all.begin(), all.end());
    } else if (place.known) {
        for (const model::ElementDef& def : place.defs) into.push_back(def.type);
    }
    if (into.empty() || value.isAny()) {
        TypeSet possible;
        for (const model::TypeId each : into) possible.add(each);
        return into.size() == 1 && !types().isAbstract(into.front()) ? possible : TypeSet();
    }
    TypeSet fitting;
    bool narrows = false;
    for (const model::TypeId each : value.types()) {
        for (const model::TypeId candidate : into) {
            Fit fit = types().fit(each, candidate);
            if (fit == Fit::Never && out.wraps) fit = Fit::Wrap;
            if (fit == Fit::Wrap && out.op == Op::Create) fit = Fit::Never;  // nothing to wrap
            if (fit == Fit::Never) continue;
            narrows = narrows || fit == Fit::Narrow;
            fitting.add(types().isAbstract(candidate) ? Types::withoutSystem(each) : candidate);
        }
    }
    const std::string what = place.context ? target.context.text : target.path.back().text;
    TypeSet wanted;
    for (const model::TypeId each : into) wanted.add(each);
    if (fitting.isAny()) {
        fault(Code::WrongType, target.transform->at,
              fmt::format("{} does not fit into `{}`, which is {}", types().describe(value), what,
                          types().describe(wanted)));
    } else if (narrows && fitting.types().size() == 1 && into.size() == 1) {
        fault(Code::NarrowedDate, target.transform->at,
              fmt::format("`{}` is a {}: the time of day is cut off", what,
                          types().describe(fitting)));
    }
    return fitting;
}

/// `share id`: rules that name the same id in one block fill one element.
void GroupCompiler::share(const ast::Target& target, plan::Target& out) {
    if (target.shareId.empty()) return;
    const auto [at, isNew] =
        shares_.try_emplace(target.shareId.text, static_cast<plan::Index>(shares_.size()));
    out.share = at->second;
}

}  // namespace waymark::map
