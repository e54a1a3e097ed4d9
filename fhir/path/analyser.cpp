#include "fhir/path/analyser.h"

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/path/arithmetic.h"
#include "fhir/path/parser.h"
#include "fhir/path/type_names.h"

namespace waymark::path {
namespace {

namespace type = model::type;
using model::TypeId;
using model::TypeKind;

/// What an expression is seen from: $this, $index, $total.
struct Context {
    StaticType focus;
    bool hasIndex = false;
    bool hasTotal = false;
    StaticType total;
};

class Analyser {
public:
    Analyser(const Syntax& syntax, std::string_view text, const Scope& scope, tree::Arena& arena)
        : syntax_(syntax), text_(text), scope_(scope), model_(*scope.model), arena_(arena) {
        result_.meanings.resize(syntax.nodes.size());
    }

    Analysis run() {
        Context root;
        if (scope_.focus != model::kNoType) root.focus = StaticType::one(scope_.focus);
        node(syntax_.root, root);
        return std::move(result_);
    }

private:
    struct DefinedVariable {
        std::string_view name;
        std::uint16_t slot;
        StaticType type;
    };
    /// Variables that are defined inside go out of sight at the end.
    struct Sight {
        explicit Sight(Analyser& of) : owner(of), before(of.defined_.size()) {}
        ~Sight() { owner.defined_.resize(before); }
        Sight(const Sight&) = delete;
        Sight& operator=(const Sight&) = delete;
        Analyser& owner;
        std::size_t before;
    };

    void fault(const SyntaxNode& at, std::string message) {
        constexpr std::size_t kMostFaults = 20;
        if (result_.faults.size() < kMostFaults) {
            result_.faults.push_back(syntaxIssue(text_, at.begin, std::move(message)));
        }
    }
    [[nodiscard]] std::string shown(const StaticType& of) const { return describe(of, model_); }
    StaticType one(ValueKind kind) const { return StaticType::one(systemType(kind)); }
    Meaning& meaning(SyntaxId id) { return result_.meanings[id]; }

    const StaticType& node(SyntaxId id, const Context& context) {
        const SyntaxNode& at = syntax_[id];
        StaticType found;
        switch (at.kind) {
            case SyntaxKind::Literal:
                found = one(at.value.kind());
                found.atLeast = 1;
                break;
            case SyntaxKind::Empty:
                found = StaticType::nothing();
                break;
            case SyntaxKind::This:
                found = context.focus;
                break;
            case SyntaxKind::Index:
                if (!context.hasIndex)
                    fault(at,
                          "$index has a value only inside where(), select() "
                          "and the other functions that go over items");
                found = one(ValueKind::Integer);
                break;
            case SyntaxKind::Total:
                if (!context.hasTotal) fault(at, "$total has a value only inside aggregate()");
                found = context.total;
                break;
            case SyntaxKind::External:
                found = external(id, at);
                break;
            case SyntaxKind::Name:
                found = name(id, at, context);
                break;
            case SyntaxKind::Call:
                found = call(id, at, context);
                break;
            case SyntaxKind::Indexer:
                found = indexer(at, context);
                break;
            case SyntaxKind::Polarity:
                found = polarity(at, context);
                break;
            case SyntaxKind::Binary:
                found = binary(at, context);
                break;
            case SyntaxKind::TypeTest:
                found = typeTest(id, at, context);
                break;
        }
        meaning(id).type = found;
        return meaning(id).type;
    }

    /// An operand: what it defines is not seen beside it.
    StaticType operand(SyntaxId id, const Context& context) {
        const Sight sight(*this);
        return node(id, context);
    }

    // ---- names --------------------------------------------------------------------------------
    StaticType external(SyntaxId id, const SyntaxNode& at) {
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
            for (const auto* known :
                 {"context", "resource", "rootResource", "ucum", "sct", "loinc"}) {
                nearest.consider(known);
            }
            for (const Variable& variable : scope_.variables) nearest.consider(variable.name);
            for (const DefinedVariable& variable : defined_) nearest.consider(variable.name);
            fault(at, "there is no variable %" + std::string(at.name) + nearest.hint());
            return {};
        }
        StaticType result = one(ValueKind::String);
        result.atLeast = 1;
        return result;
    }

