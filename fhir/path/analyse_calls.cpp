// Tests of types and calls of functions.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/path/analyser_pass.h"

namespace waymark::path {
namespace {

namespace type = model::type;
using model::TypeId;
using model::TypeKind;

}  // namespace

StaticType Analyser::typeTest(SyntaxId id, const SyntaxNode& at, const Context& context) {
    const StaticType input = node(at.input, context);
    checkSingle(at, input, at.op == Operator::Is ? "is" : "as");
    return tested(id, at, at.name, input, at.op == Operator::Is ? Special::Is : Special::As);
}

StaticType Analyser::tested(SyntaxId id, const SyntaxNode& at, std::string_view name,
                            const StaticType& input, Special how) {
    Meaning& found = meaning(id);
    const NamedType named = typeFor(model_, name);
    if (!named.known) {
        fault(at, fmt::format("there is no type '{}'{}", name, nearestType(name)));
        return how == Special::Is ? one(ValueKind::Boolean) : StaticType();
    }
    found.named = named.type;
    found.match = named.match;
    if (how == Special::Is) return one(ValueKind::Boolean);
    if (found.match == TypeMatch::Derived && isPrimitive(model_, named.type)) {
        found.match = TypeMatch::Exact;
    }
    if (isImpossible(input, named.type, found.match)) {
        fault(at, fmt::format("a {} is never a {}", shown(input), name));
    }
    found.fallsAway = input.single() == named.type && !model_.type(named.type).isAbstract &&
                      found.match != TypeMatch::Never &&
                      model_.type(named.type).kind != TypeKind::Resource;
    StaticType result =
        named.match == TypeMatch::Never ? StaticType::nothing() : StaticType::one(named.type);
    result.many = how == Special::OfType && input.many;
    result.unordered = input.unordered;
    return result;
}

bool Analyser::isImpossible(const StaticType& input, TypeId wanted, TypeMatch match) const {
    if (match != TypeMatch::Derived || input.isAny() || input.isNothing()) return false;
    if (!isComposed(wanted)) return false;
    return std::ranges::all_of(input.types(), [&](TypeId candidate) {
        return candidate != kTypeInfoType && candidate != model::kOpen && !isSystem(candidate) &&
               !model_.isA(candidate, wanted) && !model_.isA(wanted, candidate);
    });
}

bool Analyser::isComposed(TypeId id) const {
    const TypeKind kind = model_.type(id).kind;
    return kind == TypeKind::Complex || kind == TypeKind::Resource || kind == TypeKind::Backbone;
}

std::string Analyser::nearestType(std::string_view name) const {
    NearestName nearest(name);
    for (std::size_t i = 1; i < model_.typeCount(); ++i) {
        nearest.consider(model_.type(static_cast<TypeId>(i)).name);
    }
    return nearest.hint();
}

std::string_view Analyser::typeArgument(SyntaxId id) {
    const SyntaxNode& at = syntax_[id];
    if (at.kind != SyntaxKind::Name) return {};
    if (at.input == kNoSyntax) return at.name;
    const std::string_view before = typeArgument(at.input);
    if (before.empty()) return {};
    std::string joined(before);
    joined.append(".").append(at.name);
    return arena_.copy(joined);
}

StaticType Analyser::call(SyntaxId id, const SyntaxNode& at, const Context& context) {
    const StaticType input = at.input == kNoSyntax ? context.focus : node(at.input, context);
    const FunctionSpec* spec = functionNamed(at.name);
    if (!spec) {
        NearestName nearest(at.name);
        for (const FunctionSpec& known : allFunctions()) nearest.consider(known.name);
        fault(at, fmt::format("there is no function {}(){}", at.name, nearest.hint()));
        return {};
    }
    meaning(id).function = spec;
    if (at.argumentCount < spec->least || at.argumentCount > spec->most) {
        fault(at, arity(*spec, at.argumentCount));
        return {};
    }
    if (spec->ordered) checkOrder(at, input, fmt::format("{}()", at.name));
    checkInput(at, *spec, input);
    if (spec->special == Special::DefineVariable) return defineVariable(id, at, input);
    if (spec->special == Special::Aggregate) return aggregate(at, context, input);
    std::array<StaticType, 3> given;
    const auto arguments = syntax_.argumentsOf(at);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const StaticType argumentType = argument(id, at, *spec, i, context, input);
        if (i < given.size()) given[i] = argumentType;
    }
    return result(id, at, *spec, input, given);
}

