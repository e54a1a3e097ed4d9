// Runs a plan: groups, rules, sources, targets, in order. The tracer is a template parameter, so
// that a run without a trace pays nothing for it. Private to the room.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "fhir/map/items.h"
#include "fhir/map/machine.h"
#include "fhir/map/trace.h"

namespace waymark::map {

template <class Tracer>
class Runner : public Machine {
public:
    Runner(const plan::Plan& plan, const Run& run, Tracer& tracer)
        : Machine(plan, run), tracer_(tracer) {}

    /// Runs an entry's group; `target` is filled. False after a failure.
    [[nodiscard]] bool run(const plan::Entry& entry, std::span<const tree::Element> inputs,
                           tree::Node* target) {
        begin(inputs.front(), target);
        const plan::Group& group = plan_.groups[entry.group];
        FrameMark mark;
        Frame frame = this->frame(group.slots, mark);
        std::size_t next = 0;
        for (plan::Slot slot = 0; slot < group.inputs; ++slot) {
            if (slot == entry.targetSlot)
                frame.set(slot, value(target));
            else if (next < inputs.size())
                frame.set(slot, path::Value::of(inputs[next++]));
        }
        if (!this->group(group, frame)) return false;
        prune();
        return true;
    }

private:
    bool group(const plan::Group& group, Frame& frame) {
        if (++depth_ > run_.limits.depth)
            return fail(RunCode::Limit,
                        fmt::format("groups and rules nest deeper than {}", run_.limits.depth),
                        IssueType::TooCostly);
        for (std::size_t i = 0; i < group.inputs; ++i)
            if (!checkTarget(group, frame, static_cast<plan::Slot>(i))) return false;
        if (!constants(group, frame)) return false;
        [[maybe_unused]] const plan::Index outerMap = map_;
        if constexpr (Tracer::kOn) traceGroup(group, frame);
        Shared* const outer = shared_;
        shared_ = nullptr;
        if (group.base != plan::kNone && !call(group.base, group.baseArguments, frame))
            return false;
        if (!rules(group.rules, frame)) return false;
        shared_ = outer;
        if constexpr (Tracer::kOn) {
            tracer_.trace.exitGroup();
            map_ = outerMap;
        }
        --depth_;
        return true;
    }

    /// What was compiled for one type of target must not write into another.
    bool checkTarget(const plan::Group& group, const Frame& frame, plan::Slot slot) {
        const model::TypeId wanted = plan_.typeIds[group.targetTypes.first + slot];
        if (wanted == model::kNoType || !frame.has(slot)) return true;
        const model::TypeId is = typeOf(frame.values[slot]);
        if (is == wanted) return true;
        return fail(RunCode::WrongInput,
                    fmt::format("the group {} fills a {}, not a {}", plan_.paths[group.path],
                                types_.name(wanted), types_.name(is)));
    }

    bool constants(const plan::Group& group, Frame& frame) {
        for (plan::Index i = 0; i < group.constants.count; ++i) {
            const plan::ConstantUse& use = plan_.constantUses[group.constants.first + i];
            if (!constant(use.constant, frame.views[use.slot])) return false;
            if (!frame.views[use.slot].empty())
                frame.values[use.slot] = frame.views[use.slot].front();
        }
        return true;
    }

    /// A constant is worked out when a group that uses it is called; others stand before it.
    bool constant(plan::Index index, path::Collection& out) {
        const plan::Constant& constant = plan_.constants[index];
        FrameMark mark;
        Frame frame = this->frame(constant.slots, mark);
        for (plan::Index i = 0; i < constant.uses.count; ++i) {
            const plan::ConstantUse& use = plan_.constantUses[constant.uses.first + i];
            if (!this->constant(use.constant, frame.views[use.slot])) return false;
        }
        if (!evaluate(constant.expression, nullptr, frame, out)) return false;
        release(mark);
        return true;
    }

