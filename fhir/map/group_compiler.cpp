#include "fhir/map/group_compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/core/check.h"
#include "fhir/core/nearest.h"

namespace waymark::map {
namespace {

using plan::Index;

/// Appends `items` to one of the plan's arrays in one piece.
template <class T>
plan::Range append(std::vector<T>& array, std::vector<T> items) {
    const plan::Range range{static_cast<Index>(array.size()), static_cast<Index>(items.size())};
    array.insert(array.end(), std::make_move_iterator(items.begin()),
                 std::make_move_iterator(items.end()));
    return range;
}

bool mentions(const ast::Expression& expression, std::string_view name) {
    return expression.text.find(name) != std::string::npos;
}
bool mentions(const std::optional<ast::Expression>& expression, std::string_view name) {
    return expression && mentions(*expression, name);
}
bool mentions(const std::vector<ast::Parameter>& parameters, std::string_view name) {
    return std::ranges::any_of(parameters, [name](const ast::Parameter& parameter) {
        return parameter.text == name || mentions(parameter.expression, name);
    });
}

/// Whether a rule may use a constant of this name. Generous: a longer word that holds it counts.
bool mentions(const ast::Rule& rule, std::string_view name) {
    for (const ast::Source& source : rule.sources)
        if (source.context.text == name || mentions(source.expression, name) ||
            mentions(source.where, name) || mentions(source.check, name) ||
            mentions(source.log, name) || mentions(source.defaultValue, name))
            return true;
    for (const ast::Target& target : rule.targets)
        if (target.transform && mentions(target.transform->parameters, name)) return true;
    for (const ast::Call& call : rule.calls)
        if (mentions(call.arguments, name)) return true;
    return std::ranges::any_of(rule.rules,
                               [name](const ast::Rule& inner) { return mentions(inner, name); });
}

/// What a rule without a name is called: after what it reads, else after what it writes.
std::string ruleName(const ast::Rule& rule, std::size_t number) {
    if (!rule.name.empty()) return rule.name.text;
    if (!rule.sources.empty() && !rule.sources.front().path.empty())
        return rule.sources.front().path.back().text;
    for (const ast::Target& target : rule.targets)
        if (!target.path.empty()) return target.path.back().text;
    return fmt::format("rule{}", number + 1);
}

bool alwaysFires(const ast::Rule& rule) {
    return std::ranges::all_of(rule.sources, [](const ast::Source& source) {
        return !source.expression && source.path.empty() && !source.where && source.type.empty() &&
               !source.check;
    });
}

}  // namespace

GroupCompiler::GroupCompiler(Compiler& compiler, GroupRef group, std::vector<TypeSet> arguments,
                             Index index)
    : compiler_(compiler),
      group_(group),
      argumentTypes_(std::move(arguments)),
      index_(index),
      path_(fmt::format("{}|{}", compiler.map(group.map).name.text, group.group->name.text)) {}

void GroupCompiler::run() {
    plan().groups[index_].path = compiler_.path(path_);
    inputs();
    constants();
    extends();
    const plan::Range body = rules(group_.group->rules);
    plan::Group& out = plan().groups[index_];
    finishWrites(0);
    out.rules = body;
    out.inputs = static_cast<std::uint16_t>(group_.group->inputs.size());
    out.slots = static_cast<std::uint16_t>(slots_);
    out.constants = append(plan().constantUses, constants_);
    out.map = static_cast<Index>(group_.map);
    out.at = group_.group->name.at;
    std::vector<std::string_view> names;
    for (const ast::Input& input : group_.group->inputs)
        names.push_back(compiler_.keep(input.name.text));
    out.inputNames = append(plan().inputNames, std::move(names));
    std::vector<model::TypeId> targetTypes;
    for (std::size_t i = 0; i < out.inputs; ++i)
        targetTypes.push_back(scope_[i].target ? exact(scope_[i].type) : model::kNoType);
    out.targetTypes = append(plan().typeIds, std::move(targetTypes));
    std::vector<std::uint8_t> targets;
    for (const ast::Input& input : group_.group->inputs) targets.push_back(input.target ? 1 : 0);
    out.targetInputs = append(plan().targetInputs, std::move(targets));
}

void GroupCompiler::inputs() {
    const auto& inputs = group_.group->inputs;
    const std::vector<TypeSet> declared = declaredTypes(compiler_.library(), group_);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        for (std::size_t other = 0; other < i; ++other)
            if (inputs[other].name.text == inputs[i].name.text)
                fault(Code::WrongArgument, inputs[i].name.at,
                      fmt::format("a second input `{}`", inputs[i].name.text));
        // What the caller knows is at least as narrow as what is declared.
        const bool known = i < argumentTypes_.size() && !argumentTypes_[i].isAny();
        define(inputs[i].name, known ? argumentTypes_[i] : declared[i], inputs[i].target, true);
    }
}