std::string Analyser::arity(const FunctionSpec& spec, std::uint32_t given) {
    if (spec.most == 0) return fmt::format("{}() takes no argument, not {}", spec.name, given);
    std::string range = fmt::format("{}", spec.least);
    if (spec.most == kAnyNumber) {
        range += " or more";
    } else if (spec.most > spec.least) {
        range += fmt::format(" to {}", spec.most);
    }
    return fmt::format("{}() takes {} {}, not {}", spec.name, range,
                       spec.most == 1 ? "argument" : "arguments", given);
}

void Analyser::checkInput(const SyntaxNode& at, const FunctionSpec& spec, const StaticType& input) {
    if (input.isNothing()) return;
    if (spec.isScalar() || spec.input == Needs::Item) {
        checkSingle(at, input, fmt::format("{}()", spec.name));
    }
    if ((input.kinds() & kindsFor(spec.input)) == 0) {
        fault(at, fmt::format("{}() is for {}, and this is {}", spec.name, describe(spec.input),
                              shown(input)));
    }
}

StaticType Analyser::argument(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec,
                              std::size_t i, const Context& context, const StaticType& input) {
    const SyntaxId argumentId = syntax_.argumentsOf(at)[i];
    const Needs needs = spec.argument(i);
    const Sight sight(*this);
    if (needs == Needs::Type) {
        const std::string_view name = typeArgument(argumentId);
        if (name.empty()) {
            fault(syntax_[argumentId], fmt::format("{}() takes the name of a type", spec.name));
            return {};
        }
        return tested(id, syntax_[argumentId], name, input, spec.special);
    }
    if (needs == Needs::Each || needs == Needs::Lazy) {
        Context inner = context;
        inner.focus = input;
        if (needs == Needs::Each) {
            inner.focus = single(input);
            inner.hasIndex = true;
        }
        if (spec.gives == Gives::Closure) inner.focus = closure(argumentId, inner);
        if (spec.special == Special::Sort) return sortKey(argumentId, inner);
        const bool isBranch = spec.special == Special::Iif && i > 0;
        guarded_ += isBranch ? 1 : 0;
        const StaticType given = node(argumentId, inner);
        guarded_ -= isBranch ? 1 : 0;
        return given;
    }
    const StaticType given = node(argumentId, context);
    if (needs != Needs::Collection) checkSingle(syntax_[argumentId], given, spec.name);
    if (!given.isNothing() && (given.kinds() & kindsFor(needs)) == 0) {
        fault(syntax_[argumentId],
              fmt::format("{}() takes {} here, not {}", spec.name, describe(needs), shown(given)));
    }
    return given;
}

StaticType Analyser::closure(SyntaxId projection, const Context& context) {
    const std::size_t faults = result_.faults.size();
    StaticType found = node(projection, context);
    Context wider = context;
    wider.focus.add(found, arena_);
    if (found.isNothing()) return context.focus;
    // The projection may lead nowhere from what it gave: only from the input it must not.
    if (result_.faults.size() == faults) {
        found = node(projection, wider);
        wider.focus.add(found, arena_);
        result_.faults.resize(faults);
    }
    return single(wider.focus);
}

StaticType Analyser::sortKey(SyntaxId id, const Context& context) {
    const SyntaxNode& at = syntax_[id];
    if (at.kind == SyntaxKind::Polarity && at.op == Operator::Minus) {
        return node(at.input, context);
    }
    return node(id, context);
}

