#include "fhir/map/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fhir/map/group_compiler.h"
#include "fhir/map/lexer.h"

namespace waymark::map {
namespace {

using plan::Index;

/// A name that no expression can say, for variables that another of the same name hides.
constexpr std::string_view kHidden = "\x01";

Position within(const ast::Expression& expression, Position at) {
    if (at.line == 0) return expression.at;
    if (at.line == 1)
        return {expression.at.line, expression.at.column + at.column - (at.column ? 1 : 0)};
    return {expression.at.line + at.line - 1, at.column};
}

bool isWordByte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

/// Functions that the language had while it was young, and that tutorials still show.
std::string inTodaysWords(std::string text) {
    static constexpr std::pair<std::string_view, std::string_view> kOld[] = {
        {"isInteger()", "convertsToInteger()"},
        {"isDecimal()", "convertsToDecimal()"},
    };
    for (const auto& [old, today] : kOld)
        for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + 1))
            if (at == 0 || !isWordByte(text[at - 1])) text.replace(at, old.size(), today);
    return text;
}

/// Marks the variables that an expression's text names. Slightly generous: a name in a string
/// counts.
void markUsed(std::string_view text, std::span<Variable> variables) {
    for (Variable& variable : variables) {
        if (variable.used) continue;
        for (std::size_t at = text.find(variable.name); at != std::string_view::npos;
             at = text.find(variable.name, at + 1)) {
            const std::size_t end = at + variable.name.size();
            if (at > 0 && isWordByte(text[at - 1])) continue;
            if (end < text.size() && isWordByte(text[end])) continue;
            variable.used = true;
            break;
        }
    }
}

}  // namespace

std::vector<TypeSet> declaredTypes(Library& library, GroupRef group) {
    std::vector<TypeSet> out;
    for (const ast::Input& input : group.group->inputs) {
        std::optional<model::TypeId> id;
        if (!input.type.empty()) id = library.typeNamed(group.map, input.type, {});
        out.emplace_back(id.value_or(model::kNoType));
    }
    return out;
}

void Compiler::run() {
    for (const ast::Map& map : library_.maps()) plan_.files.push_back(map.file);
    dynamicGroups_.assign(library_.maps().size(), plan::kNone);
    for (std::size_t map = 0; map < library_.maps().size(); ++map) {
        conceptMaps(map);
        constants(map);
    }
    for (std::size_t map = 0; map < library_.maps().size(); ++map) entry(map);
    drain();
    // Groups that nothing calls are compiled as they are declared, so that their faults show too.
    std::set<const ast::Group*> compiled;
    for (const auto& [key, index] : instances_) compiled.insert(key.first);
    for (std::size_t map = 0; map < library_.maps().size(); ++map)
        for (const ast::Group& group : this->map(map).groups)
            if (!compiled.contains(&group))
                (void)instance({map, &group}, declaredTypes(library_, {map, &group}));
    drain();
    lintRequired();
}

/// The first group is what a map does when it is run.
void Compiler::entry(std::size_t map) {
    const ast::Map& source = this->map(map);
    if (source.groups.empty() || source.url.empty()) return;
    const GroupRef group{map, &source.groups.front()};
    const std::vector<TypeSet> types = declaredTypes(library_, group);
    plan::Entry entry;
    entry.url = source.url.text;
    entry.name = source.name.text;
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (!group.group->inputs[i].target) {
            entry.inputs.push_back(types[i].single());
        } else if (entry.targetSlot == plan::kNoSlot) {
            entry.target = types[i].single();
            entry.targetSlot = static_cast<plan::Slot>(i);
        }
    }
    if (entry.inputs.empty())
        diagnostics_.add(Code::NoSource, source.file, group.group->name.at,
                         fmt::format("the first group `{}` has no source", group.group->name.text));
    entry.group = instance(group, types);
    plan_.byUrl.emplace(entry.url, static_cast<Index>(plan_.entries.size()));
    plan_.entries.push_back(std::move(entry));
}

void Compiler::drain() {
    while (!queue_.empty()) {
        Job job = std::move(queue_.back());
        queue_.pop_back();
        GroupCompiler(*this, job.group, std::move(job.arguments), job.index).run();
    }
}

Index Compiler::instance(GroupRef group, std::vector<TypeSet> arguments) {
    const auto [at, isNew] =
        instances_.try_emplace({group.group, arguments}, static_cast<Index>(plan_.groups.size()));
    if (!isNew) return at->second;
    if (instances_.size() > kMaxInstances) {
        diagnostics_.add(Code::TooManyGroups, map(group.map).file, group.group->name.at,
                         "the groups are called with too many different types; give their inputs "
                         "types");
        return at->second = 0;
    }
    plan_.groups.emplace_back();
    queue_.push_back({group, std::move(arguments), at->second});
    return at->second;
}