void GroupCompiler::constants() {
    for (const ast::Constant& constant : map().constants) {
        const bool used = std::ranges::any_of(group_.group->rules, [&](const ast::Rule& rule) {
            return mentions(rule, constant.name.text);
        });
        const Index index = compiler_.constant(group_.map, constant.name.text);
        if (!used || index == plan::kNone || find(constant.name.text)) continue;
        constants_.push_back({define(constant.name, TypeSet(), false, true), index});
    }
}

/// The base group runs first, with the inputs of the same name; else in their order.
void GroupCompiler::extends() {
    const ast::Name& name = group_.group->extends;
    if (name.empty()) return;
    const GroupRef base = compiler_.library().groupNamed(group_.map, name.text);
    if (!base) {
        return fault(
            Code::UnknownGroup, name.at,
            fmt::format("no group `{}`{}", name.text,
                        didYouMean(name.text, compiler_.library().groupNames(group_.map))));
    }
    // A chain that comes back to this group never ends.
    GroupRef at = base;
    for (std::size_t length = 0; at && at.group != group_.group && length < 256; ++length) {
        if (at.group->extends.empty()) break;
        at = compiler_.library().groupNamed(at.map, at.group->extends.text);
    }
    if (at && at.group == group_.group)
        return fault(
            Code::CyclicExtends, name.at,
            fmt::format("`{}` extends itself by way of `{}`", group_.group->name.text, name.text));
    std::vector<plan::Parameter> arguments;
    std::vector<TypeSet> types;
    for (const ast::Input& wanted : base.group->inputs) {
        std::optional<plan::Slot> slot;
        for (std::size_t i = 0; i < group_.group->inputs.size() && !slot; ++i)
            if (group_.group->inputs[i].name.text == wanted.name.text &&
                group_.group->inputs[i].target == wanted.target)
                slot = static_cast<plan::Slot>(i);
        const std::size_t number = types.size();
        if (!slot && number < group_.group->inputs.size() &&
            group_.group->inputs[number].target == wanted.target)
            slot = static_cast<plan::Slot>(number);
        if (!slot)
            return fault(Code::ExtendsMismatch, name.at,
                         fmt::format("`{}` has an input `{}` that `{}` lacks", name.text,
                                     wanted.name.text, group_.group->name.text));
        plan::Parameter parameter;
        parameter.kind = plan::Parameter::Kind::Variable;
        parameter.slot = *slot;
        arguments.push_back(parameter);
        types.push_back(scope_[*slot].type);
    }
    const Index instance = compiler_.instance(base, std::move(types));
    for (std::size_t i = 0; i < arguments.size(); ++i)
        if (base.group->inputs[i].target) noteCall(arguments[i].slot, instance, i);
    plan().groups[index_].base = instance;
    plan().groups[index_].baseArguments = append(plan().parameters, std::move(arguments));
}

plan::Range GroupCompiler::rules(const std::vector<ast::Rule>& rules) {
    std::vector<plan::RuleRef> out;
    const std::string outer = path_;
    std::vector<Written> written;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        path_ = outer + "|" + ruleName(rules[i], i);
        const Index compiled = rule(rules[i]);
        out.push_back(reference(compiled));
        const plan::Range targets = plan().rules[compiled].targets;
        const std::vector<plan::Target> made(
            plan().targets.begin() + targets.first,
            plan().targets.begin() + targets.first + targets.count);
        checkTwice(rules[i], made, written);
        path_ = outer;
    }
    return append(plan().ruleOrder, std::move(out));
}

