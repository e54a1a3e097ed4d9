// The plan as text, for people.
#include <string>

#include "fhir/path/plan.h"

namespace waymark::path {
namespace {

std::string_view opName(PlanOp op) {
    constexpr std::string_view kNames[] = {
        "focus",   "literal",   "empty",         "$index",   "$total", "variable",
        "defined", "%resource", "%rootResource", "%context", "path",   "value",
        "member",  "filter",    "type",          "is",       "as",     "call",
        "item",    "negate",    "number",        "binary",
    };
    return kNames[static_cast<std::size_t>(op)];
}

std::string_view operatorName(Operator op) {
    constexpr std::string_view kNames[] = {
        "",  "+",  "-", "*",  "/", "div", "mod", "&",        "is",  "as", "|",   "<",       "<=",
        ">", ">=", "=", "!=", "~", "!~",  "in",  "contains", "and", "or", "xor", "implies",
    };
    return kNames[static_cast<std::size_t>(op)];
}

std::string_view modeName(PathMode mode) {
    constexpr std::string_view kNames[] = {"", " first", " exists", " empty", " count"};
    return kNames[static_cast<std::size_t>(mode)];
}

class Explainer {
public:
    Explainer(const Plan& plan, const model::Model& model, std::span<const std::string> variables)
        : plan_(plan), model_(model), variables_(variables) {}

    std::string run() {
        for (std::size_t i = 0; i < plan_.code.size(); ++i) {
            text_.append("%").append(std::to_string(i)).append(" = ");
            line(plan_.code[i]);
            text_ += '\n';
        }
        text_.append("result ");
        operand(plan_.root);
        text_ += '\n';
        return std::move(text_);
    }

private:
    void operand(PlanId id) {
        if (id == kFocus) {
            text_ += "$this";
        } else {
            text_.append("%").append(std::to_string(id));
        }
    }

    void steps(const Instruction& at) {
        for (const PathStep& step : plan_.stepsOf(at)) {
            text_ += '.';
            text_ += step.key != 0 ? plan_.keys[step.key - 1] : model_.name(step.name);
            if (step.only != model::kNoType) text_.append(":").append(model_.type(step.only).name);
        }
    }

    void literal(std::uint32_t index) {
        const Value& value = plan_.literals[index];
        const bool quoted = value.is(ValueKind::String);
        if (quoted) text_ += '\'';
        if (value.is(ValueKind::Date) || value.is(ValueKind::DateTime)) text_ += '@';
        if (value.is(ValueKind::Time)) text_ += "@T";
        appendText(value, text_);
        if (quoted) text_ += '\'';
    }

    void infix(const Instruction& at) {
        operand(at.input);
        text_.append(" ").append(operatorName(at.binary)).append(" ");
        operand(at.c);
    }

    void line(const Instruction& at) {
        if (at.op == PlanOp::Binary) return infix(at);
        text_ += opName(at.op);
        text_ += ' ';
        switch (at.op) {
            case PlanOp::Literal:
                return literal(at.a);
            case PlanOp::Variable:
                text_ += variables_[at.a];
                return;
            case PlanOp::Defined:
                text_ += std::to_string(at.slot);
                return;
            case PlanOp::Path:
            case PlanOp::Member:
                operand(at.input);
                text_ += ' ';
                steps(at);
                text_ += modeName(at.mode);
                return;
            case PlanOp::FilterText:
                operand(at.input);
                text_ += ' ';
                steps(at);
                text_ += " = ";
                literal(at.c);
                text_ += modeName(at.mode);
                return;
            case PlanOp::TypeFilter:
            case PlanOp::Is:
            case PlanOp::As:
                operand(at.input);
                text_.append(" ").append(model_.type(at.type).name);
                return;
            case PlanOp::Call:
                text_.append(at.function->name).append(" ");
                operand(at.input);
                for (const PlanId argument : plan_.argumentsOf(at)) {
                    text_ += ", ";
                    operand(argument);
                }
                return;
            case PlanOp::Indexer:
                operand(at.input);
                text_ += '[';
                operand(at.c);
                text_ += ']';
                return;
            case PlanOp::ValueOf:
            case PlanOp::Negate:
            case PlanOp::Number:
                return operand(at.input);
            default:
                text_.pop_back();
                return;
        }
    }

    const Plan& plan_;
    const model::Model& model_;
    std::span<const std::string> variables_;
    std::string text_;
};

}  // namespace

std::string explain(const Plan& plan, const model::Model& model,
                    std::span<const std::string> variables) {
    return Explainer(plan, model, variables).run();
}

}  // namespace waymark::path