StaticType Analyser::defineVariable(SyntaxId id, const SyntaxNode& at, const StaticType& input) {
    const auto arguments = syntax_.argumentsOf(at);
    const SyntaxNode& nameNode = syntax_[arguments[0]];
    if (nameNode.kind != SyntaxKind::Literal || !nameNode.value.is(ValueKind::String)) {
        fault(nameNode, "defineVariable() takes its name as a text in quotes");
        return input;
    }
    StaticType type = input;
    if (arguments.size() > 1) {
        const Sight sight(*this);
        Context inner;
        inner.focus = input;
        inner.hasIndex = true;
        type = node(arguments[1], inner);
    }
    const std::string_view name = nameNode.value.string();
    const bool taken =
        std::ranges::any_of(defined_, [&](const auto& other) { return other.name == name; }) ||
        std::ranges::any_of(scope_.variables,
                            [&](const auto& other) { return other.name == name; }) ||
        isReserved(name);
    if (taken) fault(nameNode, fmt::format("the variable %{} is defined already", name));
    meaning(id).slot = result_.definedVariables;
    defined_.push_back({name, result_.definedVariables++, type});
    return input;
}

bool Analyser::isReserved(std::string_view name) {
    return name == "context" || name == "resource" || name == "rootResource" ||
           !constantVariable(name, arena_).empty();
}

StaticType Analyser::aggregate(const SyntaxNode& at, const Context& context,
                               const StaticType& input) {
    const auto arguments = syntax_.argumentsOf(at);
    const Sight sight(*this);
    if (arguments.size() > 1) node(arguments[1], context);
    Context inner = context;
    inner.focus = single(input);
    inner.hasIndex = true;
    inner.hasTotal = true;
    inner.total = StaticType();
    node(arguments[0], inner);
    return {};
}

StaticType Analyser::result(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec,
                            const StaticType& input, const std::array<StaticType, 3>& given) {
    StaticType found;
    switch (spec.gives) {
        case Gives::Anything:
            return found;
        case Gives::Boolean:
            return one(ValueKind::Boolean);
        case Gives::Integer:
            return one(ValueKind::Integer);
        case Gives::Decimal:
            return one(ValueKind::Decimal);
        case Gives::String:
            return one(ValueKind::String);
        case Gives::Date:
            return one(ValueKind::Date);
        case Gives::DateTime:
            return one(ValueKind::DateTime);
        case Gives::Time:
            return one(ValueKind::Time);
        case Gives::Quantity:
            return one(ValueKind::Quantity);
        case Gives::Strings:
            found = one(ValueKind::String);
            found.many = true;
            return found;
        case Gives::SameItems:
            found = input;
            found.atLeast = 0;
            return found;
        case Gives::SameItem:
            return single(input);
        case Gives::SameOneType:
            return ofKinds(input.kinds() & kindsFor(spec.input));
        case Gives::Argument:
            found = given[0];
            found.many = found.many || input.many;
            found.unordered = input.unordered || found.unordered;
            found.atLeast = 0;
            return found;
        case Gives::BothItems:
            return merged(input, given[0], spec.name == "union", at);
        case Gives::NamedType:
            return given[0];
        case Gives::Branches:
            found =
                merged(given[1], at.argumentCount > 2 ? given[2] : StaticType::nothing(), true, at);
            found.many = given[1].many || (at.argumentCount > 2 && given[2].many);
            found.atLeast = 0;
            return found;
        case Gives::Closure:
            found = given[0];
            found.many = true;
            found.unordered = true;
            found.atLeast = 0;
            return found;
        case Gives::Unordered:
            found.unordered = true;
            return found;
        case Gives::Extensions:
            found = StaticType::one(type::Extension);
            found.many = true;
            meaning(id).name = model::name::extension;
            return found;
        case Gives::Resources:
            found = StaticType::one(type::Resource);
            found.many = input.many;
            return found;
        case Gives::TypeInfo:
            found = StaticType::one(kTypeInfoType);
            found.many = input.many;
            return found;
    }
    return found;
}

}  // namespace waymark::path