/// What a block needs to know of a rule to pass it over when its first source has nothing.
plan::RuleRef GroupCompiler::reference(Index rule) {
    plan::RuleRef out;
    out.rule = rule;
    const plan::Range sources = plan().rules[rule].sources;
    if (sources.count == 0) return out;
    const plan::Source& source = plan().sources[sources.first];
    const bool guarded = source.steps.count > 0 && source.expression == plan::kNone &&
                         source.defaultValue == plan::kNone && !source.hasCardinality &&
                         !source.fromTarget;
    if (!guarded) return out;
    const plan::SourceStep& step = plan().sourceSteps[source.steps.first];
    if (step.maySelf || step.name == model::kNoName) return out;
    out.slot = source.context;
    out.name = step.name;
    if (step.by == plan::SourceStep::By::Name && source.steps.count == 1 && source.types.count == 1)
        out.type = plan().typeIds[source.types.first];
    return out;
}

Index GroupCompiler::rule(const ast::Rule& rule) {
    const std::size_t visible = scope_.size();
    ruleScope_ = visible;
    plan::Rule out;
    out.path = compiler_.path(path_);
    out.at = rule.at;
    TypeSet item;
    bool repeats = false;
    std::vector<plan::Source> sources;
    for (const ast::Source& each : rule.sources) {
        TypeSet type;
        sources.push_back(source(each, type, repeats));
        if (sources.size() == 1) item = type;
    }
    out.sources = append(plan().sources, std::move(sources));
    std::vector<plan::Target> targets;
    for (const ast::Target& each : rule.targets)
        targets.push_back(target(each, rule, item, repeats));
    out.targets = append(plan().targets, std::move(targets));
    out.calls = calls(rule);
    out.rules = rules(rule.rules);
    lintRule(rule, visible);
    finishWrites(visible);
    scope_.resize(visible);
    plan().rules.push_back(out);
    return static_cast<Index>(plan().rules.size() - 1);
}

/// What an input of a declared type takes an argument of a type as: the narrower of both; kNoType
/// when it does not take it.
model::TypeId GroupCompiler::accepted(model::TypeId declared, model::TypeId argument) const {
    const model::Model& model = types().model();
    argument = Types::withoutSystem(argument);
    if (model.isA(argument, declared)) return argument;
    if (model.isA(declared, argument)) return declared;
    const bool primitives = types().isPrimitive(argument) && types().isPrimitive(declared);
    return primitives && types().fit(argument, declared) != Fit::Never ? argument : model::kNoType;
}

plan::Range GroupCompiler::calls(const ast::Rule& rule) {
    std::vector<plan::Call> out;
    for (const ast::Call& call : rule.calls) {
        const GroupRef group = compiler_.library().groupNamed(group_.map, call.group.text);
        if (!group) {
            fault(Code::UnknownGroup, call.group.at,
                  fmt::format(
                      "no group `{}`{}", call.group.text,
                      didYouMean(call.group.text, compiler_.library().groupNames(group_.map))));
            if (compiler_.diagnostics().lenient()) out.emplace_back();  // fails where it is reached
            continue;
        }
        if (call.arguments.size() != group.group->inputs.size()) {
            fault(Code::WrongArgumentCount, call.group.at,
                  fmt::format("`{}` takes {} inputs, not {}", call.group.text,
                              group.group->inputs.size(), call.arguments.size()));
            continue;
        }
        std::vector<TypeSet> types;
        plan::Call compiled;
        compiled.arguments = arguments(call, group, types);
        if (types.size() != call.arguments.size()) continue;
        compiled.group = compiler_.instance(group, std::move(types));
        for (std::size_t i = 0; i < call.arguments.size(); ++i)
            if (group.group->inputs[i].target)
                noteCall(plan().parameters[compiled.arguments.first + i].slot, compiled.group, i);
        out.push_back(compiled);
    }
    return append(plan().calls, std::move(out));
}

/// `types` stays shorter than the inputs when an argument has a fault.
plan::Range GroupCompiler::arguments(const ast::Call& call, GroupRef group,
                                     std::vector<TypeSet>& types) {
    const std::vector<TypeSet> declared = declaredTypes(compiler_.library(), group);
    std::vector<plan::Parameter> out;
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        TypeSet type;
        const ast::Input& input = group.group->inputs[i];
        if (!argument(call.arguments[i], input, call.group, out.emplace_back(), type)) continue;
        const model::TypeId wanted = declared[i].single();
        if (wanted == model::kNoType) {
            types.push_back(std::move(type));
            continue;
        }
        TypeSet narrowed;
        for (const model::TypeId each : type.types())
            if (const model::TypeId taken = accepted(wanted, each); taken != model::kNoType)
                narrowed.add(taken);
        if (!type.isAny() && narrowed.isAny()) {
            fault(Code::WrongArgument, call.arguments[i].at,
                  fmt::format("`{}` wants {} as `{}`, not {}", call.group.text,
                              this->types().name(wanted), input.name.text,
                              this->types().describe(type)));
            if (!compiler_.diagnostics().lenient()) continue;
        }
        types.push_back(narrowed.isAny() ? declared[i] : std::move(narrowed));
    }
    return append(plan().parameters, std::move(out));
}