Index Compiler::dynamicGroups(std::size_t map) {
    if (dynamicGroups_[map] != plan::kNone) return dynamicGroups_[map];
    dynamicGroups_[map] = static_cast<Index>(plan_.defaultGroups.size());
    std::vector<plan::DefaultGroup> out;
    for (const DefaultRef& each : library_.defaults(map)) {
        out.push_back(
            {.source = each.source,
             .target = each.target,
             .anyTarget = each.group.group->mode == ast::GroupMode::TypeAndTypes,
             .group = instance(each.group, {TypeSet(each.source), TypeSet(each.target)})});
    }
    plan_.defaultGroups.push_back(std::move(out));
    return dynamicGroups_[map];
}

void Compiler::conceptMaps(std::size_t map) {
    for (const ast::ConceptMap& conceptMap : this->map(map).conceptMaps) {
        std::vector<terminology::ConceptTable::Row> rows;
        for (const ast::ConceptRow& row : conceptMap.rows)
            rows.push_back({{row.source.system, row.source.code, {}},
                            {row.target.system, row.target.code, {}},
                            row.equivalence});
        std::vector<terminology::ConceptTable::Unmapped> unmapped;
        for (const ast::ConceptUnmapped& rule : conceptMap.unmapped)
            unmapped.push_back({.system = rule.system,
                                .mode = terminology::ConceptTable::Unmapped::Mode::Provided,
                                .target = {},
                                .otherMap = {}});
        const auto [at, isNew] = conceptMaps_.try_emplace(
            {map, "#" + conceptMap.id.text}, static_cast<Index>(plan_.conceptMaps.size()));
        if (!isNew) {
            diagnostics_.add(Code::BadConceptMap, this->map(map).file, conceptMap.id.at,
                             fmt::format("a second ConceptMap `#{}`", conceptMap.id.text));
            continue;
        }
        plan_.ownConceptMaps.push_back(std::make_unique<terminology::ConceptTable>(rows, unmapped));
        plan_.conceptMaps.push_back(plan_.ownConceptMaps.back().get());
    }
}

Index Compiler::conceptMap(std::size_t map, std::string_view reference) {
    const auto key = std::pair(map, std::string(reference));
    if (const auto known = conceptMaps_.find(key); known != conceptMaps_.end())
        return known->second;
    const auto add = [&](const terminology::ConceptTable* table) {
        const auto index = static_cast<Index>(plan_.conceptMaps.size());
        plan_.conceptMaps.push_back(table);
        return conceptMaps_[key] = index;
    };
    if (const auto* table = plan_.terminology->conceptMap(reference)) return add(table);
    // `http://.../Map#id`: an inline ConceptMap of another map.
    const std::size_t hash = reference.find('#');
    if (hash == std::string_view::npos || hash == 0) return plan::kNone;
    for (std::size_t other = 0; other < library_.maps().size(); ++other) {
        if (this->map(other).url.text != reference.substr(0, hash)) continue;
        const auto inlined = conceptMaps_.find({other, std::string(reference.substr(hash))});
        if (inlined != conceptMaps_.end()) return conceptMaps_[key] = inlined->second;
    }
    return plan::kNone;
}

std::vector<std::string_view> Compiler::conceptMapNames(std::size_t map) const {
    std::vector<std::string_view> out;
    for (const auto& [key, index] : conceptMaps_)
        if (key.first == map) out.push_back(key.second);
    return out;
}

void Compiler::constants(std::size_t map) {
    const auto& all = this->map(map).constants;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto [at, isNew] = constants_.try_emplace(
            {map, all[i].name.text}, static_cast<Index>(plan_.constants.size() + i));
        if (!isNew)
            diagnostics_.add(Code::DuplicateConstant, this->map(map).file, all[i].name.at,
                             fmt::format("a second constant `{}`", all[i].name.text));
    }
    const std::size_t first = plan_.constants.size();
    plan_.constants.resize(first + all.size());
    for (std::size_t i = 0; i < all.size(); ++i) compileConstant(map, i);
}

