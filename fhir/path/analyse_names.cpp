// Names: variables, the type of the focus, elements.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/path/analyser_pass.h"

namespace waymark::path {
namespace {

namespace type = model::type;
using model::TypeId;
using model::TypeKind;

}  // namespace

StaticType Analyser::external(SyntaxId id, const SyntaxNode& at) {
    Meaning& found = meaning(id);
    for (std::size_t i = defined_.size(); i-- > 0;) {
        if (defined_[i].name != at.name) continue;
        found.role = Role::Defined;
        found.slot = defined_[i].slot;
        return defined_[i].type;
    }
    if (const auto variable = hostVariable(id, at.name)) return *variable;
    found.role = Role::Environment;
    if (at.name == "context") {
        found.environment = PlanOp::Context;
        return scope_.focus == model::kNoType ? StaticType() : StaticType::one(scope_.focus);
    }
    if (at.name == "resource" || at.name == "rootResource") {
        found.environment = at.name == "resource" ? PlanOp::Resource : PlanOp::Root;
        return resourceType();
    }
    found.role = Role::Constant;
    found.constant = constantVariable(at.name, arena_);
    if (found.constant.empty()) {
        NearestName nearest(at.name);
        for (const auto* known : {"context", "resource", "rootResource", "ucum", "sct", "loinc"}) {
            nearest.consider(known);
        }
        for (const Variable& variable : scope_.variables) nearest.consider(variable.name);
        for (const DefinedVariable& variable : defined_) nearest.consider(variable.name);
        fault(at, fmt::format("there is no variable %{}{}", at.name, nearest.hint()));
        return {};
    }
    StaticType result = one(ValueKind::String);
    result.atLeast = 1;
    return result;
}

StaticType Analyser::resourceType() const {
    if (scope_.focus != model::kNoType && model_.type(scope_.focus).kind == TypeKind::Resource) {
        return StaticType::one(scope_.focus);
    }
    StaticType any;
    any.many = false;
    return any;
}

std::optional<StaticType> Analyser::hostVariable(SyntaxId id, std::string_view name) {
    for (std::size_t i = 0; i < scope_.variables.size(); ++i) {
        const Variable& variable = scope_.variables[i];
        if (variable.name != name) continue;
        meaning(id).role = Role::Variable;
        meaning(id).slot = static_cast<std::uint16_t>(i);
        StaticType result;
        if (variable.type != model::kNoType) result = StaticType::one(variable.type);
        result.many = variable.repeats;
        return result;
    }
    return std::nullopt;
}

StaticType Analyser::name(SyntaxId id, const SyntaxNode& at, const Context& context) {
    if (at.input != kNoSyntax) {
        const StaticType input = node(at.input, context);
        return member(id, at, input);
    }
    if (scope_.bareVariables) {
        if (const auto variable = hostVariable(id, at.name)) return *variable;
    }
    if (const auto focus = typeOfFocus(id, at, context.focus)) return *focus;
    return member(id, at, context.focus);
}

std::optional<StaticType> Analyser::typeOfFocus(SyntaxId id, const SyntaxNode& at,
                                                const StaticType& focus) {
    if (at.name.empty() || at.name.front() < 'A' || at.name.front() > 'Z') return std::nullopt;
    const TypeId named = model_.typeNamed(at.name);
    if (named == model::kNoType || isSystem(named)) return std::nullopt;
    const auto related = [&](TypeId candidate) {
        return candidate != kTypeInfoType &&
               (model_.isA(candidate, named) || model_.isA(named, candidate));
    };
    if (!focus.isAny() && std::ranges::none_of(focus.types(), related)) {
        if (hasMember(focus, at.name)) return std::nullopt;
        if (focus.isNothing()) return std::nullopt;
        fault(at, fmt::format("the expression begins with {}, but its focus is a {}", at.name,
                              shown(focus)));
        return StaticType();
    }
    Meaning& found = meaning(id);
    found.role = Role::TypeOfFocus;
    found.named = named;
    StaticType result = focus;
    if (focus.isAny() || !model_.isA(focus.single(), named)) {
        result = StaticType::one(named);
        result.many = focus.many;
    }
    return result;
}

bool Analyser::hasMember(const StaticType& of, std::string_view name) const {
    const model::NameId id = model_.nameId(name);
    return std::ranges::any_of(of.types(), [&](TypeId candidate) {
        return candidate != kTypeInfoType && id != model::kNoName &&
               !model_.elements(candidate, id).empty();
    });
}

StaticType Analyser::member(SyntaxId id, const SyntaxNode& at, const StaticType& input) {
    Meaning& found = meaning(id);
    found.role = Role::Member;
    found.name = model_.nameId(at.name);
    if (found.name == model::kNoName) found.key = at.name;
    StaticType result;
    if (input.isNothing()) {
        result = StaticType::nothing();
    } else if (input.isAny()) {
        result = memberOfAny(at, found);
    } else {
        result = memberOfKnown(at, input, found);
    }
    result.many = result.many || input.many;
    result.unordered = input.unordered;
    return result;
}

StaticType Analyser::memberOfAny(const SyntaxNode& at, Meaning& found) {
    if (at.name == "value") {
        found.role = Role::ValueOf;
    } else if (isSystemMember(at.name)) {
        found.role = Role::SystemMember;
    } else if (found.name == model::kNoName) {
        // Only open JSON has names that no model knows, and its host says that it is open.
        NearestName nearest(at.name);
        for (std::size_t i = 1; i < model_.nameCount(); ++i) {
            nearest.consider(model_.name(static_cast<model::NameId>(i)));
        }
        fault(at, fmt::format("no type has an element '{}'{}", at.name, nearest.hint()));
    }
    return {};
}

StaticType Analyser::memberOfKnown(const SyntaxNode& at, const StaticType& input, Meaning& found) {
    StaticType result = StaticType::nothing();
    bool known = false;
    bool any = false;
    for (const TypeId owner : input.types()) {
        known = memberOfType(owner, at.name, found, result, any) || known;
    }
    if (any) result.widen();
    if (known) return result;
    if (const auto alternative = alternativeByName(at, input, found)) return *alternative;
    unknownElement(at, input);
    return {};
}

bool Analyser::memberOfType(TypeId owner, std::string_view name, Meaning& found, StaticType& result,
                            bool& any) {
    if (owner == kTypeInfoType || isSystem(owner)) {
        const ValueKind kind = systemMemberKind(owner, name);
        if (kind == ValueKind::Element) return false;
        found.role = Role::SystemMember;
        result.add(systemType(kind), arena_);
        return true;
    }
    const auto alternatives = found.name == model::kNoName ? std::span<const model::ElementDef>()
                                                           : model_.elements(owner, found.name);
    if (!alternatives.empty()) {
        StaticType types = StaticType::of(alternatives, arena_);
        result.add(types, arena_);
        result.many = result.many || alternatives.front().repeats;
        any = any || result.isAny();
        return true;
    }
    if (isPrimitive(model_, owner) && name == "value") {
        found.role = Role::ValueOf;
        result.add(systemType(systemKind(owner)), arena_);
        return true;
    }
    if (owner == model::kOpen) {
        for (const TypeId open :
             {model::kOpen, type::string, type::boolean, type::integer, type::decimal}) {
            result.add(open, arena_);
        }
        result.many = true;
        return true;
    }
    if (!isOpenEnded(owner, found.name)) return false;
    if (name == "value") found.role = Role::ValueOf;
    any = true;
    result.many = true;
    return true;
}

bool Analyser::isOpenEnded(TypeId owner, model::NameId name) const {
    if (!model_.type(owner).isAbstract || name == model::kNoName) return false;
    for (std::size_t i = 1; i < model_.typeCount(); ++i) {
        const auto candidate = static_cast<TypeId>(i);
        if (model_.isA(candidate, owner) && !model_.elements(candidate, name).empty()) {
            return true;
        }
    }
    return false;
}

std::optional<StaticType> Analyser::alternativeByName(const SyntaxNode& at, const StaticType& input,
                                                      Meaning& found) {
    if (!scope_.bareVariables) return std::nullopt;
    for (const TypeId owner : input.types()) {
        if (owner == kTypeInfoType || isSystem(owner)) continue;
        const model::ElementDef* def = model_.elementNamed(owner, at.name);
        if (!def) continue;
        found.name = def->name;
        found.key = {};
        found.only = def->type;
        StaticType result = StaticType::one(def->type);
        result.many = def->repeats;
        return result;
    }
    return std::nullopt;
}

void Analyser::unknownElement(const SyntaxNode& at, const StaticType& input) {
    NearestName nearest(at.name);
    for (const TypeId owner : input.types()) {
        if (owner == kTypeInfoType || isSystem(owner)) continue;
        if (const model::ElementDef* def = model_.elementNamed(owner, at.name)) {
            const std::string choice(model_.name(def->name));
            fault(at, fmt::format("'{}' is written {}.ofType({}) in FHIRPath", at.name, choice,
                                  model_.type(def->type).name));
            return;
        }
        for (const model::ElementDef& def : model_.type(owner).elements) {
            nearest.consider(model_.name(def.name));
        }
    }
    fault(at,
          fmt::format("there is no element '{}' in {}{}", at.name, shown(input), nearest.hint()));
}

bool Analyser::isSystem(TypeId id) const {
    return model_.type(id).kind == TypeKind::System;
}

}  // namespace waymark::path