    bool rules(const plan::Range& range, Frame& frame) {
        const plan::RuleRef* at = plan_.ruleOrder.data() + range.first;
        for (const plan::RuleRef* end = at + range.count; at != end; ++at) {
            if constexpr (!Tracer::kOn)
                if (!frame.mayEnter(*at)) continue;
            if (!rule(plan_.rules[at->rule], frame)) return false;
        }
        return true;
    }

    bool rule(const plan::Rule& rule, Frame& frame) {
        const plan::Index outer = path_;
        path_ = rule.path;
        if (!countRule()) return false;
        if constexpr (Tracer::kOn)
            tracer_.trace.enterRule({plan_.paths[rule.path], plan_.files[map_], rule.at});
        if (!sources(rule, 0, frame, nullptr)) return false;
        if constexpr (Tracer::kOn) tracer_.trace.exitRule();
        path_ = outer;
        return true;
    }

    /// Runs the rule for every combination of its sources' items. A source may use the variables of
    /// those before it.
    bool sources(const plan::Rule& rule, plan::Index number, Frame& frame,
                 const path::Value* first) {
        if (number == rule.sources.count) return fire(rule, frame, first);
        const plan::Source& source = plan_.sources[rule.sources.first + number];
        const auto each = [&](const path::Value& item) {
            if (source.variable != plan::kNoSlot) {
                frame.set(source.variable, item);
                if (grows(source, frame)) frame.names[source.variable] = plan::kAnyName;
            }
            return sources(rule, number + 1, frame, first ? first : &item);
        };
        if (isPlain(source)) return plainItems(source, frame, each);
        Items items(arena_);
        if (!collect(source, frame, items)) return false;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (!each(items[i])) return false;
        return true;
    }

    /// Whether a source's items are of the target, so that what they have may change.
    static bool grows(const plan::Source& source, const Frame& frame) {
        return source.fromTarget ||
               (source.context != plan::kNoSlot && frame.names[source.context] == plan::kAnyName);
    }

    /// Sources whose items can be taken one by one as they stand in the tree.
    static bool isPlain(const plan::Source& source) {
        return source.expression == plan::kNone && source.steps.count <= 1 &&
               source.list == ast::SourceList::None && !source.hasCardinality &&
               source.defaultValue == plan::kNone && !source.fromTarget;
    }

    template <class Each>
    bool plainItems(const plan::Source& source, Frame& frame, const Each& each) {
        if (!frame.has(source.context)) return true;
        const path::Value context = frame.values[source.context];
        if (source.steps.count == 0) {
            bool taken = false;
            return accepts(source, context, frame, taken) && (!taken || each(context));
        }
        if (!context.isElement()) return true;
        const plan::SourceStep& step = plan_.sourceSteps[source.steps.first];
        if (step.maySelf && types_.isPrimitive(context.element().type())) {
            bool taken = false;
            return accepts(source, context, frame, taken) && (!taken || each(context));
        }
        using By = plan::SourceStep::By;
        tree::Element at = step.by == By::Name ? context.element().child(step.name)
                                               : context.element().firstChild();
        while (at) {
            if (step.by == By::Name || matches(step, at)) {
                const path::Value item = path::Value::of(at);
                bool taken = false;
                if (!accepts(source, item, frame, taken)) return false;
                if (taken && !each(item)) return false;
            }
            at = step.by == By::Name ? at.nextSame() : at.next();
        }
        return true;
    }

    static bool matches(const plan::SourceStep& step, tree::Element element) {
        using By = plan::SourceStep::By;
        if (element.isKeyed()) return matchesKey(step, element.key());
        const bool byJson = element.node()->local == step.name;
        switch (step.by) {
            case By::Name:
                return element.name() == step.name;
            case By::Json:
                return byJson;
            case By::Either:
                return element.name() == step.name || byJson;
            case By::Key:
                break;
        }
        return false;
    }