    /// %resource: the focus's own type when that is a resource.
    StaticType resourceType() const {
        if (scope_.focus != model::kNoType &&
            model_.type(scope_.focus).kind == TypeKind::Resource) {
            return StaticType::one(scope_.focus);
        }
        StaticType any;
        any.many = false;
        return any;
    }

    std::optional<StaticType> hostVariable(SyntaxId id, std::string_view name) {
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

    StaticType name(SyntaxId id, const SyntaxNode& at, const Context& context) {
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

    /// A name at the root that is the type of the focus, a supertype of it or, where the focus may
    /// be several things, one of them.
    std::optional<StaticType> typeOfFocus(SyntaxId id, const SyntaxNode& at,
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
            fault(at, "the expression begins with " + std::string(at.name) +
                          ", but its focus is a " + shown(focus));
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

    [[nodiscard]] bool hasMember(const StaticType& of, std::string_view name) const {
        const model::NameId id = model_.nameId(name);
        return std::ranges::any_of(of.types(), [&](TypeId candidate) {
            return candidate != kTypeInfoType && id != model::kNoName &&
                   !model_.elements(candidate, id).empty();
        });
    }

    StaticType member(SyntaxId id, const SyntaxNode& at, const StaticType& input) {
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

    StaticType memberOfAny(const SyntaxNode& at, Meaning& found) {
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
            fault(at, "no type has an element '" + std::string(at.name) + "'" + nearest.hint());
        }
        return {};
    }

    StaticType memberOfKnown(const SyntaxNode& at, const StaticType& input, Meaning& found) {
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

    /// Adds to `result` what the element is in one type; false when the type has none such.
    bool memberOfType(TypeId owner, std::string_view name, Meaning& found, StaticType& result,
                      bool& any) {
        if (owner == kTypeInfoType || isSystem(owner)) {
            const ValueKind kind = systemMemberKind(owner, name);
            if (kind == ValueKind::Element) return false;
            found.role = Role::SystemMember;
            result.add(systemType(kind), arena_);
            return true;
        }
        const auto alternatives = found.name == model::kNoName
                                      ? std::span<const model::ElementDef>()
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

    /// Types whose elements are more than the model says: open JSON, and abstract types, which
    /// stand for those that derive from them.
    [[nodiscard]] bool isOpenEnded(TypeId owner, model::NameId name) const {
        if (!model_.type(owner).isAbstract || name == model::kNoName) return false;
        for (std::size_t i = 1; i < model_.typeCount(); ++i) {
            const auto candidate = static_cast<TypeId>(i);
            if (model_.isA(candidate, owner) && !model_.elements(candidate, name).empty()) {
                return true;
            }
        }
        return false;
    }

    /// "valueString" for the String alternative of "value": an error in FHIRPath, but maps of HL7
    /// and the NHS are written so.
    std::optional<StaticType> alternativeByName(const SyntaxNode& at, const StaticType& input,
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

    void unknownElement(const SyntaxNode& at, const StaticType& input) {
        NearestName nearest(at.name);
        for (const TypeId owner : input.types()) {
            if (owner == kTypeInfoType || isSystem(owner)) continue;
            if (const model::ElementDef* def = model_.elementNamed(owner, at.name)) {
                const std::string choice(model_.name(def->name));
                fault(at, "'" + std::string(at.name) + "' is written " + choice + ".ofType(" +
                              std::string(model_.type(def->type).name) + ") in FHIRPath");
                return;
            }
            for (const model::ElementDef& def : model_.type(owner).elements) {
                nearest.consider(model_.name(def.name));
            }
        }
        fault(at, "there is no element '" + std::string(at.name) + "' in " + shown(input) +
                      nearest.hint());
    }

    [[nodiscard]] bool isSystem(TypeId id) const {
        return model_.type(id).kind == TypeKind::System;
    }

    // ---- operators ----------------------------------------------------------------------------
    StaticType indexer(const SyntaxNode& at, const Context& context) {
        const StaticType input = node(at.input, context);
        checkOrder(at, input, "[ ]");
        const StaticType index = operand(syntax_.argumentsOf(at)[0], context);
        if ((index.kinds() & bit(ValueKind::Integer)) == 0 && !index.isNothing()) {
            fault(at, "an index is an Integer, not " + shown(index));
        }
        return single(input);
    }

    static StaticType single(StaticType of) {
        of.many = false;
        of.unordered = false;
        of.atLeast = 0;
        return of;
    }

    void checkOrder(const SyntaxNode& at, const StaticType& input, std::string_view what) {
        if (!scope_.checkOrder || !input.unordered) return;
        fault(at, std::string(what) +
                      " asks for an order that children() and descendants() do not "
                      "have");
    }

    /// Faults when several items are certain where one is wanted.
    void checkSingle(const SyntaxNode& at, const StaticType& operandType, std::string_view what) {
        // What iif() may never reach does no harm.
        if (operandType.atLeast < 2 || guarded_ > 0) return;
        fault(at, std::string(what) + " takes one item, and here are certainly several");
    }

    StaticType polarity(const SyntaxNode& at, const Context& context) {
        const StaticType input = operand(at.input, context);
        constexpr KindSet kAmounts = kNumbers | bit(ValueKind::Quantity);
        if (!input.isNothing() && (input.kinds() & kAmounts) == 0) {
            fault(at, "a sign stands before a number or a Quantity, not before " + shown(input) +
                          " (the sign binds less tightly than the dot: write (-1).abs())");
        }
        checkSingle(at, input, "a sign");
        return ofKinds(input.kinds() & kAmounts);
    }

    /// System types of these kinds, one item.
    StaticType ofKinds(KindSet kinds) {
        StaticType result = StaticType::nothing();
        for (unsigned i = 1; i <= static_cast<unsigned>(ValueKind::Quantity); ++i) {
            const auto kind = static_cast<ValueKind>(i);
            if ((kinds & bit(kind)) != 0) result.add(systemType(kind), arena_);
        }
        return result;
    }

    StaticType binary(const SyntaxNode& at, const Context& context) {
        const StaticType left = operand(at.input, context);
        const StaticType right = operand(syntax_.argumentsOf(at)[0], context);
        const std::string word(text_.substr(at.begin, at.end - at.begin));
        switch (at.op) {
            case Operator::Union:
                return merged(left, right, true, at);
            case Operator::Plus:
            case Operator::Minus:
            case Operator::Multiply:
            case Operator::Divide:
            case Operator::Div:
            case Operator::Mod:
            case Operator::Concatenate:
                checkSingle(at, left, word);
                checkSingle(at, right, word);
                return arithmetic(at, left, right, word);
            case Operator::Less:
            case Operator::LessOrEqual:
            case Operator::Greater:
            case Operator::GreaterOrEqual:
                checkSingle(at, left, word);
                checkSingle(at, right, word);
                if (!left.isNothing() && !right.isNothing() &&
                    !isOrdered(left.kinds(), right.kinds())) {
                    fault(at,
                          "'" + word + "' cannot set " + shown(left) + " against " + shown(right));
                }
                break;
            case Operator::In:
                checkSingle(at, left, word);
                break;
            case Operator::Contains:
                checkSingle(at, right, word);
                break;
            case Operator::And:
            case Operator::Or:
            case Operator::Xor:
            case Operator::Implies:
                checkSingle(at, left, word);
                checkSingle(at, right, word);
                break;
            default:
                break;
        }
        return one(ValueKind::Boolean);
    }

    StaticType arithmetic(const SyntaxNode& at, const StaticType& left, const StaticType& right,
                          const std::string& word) {
        const bool isText = at.op == Operator::Concatenate;
        if (isText && (left.isNothing() || right.isNothing())) return one(ValueKind::String);
        if (left.isNothing() || right.isNothing()) return StaticType::nothing();
        const KindSet kinds = computedKinds(at.op, left.kinds(), right.kinds());
        if (kinds == 0) {
            std::string message =
                "'" + word + "' cannot take " + shown(left) + " and " + shown(right);
            if (isText) message += "; it joins texts, toString() makes one";
            fault(at, std::move(message));
            return {};
        }
        return ofKinds(kinds);
    }

    StaticType merged(const StaticType& left, const StaticType& right, bool distinct,
                      const SyntaxNode& at) {
        StaticType result = left;
        if (left.isNothing())
            result = right;
        else if (!right.isNothing())
            result.add(right, arena_);
        result.many = !left.isNothing() && !right.isNothing() ? true : left.many || right.many;
        result.unordered = left.unordered || right.unordered;
        result.atLeast = std::max(left.atLeast, right.atLeast);
        if (!distinct || areDifferentLiterals(at)) {
            result.atLeast =
                static_cast<std::uint8_t>(std::min(2, int{left.atLeast} + int{right.atLeast}));
        }
        return result;
    }

    /// 1 | 2, where both stay.
    [[nodiscard]] bool areDifferentLiterals(const SyntaxNode& at) const {
        if (at.argumentCount == 0 || at.input == kNoSyntax) return false;
        const SyntaxNode& left = syntax_[at.input];
        const SyntaxNode& right = syntax_[syntax_.argumentsOf(at)[0]];
        return left.kind == SyntaxKind::Literal && right.kind == SyntaxKind::Literal &&
               left.value.kind() == right.value.kind() &&
               path::text(left.value) != path::text(right.value) &&
               (left.value.is(ValueKind::Integer) || left.value.is(ValueKind::String));
    }

    // ---- types --------------------------------------------------------------------------------
    StaticType typeTest(SyntaxId id, const SyntaxNode& at, const Context& context) {
        const StaticType input = node(at.input, context);
        checkSingle(at, input, at.op == Operator::Is ? "is" : "as");
        return tested(id, at, at.name, input, at.op == Operator::Is ? Special::Is : Special::As);
    }

    StaticType tested(SyntaxId id, const SyntaxNode& at, std::string_view name,
                      const StaticType& input, Special how) {
        Meaning& found = meaning(id);
        const NamedType named = typeFor(model_, name);
        if (!named.known) {
            fault(at, "there is no type '" + std::string(name) + "'" + nearestType(name));
            return how == Special::Is ? one(ValueKind::Boolean) : StaticType();
        }
        found.named = named.type;
        found.match = named.match;
        if (how == Special::Is) return one(ValueKind::Boolean);
        if (found.match == TypeMatch::Derived && isPrimitive(model_, named.type)) {
            found.match = TypeMatch::Exact;
        }
        if (isImpossible(input, named.type, found.match)) {
            fault(at, "a " + shown(input) + " is never a " + std::string(name));
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

    /// Whether no item can pass: for complex types and resources only, because a primitive that is
    /// asked for another primitive is an ordinary question with the answer no.
    [[nodiscard]] bool isImpossible(const StaticType& input, TypeId wanted, TypeMatch match) const {
        if (match != TypeMatch::Derived || input.isAny() || input.isNothing()) return false;
        if (!isComposed(wanted)) return false;
        return std::ranges::all_of(input.types(), [&](TypeId candidate) {
            return candidate != kTypeInfoType && candidate != model::kOpen &&
                   !isSystem(candidate) && !model_.isA(candidate, wanted) &&
                   !model_.isA(wanted, candidate);
        });
    }
    [[nodiscard]] bool isComposed(TypeId id) const {
        const TypeKind kind = model_.type(id).kind;
        return kind == TypeKind::Complex || kind == TypeKind::Resource ||
               kind == TypeKind::Backbone;
    }

    [[nodiscard]] std::string nearestType(std::string_view name) const {
        NearestName nearest(name);
        for (std::size_t i = 1; i < model_.typeCount(); ++i) {
            nearest.consider(model_.type(static_cast<TypeId>(i)).name);
        }
        return nearest.hint();
    }

    /// A type specifier where the grammar has an expression: Patient, FHIR.Patient, `Patient`.
    std::string_view typeArgument(SyntaxId id) {
        const SyntaxNode& at = syntax_[id];
        if (at.kind != SyntaxKind::Name) return {};
        if (at.input == kNoSyntax) return at.name;
        const std::string_view before = typeArgument(at.input);
        if (before.empty()) return {};
        std::string joined(before);
        joined.append(".").append(at.name);
        return arena_.copy(joined);
    }

    // ---- functions ----------------------------------------------------------------------------
    StaticType call(SyntaxId id, const SyntaxNode& at, const Context& context) {
        const StaticType input = at.input == kNoSyntax ? context.focus : node(at.input, context);
        const FunctionSpec* spec = functionNamed(at.name);
        if (!spec) {
            NearestName nearest(at.name);
            for (const FunctionSpec& known : allFunctions()) nearest.consider(known.name);
            fault(at, "there is no function " + std::string(at.name) + "()" + nearest.hint());
            return {};
        }
        meaning(id).function = spec;
        if (at.argumentCount < spec->least || at.argumentCount > spec->most) {
            fault(at, arity(*spec, at.argumentCount));
            return {};
        }
        if (spec->ordered) checkOrder(at, input, std::string(at.name) + "()");
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

    static std::string arity(const FunctionSpec& spec, std::uint32_t given) {
        std::string message(spec.name);
        message.append("() takes ");
        if (spec.most == 0) {
            message.append("no argument");
        } else {
            message.append(std::to_string(spec.least));
            if (spec.most > spec.least) {
                message.append(spec.most == 255 ? " or more" : " to " + std::to_string(spec.most));
            }
            message.append(spec.most == 1 ? " argument" : " arguments");
        }
        return message.append(", not ").append(std::to_string(given));
    }

    void checkInput(const SyntaxNode& at, const FunctionSpec& spec, const StaticType& input) {
        if (input.isNothing()) return;
        if (spec.isScalar() || spec.input == Needs::Item) {
            checkSingle(at, input, std::string(spec.name) + "()");
        }
        if ((input.kinds() & kindsFor(spec.input)) == 0) {
            fault(at, std::string(spec.name) + "() is for " + std::string(describe(spec.input)) +
                          ", and this is " + shown(input));
        }
    }

    StaticType argument(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec, std::size_t i,
                        const Context& context, const StaticType& input) {
        const SyntaxId argumentId = syntax_.argumentsOf(at)[i];
        const Needs needs = spec.argument(i);
        const Sight sight(*this);
        if (needs == Needs::Type) {
            const std::string_view name = typeArgument(argumentId);
            if (name.empty()) {
                fault(syntax_[argumentId], std::string(spec.name) + "() takes the name of a type");
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
            fault(syntax_[argumentId], std::string(spec.name) + "() takes " +
                                           std::string(describe(needs)) + " here, not " +
                                           shown(given));
        }
        return given;
    }

    /// What repeat() goes over: the input and, from the second round on, what its argument gives.
    StaticType closure(SyntaxId projection, const Context& context) {
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

    /// -$this sorts downwards, for texts and dates too.
    StaticType sortKey(SyntaxId id, const Context& context) {
        const SyntaxNode& at = syntax_[id];
        if (at.kind == SyntaxKind::Polarity && at.op == Operator::Minus) {
            return node(at.input, context);
        }
        return node(id, context);
    }

    StaticType defineVariable(SyntaxId id, const SyntaxNode& at, const StaticType& input) {
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
        if (taken) fault(nameNode, "the variable %" + std::string(name) + " is defined already");
        meaning(id).slot = result_.definedVariables;
        defined_.push_back({name, result_.definedVariables++, type});
        return input;
    }

    [[nodiscard]] bool isReserved(std::string_view name) {
        return name == "context" || name == "resource" || name == "rootResource" ||
               !constantVariable(name, arena_).empty();
    }

    StaticType aggregate(const SyntaxNode& at, const Context& context, const StaticType& input) {
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

    StaticType result(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec,
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
                found = merged(given[1], at.argumentCount > 2 ? given[2] : StaticType::nothing(),
                               true, at);
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

    const Syntax& syntax_;
    std::string_view text_;
    const Scope& scope_;
    const model::Model& model_;
    tree::Arena& arena_;
    Analysis result_;
    std::vector<DefinedVariable> defined_;
    int guarded_ = 0;  ///< nesting in branches of iif()
};

}  // namespace

Analysis analyse(const Syntax& syntax, std::string_view text, const Scope& scope,
                 tree::Arena& arena) {
    return Analyser(syntax, text, scope, arena).run();
}

}  // namespace waymark::path
