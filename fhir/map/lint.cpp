// What a linter says of maps that may well run: variables without use, conditions that never hold,
// habits that other engines do not take, required elements that no rule writes.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fhir/map/group_compiler.h"

namespace waymark::map {

void GroupCompiler::lintRule(const ast::Rule& rule, std::size_t firstVariable) {
    for (const ast::Source& source : rule.sources) lintSource(source);
    for (const ast::Target& target : rule.targets) {
        if (!target.transform) continue;
        for (const ast::Parameter& parameter : target.transform->parameters)
            lintExpression(parameter.expression);
    }
    for (std::size_t i = firstVariable; i < scope_.size(); ++i)
        if (!scope_[i].used && !scope_[i].name.empty())
            fault(Code::UnusedVariable, scope_[i].at,
                  fmt::format("the variable `{}` is never used", scope_[i].name));
}

void GroupCompiler::lintExpression(const ast::Expression& expression) {
    if (expression.doubleQuoted)
        fault(Code::DoubleQuotedExpression, expression.at,
              "texts in FHIRPath stand in single quotes");
}

void GroupCompiler::lintSource(const ast::Source& source) {
    for (const auto* each : {&source.where, &source.check, &source.log}) {
        if (!*each) continue;
        lintExpression(**each);
        if ((*each)->bare)
            fault(Code::BareCondition, (*each)->at,
                  "put the condition in parentheses, as the grammar wants it");
    }
    if (source.where && (source.where->text == "false" || source.where->text == "{}"))
        fault(Code::UnreachableRule, source.where->at,
              "this is never true, so the rule never runs");
    if (source.hasCardinality && source.max == 0)
        fault(Code::UnreachableRule, source.at,
              fmt::format("{}..0 lets no element through, so the rule never runs", source.min));
}

/// A target's path says which element of its context is written.
void GroupCompiler::noteWrite(const ast::Target& target, const plan::Target& out,
                              const Place& place) {
    if (out.context == plan::kNoSlot) return;
    Writes& writes = scope_[out.context].writes;
    writes.any = true;
    const bool followed = !target.path.empty() && out.steps.count > 0 &&
                          plan().targetSteps[out.steps.first].def != nullptr;
    if (followed)
        writes.ordinals |= std::uint64_t{1} << plan().targetSteps[out.steps.first].def->ordinal;
    else if (!place.self || target.transform || !target.variable.empty())
        writes.all = true;
}

/// A rule makes an empty element under a variable: what is written to it is watched from here on.
void GroupCompiler::noteMade(const ast::Target& target, const plan::Target& out, plan::Slot slot) {
    const bool empty = out.kind == plan::Target::Kind::Make ||
                       (out.kind == plan::Target::Kind::Transform && out.op == Op::Create);
    const model::TypeId type = exact(scope_[slot].type);
    const bool again = out.share != plan::kNone || out.again;
    if (!empty || again || target.path.empty() || type == model::kNoType || type == model::kOpen ||
        types().isPrimitive(type))
        return;
    // A single-valued element may be there already.
    const plan::TargetStep& last = plan().targetSteps[out.steps.first + out.steps.count - 1];
    if (!last.def || !last.def->repeats) return;
    scope_[slot].made =
        Made{.type = type, .map = group_.map, .at = target.at, .path = path_, .writes = {}};
}

void GroupCompiler::noteCall(plan::Slot slot, plan::Index group, std::size_t input) {
    if (slot < scope_.size()) scope_[slot].writes.calls.emplace_back(group, input);
}

/// Variables from here on go out of sight: what was written to them is known now.
void GroupCompiler::finishWrites(std::size_t firstVariable) {
    std::vector<Writes>& inputs = compiler_.writes(index_);
    for (std::size_t i = firstVariable; i < scope_.size(); ++i) {
        if (scope_[i].made) {
            scope_[i].made->writes = scope_[i].writes;
            compiler_.remember(*std::move(scope_[i].made));
            scope_[i].made.reset();
        }
        if (!scope_[i].isInput) continue;
        inputs.resize(std::max(inputs.size(), i + 1));
        inputs[i] = scope_[i].writes;
    }
}

/// A map's own target counts too where it is a logical model: no one else writes a provider's JSON.
/// A FHIR resource may be given begun.
void Compiler::watchRoots() {
    for (const plan::Entry& entry : plan_.entries) {
        const bool logical = entry.targetSlot != plan::kNoSlot && entry.target != model::kNoType &&
                             plan_.model->type(entry.target).kind == model::TypeKind::Logical;
        if (!logical) continue;
        const plan::Group& group = plan_.groups[entry.group];
        Made made{.type = entry.target, .map = group.map, .at = group.at, .path = {}, .writes = {}};
        made.path = plan_.paths[group.path];
        made.writes.any = true;
        made.writes.calls.emplace_back(entry.group, entry.targetSlot);
        made_.push_back(std::move(made));
    }
}

/// Follows the writes through the groups, then names the required elements that are missing.
void Compiler::lintRequired() {
    watchRoots();
    for (const Made& made : made_) {
        Writes all = made.writes;
        std::set<std::pair<plan::Index, std::size_t>> seen;
        for (std::size_t next = 0; next < all.calls.size() && !all.all; ++next) {
            if (!seen.insert(all.calls[next]).second) continue;
            const auto [group, input] = all.calls[next];
            const std::vector<Writes>& inputs = writes_[group];
            if (input >= inputs.size()) continue;
            const Writes& inner = inputs[input];
            all.ordinals |= inner.ordinals;
            all.all = all.all || inner.all;
            all.any = all.any || inner.any;
            all.calls.insert(all.calls.end(), inner.calls.begin(), inner.calls.end());
        }
        // What nothing is ever written to goes away again.
        if (all.all || !all.any) continue;
        const model::Type& type = plan_.model->type(made.type);
        std::uint64_t missing = type.requiredOrdinals & ~all.ordinals;
        for (const model::ElementDef& def : type.elements) {
            const std::uint64_t bit = std::uint64_t{1} << def.ordinal;
            if ((missing & bit) == 0) continue;
            missing &= ~bit;
            diagnostics_.add(Code::RequiredNeverWritten, map(made.map).file, made.at,
                             fmt::format("a {} must have `{}`, and no rule writes it", type.name,
                                         plan_.model->name(def.name)),
                             made.path);
        }
    }
}

}  // namespace waymark::map
