#include "fhir/path/compiler.h"

#include "fhir/model/r4_ids.h"
#include "fhir/path/parser.h"
#include "fhir/path/pattern.h"

namespace waymark::path {
namespace {

class Compiler {
public:
    Compiler(const Syntax& syntax, Analysis& analysis, const model::Model& model,
             std::string_view text)
        : syntax_(syntax), analysis_(analysis), model_(model), text_(text) {}

    Plan run() {
        plan_.code.reserve(syntax_.nodes.size());
        plan_.root = node(syntax_.root);
        plan_.definedVariables = analysis_.definedVariables;
        return std::move(plan_);
    }

private:
    [[nodiscard]] const Meaning& meaning(SyntaxId id) const { return analysis_.meanings[id]; }

    Instruction instruction(PlanOp op, const SyntaxNode& at) const {
        Instruction made;
        made.op = op;
        made.place = at.begin;
        return made;
    }
    PlanId add(const Instruction& made) {
        plan_.code.push_back(made);
        return static_cast<PlanId>(plan_.code.size() - 1);
    }
    std::uint32_t literal(const Value& value) {
        plan_.literals.push_back(value);
        return static_cast<std::uint32_t>(plan_.literals.size() - 1);
    }

    PlanId node(SyntaxId id) {
        const SyntaxNode& at = syntax_[id];
        switch (at.kind) {
            case SyntaxKind::Literal: {
                Instruction made = instruction(PlanOp::Literal, at);
                made.a = literal(at.value);
                return add(made);
            }
            case SyntaxKind::Empty:
                return add(instruction(PlanOp::Empty, at));
            case SyntaxKind::This:
                return kFocus;
            case SyntaxKind::Index:
                return add(instruction(PlanOp::Index, at));
            case SyntaxKind::Total:
                return add(instruction(PlanOp::Total, at));
            case SyntaxKind::External:
                return variable(id, at);
            case SyntaxKind::Name:
                return name(id, at);
            case SyntaxKind::Call:
                return call(id, at);
            case SyntaxKind::Indexer: {
                Instruction made = instruction(PlanOp::Indexer, at);
                made.input = node(at.input);
                made.c = node(syntax_.argumentsOf(at)[0]);
                return add(made);
            }
            case SyntaxKind::Polarity:
                return polarity(at);
            case SyntaxKind::Binary: {
                Instruction made = instruction(PlanOp::Binary, at);
                made.binary = at.op;
                made.input = node(at.input);
                made.c = node(syntax_.argumentsOf(at)[0]);
                return add(made);
            }
            case SyntaxKind::TypeTest:
                return typed(id, at, node(at.input),
                             at.op == Operator::Is ? PlanOp::Is : PlanOp::As);
        }
        return kFocus;
    }

    PlanId polarity(const SyntaxNode& at) {
        const SyntaxNode& operand = syntax_[at.input];
        // -1 is a literal, too.
        if (operand.kind == SyntaxKind::Literal && at.op == Operator::Minus) {
            if (operand.value.is(ValueKind::Integer)) {
                Instruction made = instruction(PlanOp::Literal, at);
                made.a = literal(Value::integer(-operand.value.integer()));
                return add(made);
            }
            if (operand.value.is(ValueKind::Decimal)) {
                Instruction made = instruction(PlanOp::Literal, at);
                made.a = literal(Value::decimal(operand.value.decimal().negated()));
                return add(made);
            }
        }
        Instruction made =
            instruction(at.op == Operator::Minus ? PlanOp::Negate : PlanOp::Number, at);
        made.input = node(at.input);
        return add(made);
    }

    PlanId variable(SyntaxId id, const SyntaxNode& at) {
        const Meaning& what = meaning(id);
        Instruction made = instruction(PlanOp::Variable, at);
        made.a = what.slot;
        made.slot = what.slot;
        if (what.role == Role::Defined) made.op = PlanOp::Defined;
        if (what.role == Role::Environment) made.op = what.environment;
        if (what.role == Role::Constant) {
            made.op = PlanOp::Literal;
            made.a = literal(Value::string(what.constant));
        }
        return add(made);
    }

    // ---- names --------------------------------------------------------------------------------
    PlanId name(SyntaxId id, const SyntaxNode& at) {
        const Meaning& what = meaning(id);
        if (what.role == Role::Variable) return variable(id, at);
        const PlanId input = at.input == kNoSyntax ? kFocus : node(at.input);
        if (what.role == Role::TypeOfFocus) {
            Instruction made = instruction(PlanOp::TypeFilter, at);
            made.type = what.named;
            made.input = input;
            return add(made);
        }
        if (what.role == Role::ValueOf) {
            Instruction made = instruction(PlanOp::ValueOf, at);
            made.input = input;
            return add(made);
        }
        if (what.role == Role::SystemMember) {
            Instruction made = instruction(PlanOp::Member, at);
            made.input = input;
            made.a = step(what);
            made.b = 1;
            made.c = literal(Value::string(at.name));
            return add(made);
        }
        return path(input, what, at);
    }