bool GroupCompiler::argument(const ast::Parameter& parameter, const ast::Input& input,
                             const ast::Name& group, plan::Parameter& out, TypeSet& type) {
    if (!this->parameter(parameter, out, &type)) return false;
    if (!input.target) return true;
    const bool isTarget =
        parameter.kind == ast::Parameter::Kind::Variable && scope_[out.slot].target;
    if (!isTarget)
        fault(Code::NotATarget, parameter.at,
              fmt::format("`{}` of `{}` must be a target, and this is a source", input.name.text,
                          group.text));
    return isTarget;
}

/// Two rules that always run and set the same single-valued element: the second undoes the first.
void GroupCompiler::checkTwice(const ast::Rule& rule, const std::vector<plan::Target>& targets,
                               std::vector<Written>& written) {
    if (!alwaysFires(rule)) return;
    for (std::size_t i = 0; i < targets.size() && i < rule.targets.size(); ++i) {
        const plan::Target& target = targets[i];
        if (target.kind != plan::Target::Kind::Transform || target.steps.count != 1) continue;
        // A variable of the rule itself is another element each time.
        if (target.context >= scope_.size()) continue;
        const plan::TargetStep& step = plan().targetSteps[target.steps.first];
        if (!step.def || step.def->repeats) continue;
        const auto before = std::ranges::find_if(written, [&](const Written& other) {
            return other.slot == target.context &&
                   other.element == types().model().name(step.def->name);
        });
        if (before == written.end()) {
            written.push_back({target.context, std::string(types().model().name(step.def->name)),
                               rule.targets[i].at});
            continue;
        }
        fault(Code::WrittenTwice, rule.targets[i].at,
              fmt::format("`{}` holds one value and is already set in line {}; what stands there "
                          "would be lost",
                          before->element, before->at.line));
    }
}

/// The type that a target of this static type has for certain; kNoType when it is not certain.
model::TypeId GroupCompiler::exact(const TypeSet& type) const {
    const model::TypeId single = type.single();
    return single != model::kNoType && !types().isAbstract(single) ? single : model::kNoType;
}

std::optional<plan::Slot> GroupCompiler::find(std::string_view name) const {
    for (std::size_t i = scope_.size(); i > 0; --i)
        if (scope_[i - 1].name == name) return static_cast<plan::Slot>(i - 1);
    return std::nullopt;
}

std::vector<std::string_view> GroupCompiler::variableNames() const {
    std::vector<std::string_view> out;
    for (const Variable& variable : scope_) out.push_back(variable.name);
    return out;
}

bool GroupCompiler::readsTarget(std::string_view expression) const {
    return std::ranges::any_of(scope_, [expression](const Variable& variable) {
        return variable.target && expression.find(variable.name) != std::string_view::npos;
    });
}

std::optional<plan::Slot> GroupCompiler::lookup(const ast::Name& name) {
    const auto slot = find(name.text);
    if (slot)
        scope_[*slot].used = true;
    else
        fault(Code::UnknownVariable, name.at,
              fmt::format("no variable `{}`{}", name.text, didYouMean(name.text, variableNames())));
    return slot;
}

plan::Slot GroupCompiler::define(const ast::Name& name, TypeSet type, bool target, bool isInput) {
    check(scope_.size() < plan::kNoSlot - 1U, "variables fit their slots");
    Variable& variable = scope_.emplace_back();
    variable.name = name.text;
    variable.type = std::move(type);
    variable.target = target;
    variable.isInput = isInput;
    variable.at = name.at;
    slots_ = std::max(slots_, scope_.size());
    return static_cast<plan::Slot>(scope_.size() - 1);
}

Index GroupCompiler::expression(const ast::Expression& expression, const TypeSet& focus,
                                model::TypeId* result) {
    return compiler_.expression(expression, group_.map, scope_, focus, path_, result);
}

}  // namespace waymark::map