    /// Open content: the key itself, or, where no model is loaded, `valueString` for `value`.
    static bool matchesKey(const plan::SourceStep& step, std::string_view key) {
        if (key == step.key) return true;
        return step.mayChoose && key.size() > step.key.size() && key.starts_with(step.key) &&
               key[step.key.size()] >= 'A' && key[step.key.size()] <= 'Z';
    }

    /// The type filter, then where, check and log.
    bool accepts(const plan::Source& source, const path::Value& item, Frame& frame, bool& taken) {
        taken = ofType(source, item);
        if (!taken) return true;
        if (source.variable != plan::kNoSlot) frame.set(source.variable, item);
        return clauses(source, item, frame, taken);
    }

    bool ofType(const plan::Source& source, const path::Value& item) const {
        if (source.typeName.empty()) return true;
        const auto first = plan_.typeIds.begin() + source.types.first;
        if (std::find(first, first + source.types.count, typeOf(item)) !=
            first + source.types.count)
            return true;
        return item.isElement() && item.element().isKeyed() &&
               openIsA(item.element(), source.typeName);
    }

    /// Open content says its type in its key (`valueQuantity`) or as a resource does.
    static bool openIsA(tree::Element element, std::string_view type) {
        const tree::Element named = element.childWithKey("resourceType");
        if (named) return named.text() == type;
        const std::string_view key = element.key();
        if (key.size() <= type.size()) return false;
        const std::string_view tail = key.substr(key.size() - type.size());
        return tail.substr(1) == type.substr(1) && tail[0] == (type[0] & ~0x20);
    }

    bool clauses(const plan::Source& source, const path::Value& item, const Frame& frame,
                 bool& taken) {
        if (source.where != plan::kNone) {
            const path::Value& focus = source.whereOnContext ? frame.values[source.context] : item;
            if (!holds(source.where, focus, frame, taken)) return false;
            if constexpr (Tracer::kOn)
                tracer_.trace.condition(plan_.expressions[source.where].compiled.text(), taken);
            if (!taken) return true;
        }
        if (source.check != plan::kNone) {
            bool passed = false;
            const path::Value& focus = source.checkOnContext ? frame.values[source.context] : item;
            if (!holds(source.check, focus, frame, passed)) return false;
            if (!passed)
                return fail(RunCode::CheckFailed,
                            fmt::format("the check `{}` does not hold",
                                        plan_.expressions[source.check].compiled.text()),
                            IssueType::BusinessRule);
        }
        return source.log == plan::kNone || log(source, item, frame);
    }

    bool log(const plan::Source& source, const path::Value& item, const Frame& frame) {
        if (!run_.log) return true;
        path::Collection said;
        if (!evaluate(source.log, &item, frame, said)) return false;
        for (const path::Value& each : said) run_.log->entry(plan_.paths[path_], text(each));
        return true;
    }

    /// The general case: all items first, then cardinality, conditions and the list mode.
    bool collect(const plan::Source& source, Frame& frame, Items& items) {
        if (!gather(source, frame, items)) return false;
        if (source.hasCardinality && (items.size() < source.min || items.size() > source.max))
            return fail(
                RunCode::Cardinality,
                fmt::format("{} elements where the map wants {}..{}", items.size(), source.min,
                            source.max == 0xFFFFFFFF ? "*" : fmt::to_string(source.max)),
                IssueType::BusinessRule);
        if (items.size() == 0 && source.defaultValue != plan::kNone) {
            path::Collection value;
            if (!evaluate(source.defaultValue, nullptr, frame, value)) return false;
            for (const path::Value& each : value) items.add(each);
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const path::Value item = items[i];
            if (source.variable != plan::kNoSlot) frame.set(source.variable, item);
            bool taken = true;
            if (!clauses(source, item, frame, taken)) return false;
            if (taken) items[kept++] = item;
        }
        items.keep(0, kept);
        return listMode(source, items);
    }