/// A constant may use those that stand before it.
void Compiler::compileConstant(std::size_t map, std::size_t index) {
    const auto& all = this->map(map).constants;
    const Index own = constants_.at({map, all[index].name.text});
    plan::Constant constant;
    std::vector<Variable> scope;
    constant.uses.first = static_cast<Index>(plan_.constantUses.size());
    for (std::size_t i = 0; i < index; ++i) {
        plan_.constantUses.push_back(
            {static_cast<plan::Slot>(scope.size()), constants_.at({map, all[i].name.text})});
        scope.emplace_back().name = all[i].name.text;
    }
    constant.uses.count = static_cast<Index>(index);
    constant.slots = static_cast<std::uint16_t>(scope.size());
    constant.expression =
        expression(all[index].value, map, scope, TypeSet(),
                   fmt::format("{}|{}", this->map(map).name.text, all[index].name.text), nullptr);
    plan_.constants[own] = constant;
}

Index Compiler::constant(std::size_t map, std::string_view name) {
    const auto found = constants_.find({map, std::string(name)});
    return found == constants_.end() ? plan::kNone : found->second;
}

bool Compiler::isChoice(model::NameId name) {
    const model::Model& model = *plan_.model;
    if (choices_.empty()) {
        choices_.resize(model.nameCount());
        for (std::size_t id = 0; id < model.typeCount(); ++id)
            for (const model::ElementDef& def : model.type(static_cast<model::TypeId>(id)).elements)
                if (def.choice) choices_[def.name] = true;
    }
    return name < choices_.size() && choices_[name];
}

std::string_view Compiler::keep(std::string_view text) {
    return plan_.texts.emplace_back(text);
}

Index Compiler::path(std::string text) {
    if (!plan_.paths.empty() && plan_.paths.back() == text)
        return static_cast<Index>(plan_.paths.size() - 1);
    plan_.paths.push_back(std::move(text));
    return static_cast<Index>(plan_.paths.size() - 1);
}

path::Scope Compiler::scopeOf(std::span<const Variable> variables, const TypeSet& focus) const {
    path::Scope scope;
    scope.model = plan_.model;
    scope.focus = focus.single();
    scope.bareVariables = true;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const bool hidden = std::ranges::any_of(
            variables.subspan(i + 1),
            [&](const Variable& later) { return later.name == variables[i].name; });
        scope.variables.push_back({.name = std::string(hidden ? kHidden : variables[i].name),
                                   .type = variables[i].type.single(),
                                   .repeats = false});
    }
    return scope;
}

bool Compiler::compiles(const ast::Expression& expression, std::span<const Variable> variables,
                        const TypeSet& focus) const {
    const std::string text =
        diagnostics_.lenient() ? inTodaysWords(expression.text) : expression.text;
    return path::Expression::compile(text, scopeOf(variables, focus)).has_value();
}

Index Compiler::expression(const ast::Expression& expression, std::size_t map,
                           std::span<Variable> variables, const TypeSet& focus,
                           std::string_view rulePath, model::TypeId* resultType) {
    markUsed(expression.text, variables);
    path::Scope scope = scopeOf(variables, focus);
    auto compiled = path::Expression::compile(expression.text, scope);
    if (!compiled) {
        for (const Issue& issue : compiled.error().issues)
            diagnostics_.add(Code::BadExpression, this->map(map).file, within(expression, issue.at),
                             fmt::format("FHIRPath: {}", issue.text), rulePath);
        if (!diagnostics_.lenient()) return plan::kNone;
        const std::string text = inTodaysWords(expression.text);
        // Without types only what no type could save is a fault.
        scope.focus = model::kNoType;
        for (path::Variable& variable : scope.variables) variable.type = model::kNoType;
        compiled = path::Expression::compile(text, scope);
        if (!compiled) {
            // Nor a name that no model has: the input may be open.
            scope.focus = model::kOpen;
            for (path::Variable& variable : scope.variables) variable.type = model::kOpen;
            auto open = path::Expression::compile(text, scope);
            if (open) compiled = std::move(open);
        }
        if (!compiled) {
            diagnostics_.add(Code::Expected, this->map(map).file, expression.at,
                             fmt::format("FHIRPath: {}", compiled.error().text()), rulePath);
            return plan::kNone;
        }
    }
    if (resultType) {
        *resultType = Types::withoutSystem(compiled->resultType());
        if (*resultType >= plan_.model->typeCount()) *resultType = model::kNoType;
    }
    const bool wantsResource = expression.text.find("esource") != std::string::npos;
    plan_.expressions.push_back({.compiled = *std::move(compiled),
                                 .variables = static_cast<std::uint16_t>(variables.size()),
                                 .wantsResource = wantsResource});
    return static_cast<Index>(plan_.expressions.size() - 1);
}

}  // namespace waymark::map