    std::uint32_t step(const Meaning& what) {
        PathStep made{what.name, what.only, 0};
        if (!what.key.empty()) {
            plan_.keys.push_back(what.key);
            made.key = static_cast<std::uint32_t>(plan_.keys.size());
        }
        plan_.steps.push_back(made);
        return static_cast<std::uint32_t>(plan_.steps.size() - 1);
    }

    /// One more step: on the chain that was made last, or a new chain.
    PlanId path(PlanId input, const Meaning& what, const SyntaxNode& at) {
        if (isChain(input) && plan_.code[input].a + plan_.code[input].b == plan_.steps.size()) {
            step(what);
            ++plan_.code[input].b;
            return input;
        }
        Instruction made = instruction(PlanOp::Path, at);
        made.input = input;
        made.a = step(what);
        made.b = 1;
        return add(made);
    }
    [[nodiscard]] bool isChain(PlanId id) const {
        return id != kFocus && id + 1 == plan_.code.size() && plan_.code[id].op == PlanOp::Path &&
               plan_.code[id].mode == PathMode::All;
    }

    PlanId typed(SyntaxId id, const SyntaxNode& at, PlanId input, PlanOp op) {
        const Meaning& what = meaning(id);
        if (op == PlanOp::TypeFilter) {
            if (what.fallsAway || narrowed(input, what)) return input;
        }
        Instruction made = instruction(op, at);
        made.type = what.named;
        made.match = what.match;
        made.input = input;
        return add(made);
    }

    /// entry.resource.ofType(Patient): the last step takes nothing else, and the chain goes on.
    bool narrowed(PlanId input, const Meaning& what) {
        if (!isChain(input) || what.match == TypeMatch::System || what.match == TypeMatch::Never) {
            return false;
        }
        const Instruction& chain = plan_.code[input];
        PathStep& last = plan_.steps[chain.a + chain.b - 1];
        if (chain.a + chain.b != plan_.steps.size() || last.only != model::kNoType) return false;
        if (what.match == TypeMatch::Derived && hasDerived(what.named)) return false;
        last.only = what.named;
        return true;
    }
    [[nodiscard]] bool hasDerived(model::TypeId base) const {
        if (model_.type(base).isAbstract) return true;
        for (std::size_t i = 1; i < model_.typeCount(); ++i) {
            if (model_.type(static_cast<model::TypeId>(i)).base == base) return true;
        }
        return false;
    }

    // ---- functions ----------------------------------------------------------------------------
    PlanId call(SyntaxId id, const SyntaxNode& at) {
        const FunctionSpec& spec = *meaning(id).function;
        const PlanId input = at.input == kNoSyntax ? kFocus : node(at.input);
        switch (spec.special) {
            case Special::Is:
                return typed(id, at, input, PlanOp::Is);
            case Special::As:
                return typed(id, at, input, PlanOp::As);
            case Special::OfType:
                return typed(id, at, input, PlanOp::TypeFilter);
            case Special::Empty:
                if (asked(input, PathMode::Empty)) return input;
                break;
            case Special::Count:
                if (asked(input, PathMode::Count)) return input;
                break;
            case Special::First:
                if (asked(input, PathMode::First)) return input;
                break;
            case Special::Exists:
                if (at.argumentCount == 0 && asked(input, PathMode::Exists)) return input;
                break;
            case Special::Extension:
                if (const auto fused = extension(at, input)) return *fused;
                break;
            default:
                break;
        }
        return general(id, at, spec, input);
    }

    /// Asks a chain or a filter for less than all its items.
    bool asked(PlanId input, PathMode mode) {
        if (input == kFocus || input + 1 != plan_.code.size()) return false;
        Instruction& last = plan_.code[input];
        const bool isFilter =
            last.op == PlanOp::FilterText && (mode == PathMode::Exists || mode == PathMode::Empty);
        if (last.mode != PathMode::All || (last.op != PlanOp::Path && !isFilter)) return false;
        last.mode = mode;
        return true;
    }

    /// extension('url'): the extensions whose url is that text.
    std::optional<PlanId> extension(const SyntaxNode& at, PlanId input) {
        const SyntaxId argument = syntax_.argumentsOf(at)[0];
        const Meaning& what = meaning(argument);
        Value url = syntax_[argument].value;
        if (what.role == Role::Constant) {
            url = Value::string(what.constant);
        } else if (syntax_[argument].kind != SyntaxKind::Literal) {
            return std::nullopt;
        }
        Meaning child;
        child.name = model::name::extension;
        const PlanId extensions = path(input, child, at);
        Instruction made = instruction(PlanOp::FilterText, at);
        made.input = extensions;
        child.name = model::name::url;
        made.a = step(child);
        made.b = 1;
        made.c = literal(url);
        return add(made);
    }