    bool gather(const plan::Source& source, const Frame& frame, Items& items) {
        Items level(arena_);
        if (source.expression != plan::kNone) {
            path::Collection found;
            const path::Value input = path::Value::of(firstInput_);
            if (!evaluate(source.expression, &input, frame, found)) return false;
            for (const path::Value& each : found) level.add(each);
        } else if (frame.has(source.context)) {
            level.add(frame.values[source.context]);
        }
        for (plan::Index i = 0; i < source.steps.count; ++i) {
            const plan::SourceStep& step = plan_.sourceSteps[source.steps.first + i];
            Items next(arena_);
            for (std::size_t each = 0; each < level.size(); ++each)
                children(step, level[each], next);
            level.clear();
            for (std::size_t each = 0; each < next.size(); ++each) level.add(next[each]);
        }
        for (std::size_t i = 0; i < level.size(); ++i)
            if (ofType(source, level[i])) items.add(level[i]);
        return true;
    }

    void children(const plan::SourceStep& step, const path::Value& of, Items& out) {
        if (!of.isElement()) return;
        if (step.maySelf && types_.isPrimitive(of.element().type())) return out.add(of);
        for (const tree::Element child : of.element().children())
            if (matches(step, child)) out.add(path::Value::of(child));
    }

    bool listMode(const plan::Source& source, Items& items) {
        const std::size_t size = items.size();
        if (size == 0) return true;
        switch (source.list) {
            case ast::SourceList::None:
                return true;
            case ast::SourceList::First:
                items.keep(0, 1);
                return true;
            case ast::SourceList::NotFirst:
                items.keep(1, size - 1);
                return true;
            case ast::SourceList::Last:
                items.keep(size - 1, 1);
                return true;
            case ast::SourceList::NotLast:
                items.keep(0, size - 1);
                return true;
            case ast::SourceList::OnlyOne:
                break;
        }
        if (size == 1) return true;
        return fail(RunCode::OnlyOne, fmt::format("{} elements where only one may be", size),
                    IssueType::BusinessRule);
    }

    /// One application of a rule: its targets in order, then the groups it calls, then its rules.
    bool fire(const plan::Rule& rule, Frame& frame, const path::Value* item) {
        if constexpr (Tracer::kOn) traceApply(rule, frame, item);
        if (!apply(rule, frame, item)) return false;
        if constexpr (Tracer::kOn) tracer_.trace.applied();
        return true;
    }

    bool apply(const plan::Rule& rule, Frame& frame, const path::Value* item) {
        for (plan::Index i = 0; i < rule.targets.count; ++i)
            if (!target(plan_.targets[rule.targets.first + i], frame, item)) return false;
        for (plan::Index i = 0; i < rule.calls.count; ++i) {
            const plan::Call& each = plan_.calls[rule.calls.first + i];
            if (!call(each.group, each.arguments, frame)) return false;
        }
        if (rule.rules.count == 0) return true;
        if (++depth_ > run_.limits.depth)
            return fail(RunCode::Limit,
                        fmt::format("groups and rules nest deeper than {}", run_.limits.depth),
                        IssueType::TooCostly);
        Shared* const outer = shared_;
        if (!rules(rule.rules, frame)) return false;
        shared_ = outer;
        --depth_;
        return true;
    }

    /// A group without one of its targets has nothing to fill and is not called.
    bool call(plan::Index index, const plan::Range& arguments, Frame& frame) {
        if (index == plan::kNone)
            return fail(RunCode::UnknownGroup, "the group that this rule calls is not loaded");
        const plan::Group& called = plan_.groups[index];
        FrameMark mark;
        Frame inner = this->frame(called.slots, mark);
        for (plan::Index i = 0; i < arguments.count; ++i) {
            path::Value argument;
            bool has = false;
            const plan::Parameter& given = plan_.parameters[arguments.first + i];
            if (!parameter(given, frame, argument, has)) return false;
            if (has)
                pass(given, argument, frame, inner, i);
            else if (plan_.targetInputs[called.targetInputs.first + i])
                return release(mark), true;
        }
        if (!group(called, inner)) return false;
        release(mark);
        return true;
    }