    PlanId general(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec, PlanId input) {
        Instruction made = instruction(PlanOp::Call, at);
        made.function = &spec;
        made.input = input;
        made.slot = meaning(id).slot;
        const auto given = syntax_.argumentsOf(at);
        const bool isFilter =
            spec.special == Special::Where || (spec.special == Special::Exists && !given.empty());
        const std::size_t codeBefore = plan_.code.size();
        std::vector<PlanId> arguments;
        for (std::size_t i = 0; i < given.size(); ++i) {
            const bool isName = spec.special == Special::DefineVariable && i == 0;
            arguments.push_back(isName ? kFocus : argument(given[i], spec, made));
        }
        if (isFilter) {
            if (const auto fused = filterText(at, input, arguments[0], codeBefore)) {
                if (spec.special == Special::Exists) plan_.code[*fused].mode = PathMode::Exists;
                return *fused;
            }
        }
        if (spec.special == Special::Matches) pattern(given[0], made);
        made.a = static_cast<std::uint32_t>(plan_.arguments.size());
        made.b = static_cast<std::uint32_t>(arguments.size());
        plan_.arguments.insert(plan_.arguments.end(), arguments.begin(), arguments.end());
        return add(made);
    }

    PlanId argument(SyntaxId id, const FunctionSpec& spec, Instruction& made) {
        if (spec.special != Special::Sort) return node(id);
        const SyntaxNode& at = syntax_[id];
        const bool isNegated = at.kind == SyntaxKind::Polarity && at.op == Operator::Minus;
        const bool isDescending = isNegated != (at.order == SortOrder::Descending);
        // One bit per key: the first 32 may run downwards.
        const auto key = sortKey_++;
        if (isDescending && key < 32) made.c |= 1U << key;
        return isNegated ? node(at.input) : node(id);
    }

    /// where(code = 'x') and where('x' = code): the plan of the criterion is taken back.
    std::optional<PlanId> filterText(const SyntaxNode& at, PlanId input, PlanId criterion,
                                     std::size_t codeBefore) {
        if (criterion == kFocus || plan_.code.size() != codeBefore + 3) return std::nullopt;
        const Instruction equal = plan_.code[criterion];
        if (equal.op != PlanOp::Binary || equal.binary != Operator::Equal) return std::nullopt;
        if (equal.input == kFocus || equal.c == kFocus) return std::nullopt;
        Instruction chain = plan_.code[equal.input];
        Instruction text = plan_.code[equal.c];
        if (chain.op == PlanOp::Literal) std::swap(chain, text);
        if (chain.op != PlanOp::Path || chain.mode != PathMode::All || chain.input != kFocus ||
            text.op != PlanOp::Literal || !plan_.literals[text.a].is(ValueKind::String)) {
            return std::nullopt;
        }
        if (!isText(syntax_.argumentsOf(at)[0])) return std::nullopt;
        plan_.code.resize(codeBefore);
        Instruction made = instruction(PlanOp::FilterText, at);
        made.input = input;
        made.a = chain.a;
        made.b = chain.b;
        made.c = text.a;
        return add(made);
    }

    /// Whether both sides of the equation are certainly texts.
    [[nodiscard]] bool isText(SyntaxId equation) const {
        const SyntaxNode& at = syntax_[equation];
        const auto isString = [&](SyntaxId id) {
            return meaning(id).type.kinds() == bit(ValueKind::String);
        };
        return isString(at.input) && isString(syntax_.argumentsOf(at)[0]);
    }

    void pattern(SyntaxId argument, Instruction& made) {
        const SyntaxNode& at = syntax_[argument];
        if (at.kind != SyntaxKind::Literal || !at.value.is(ValueKind::String)) return;
        auto compiled = Pattern::compile(at.value.string());
        if (!compiled) {
            analysis_.faults.push_back(
                syntaxIssue(text_, at.begin, std::string(compiled.error().text())));
            return;
        }
        plan_.patterns.push_back(*std::move(compiled));
        made.c = static_cast<std::uint32_t>(plan_.patterns.size());
    }

    const Syntax& syntax_;
    Analysis& analysis_;
    const model::Model& model_;
    std::string_view text_;
    Plan plan_;
    unsigned sortKey_ = 0;
};

}  // namespace

Plan compilePlan(const Syntax& syntax, Analysis& analysis, const model::Model& model,
                 std::string_view text) {
    return Compiler(syntax, analysis, model, text).run();
}

}  // namespace waymark::path