    static void pass(const plan::Parameter& parameter, const path::Value& argument,
                     const Frame& frame, Frame& inner, plan::Index number) {
        const auto slot = static_cast<plan::Slot>(number);
        inner.set(slot, argument);
        const bool grows =
            parameter.fromTarget || (parameter.kind == plan::Parameter::Kind::Variable &&
                                     frame.names[parameter.slot] == plan::kAnyName);
        if (grows) inner.names[slot] = plan::kAnyName;
    }

    bool target(const plan::Target& target, Frame& frame, const path::Value* item) {
        if (target.variable != plan::kNoSlot) frame.clear(target.variable);
        if (target.context == plan::kNoSlot) return freeTarget(target, frame, item);
        if (!frame.has(target.context)) return true;
        tree::Node* const context = node(frame.values[target.context]);
        tree::Node* made = nullptr;
        Spot at;
        switch (target.kind) {
            case plan::Target::Kind::Make:
                if (!spot(target, context, at) || !make(target, at, model::kNoType, made))
                    return false;
                break;
            case plan::Target::Kind::ByType:
                if (!spot(target, context, at) || !byType(target, at, item, frame, made))
                    return false;
                break;
            case plan::Target::Kind::Transform:
                if (target.op == Op::Create) {
                    if (!spot(target, context, at) || !make(target, at, target.created, made))
                        return false;
                    break;
                }
                return values(target, context, frame, item);
        }
        return finish(target, frame, made);
    }

    bool finish(const plan::Target& target, Frame& frame, tree::Node* made) {
        if (made && target.variable != plan::kNoSlot) frame.set(target.variable, value(made));
        if constexpr (Tracer::kOn)
            if (made) traceMade(target, made);
        return true;
    }

    /// A transform's values, each as an element of its own. The path to it is only made when there
    /// is a value.
    bool values(const plan::Target& target, tree::Node* context, Frame& frame,
                const path::Value* item) {
        if (target.op == Op::Copy) {
            path::Value copied;
            bool has = false;
            const auto& source = plan_.parameters[target.parameters.first];
            if (!parameter(source, frame, copied, has)) return false;
            Spot place;
            tree::Node* one = nullptr;
            if (!has) return true;
            return spot(target, context, place) && put(target, place, copied, one) &&
                   finish(target, frame, one);
        }
        path::Collection all;
        if (!transform(target, frame, item, all)) return false;
        if (all.empty()) return true;
        Spot at;
        if (!spot(target, context, at)) return false;
        if (all.size() > 1 && at.step && at.step->def && !at.step->def->repeats)
            return fail(RunCode::SeveralValues, fmt::format("{} values for `{}`, which holds one",
                                                            all.size(), at.step->key));
        tree::Node* made = nullptr;
        for (const path::Value& each : all) {
            if (!put(target, at, each, made)) return false;
            if constexpr (Tracer::kOn)
                if (made) traceMade(target, made);
        }
        if (made && target.variable != plan::kNoSlot) frame.set(target.variable, value(made));
        return true;
    }

    /// `create('Patient') as p`, `(expression) as v`: a value that stands nowhere yet.
    bool freeTarget(const plan::Target& target, Frame& frame, const path::Value* item) {
        path::Collection all;
        if (!transform(target, frame, item, all)) return false;
        if (all.size() > 1)
            return fail(RunCode::SeveralValues,
                        fmt::format("{} values for one variable", all.size()));
        if (!all.empty() && target.variable != plan::kNoSlot)
            frame.set(target.variable, all.front());
        if constexpr (Tracer::kOn)
            if (!all.empty() && target.variable != plan::kNoSlot)
                tracer_.trace.bind(target.variableName, all.front(), true);
        return true;
    }

    /// A simple rule: the default group for the item's and the element's type, else a copy.
    bool byType(const plan::Target& target, const Spot& at, const path::Value* item, Frame& frame,
                tree::Node*& made) {
        if (!item) return true;
        const model::TypeId from = typeOf(*item);
        for (plan::Index i = 0; i < target.dispatch.count; ++i) {
            const plan::Dispatch& way = plan_.dispatches[target.dispatch.first + i];
            if (way.source != from) continue;
            if (way.group == plan::kNone) return put(target, at, *item, made);
            return make(target, at, way.target, made) && fill(way.group, *item, made, frame);
        }
        if (target.dynamicGroups != plan::kNone) {
            model::TypeId type = model::kNoType;
            plan::Index group = plan::kNone;
            if (!dynamicGroup(target, at, from, group, type)) return false;
            if (group != plan::kNone)
                return make(target, at, type, made) && fill(group, *item, made, frame);
            return put(target, at, *item, made);
        }
        return fail(RunCode::NoDefaultGroup,
                    fmt::format("a {} cannot stand here by itself", types_.name(from)));
    }

    bool dynamicGroup(const plan::Target& target, const Spot& at, model::TypeId from,
                      plan::Index& group, model::TypeId& type) {
        std::span<const model::ElementDef> defs;
        bool self = false;
        if (!at.step || !definitions(at, defs, self) || self) return !failed();
        const bool fixed = defs.size() == 1 && !types_.isAbstract(defs.front().type);
        for (const plan::DefaultGroup& each : plan_.defaultGroups[target.dynamicGroups]) {
            if (each.source != from || (!fixed && !each.anyTarget)) continue;
            const bool fits = std::ranges::any_of(defs, [&](const model::ElementDef& def) {
                return def.type == each.target ||
                       (types_.isAbstract(def.type) && types_.model().isA(each.target, def.type));
            });
            if (!fits) continue;
            group = each.group;
            type = each.target;
            return true;
        }
        return true;
    }

    bool fill(plan::Index index, const path::Value& item, tree::Node* made, Frame&) {
        const plan::Group& called = plan_.groups[index];
        FrameMark mark;
        Frame inner = this->frame(called.slots, mark);
        inner.set(0, item);
        inner.names[0] = plan::kAnyName;  // the item may be of the target
        inner.set(1, value(made));
        if (!group(called, inner)) return false;
        release(mark);
        return true;
    }

    void traceGroup(const plan::Group& group, const Frame& frame) {
        map_ = group.map;
        tracer_.trace.enterGroup({plan_.paths[group.path], plan_.files[map_], group.at});
        for (plan::Index i = 0; i < group.inputs; ++i)
            if (frame.has(static_cast<plan::Slot>(i)))
                tracer_.trace.bind(plan_.inputNames[group.inputNames.first + i], frame.values[i],
                                   plan_.targetInputs[group.targetInputs.first + i] != 0);
    }

    void traceApply(const plan::Rule& rule, const Frame& frame, const path::Value* item) {
        tracer_.trace.apply(item);
        for (plan::Index i = 0; i < rule.sources.count; ++i) {
            const plan::Source& source = plan_.sources[rule.sources.first + i];
            if (source.variable != plan::kNoSlot && frame.has(source.variable))
                tracer_.trace.bind(source.variableName, frame.values[source.variable],
                                   source.fromTarget);
        }
    }

    void traceMade(const plan::Target& target, tree::Node* made) {
        if (target.variable != plan::kNoSlot)
            tracer_.trace.bind(target.variableName, value(made), true);
        tracer_.trace.made(tree::Element(made));
    }

    Tracer& tracer_;
    plan::Index map_ = 0;  ///< of the group that runs; kept when traced
};

}  // namespace waymark::map
