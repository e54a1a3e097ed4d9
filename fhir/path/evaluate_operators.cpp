// Operators, and everything that is asked as a condition: those never make a collection.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/path/arithmetic.h"
#include "fhir/path/evaluation_frame.h"

namespace waymark::path {
namespace {

Truth negation(Truth of) {
    if (of == Truth::True) return Truth::False;
    return of == Truth::False ? Truth::True : of;
}

Truth ofAnswer(Answer answer) {
    if (answer == Answer::Open) return Truth::Empty;
    return asTruth(answer == Answer::Yes);
}

}  // namespace

bool Evaluation::isTruth(const Instruction& at) {
    switch (at.op) {
        case PlanOp::Path:
        case PlanOp::FilterText:
            return at.mode == PathMode::Exists || at.mode == PathMode::Empty;
        case PlanOp::Is:
            return true;
        case PlanOp::Binary:
            return at.binary >= Operator::Less;
        case PlanOp::Call:
            return at.function->special == Special::Exists ||
                   at.function->special == Special::Empty || at.function->special == Special::Not;
        default:
            return false;
    }
}

Truth Evaluation::conditionOf(const Value& item) const {
    if (item.is(ValueKind::Boolean)) return asTruth(item.boolean());
    if (!item.isElement() || item.element().type() != model::type::boolean) return Truth::True;
    // A boolean that only has extensions says neither.
    if (!item.element().hasValue()) return Truth::Empty;
    return asTruth(item.element().text() == "true");
}

Truth Evaluation::condition(PlanId id) {
    if (id != kFocus && isTruth(plan_.code[id])) {
        if (!step()) return Truth::Failed;
        const Depth depth(depth_);
        if (depth_ > environment_.limits.depth) {
            fail("the evaluation is nested too deeply", IssueType::TooCostly);
            return Truth::Failed;
        }
        return truthOf(plan_.code[id]);
    }
    Value item;
    const Got got = one(id, item);
    if (got == Got::Failed) return Truth::Failed;
    return got == Got::Empty ? Truth::Empty : conditionOf(item);
}

Truth Evaluation::truthOf(const Instruction& at) {
    switch (at.op) {
        case PlanOp::Path: {
            bool found = false;
            const auto look = [&](const Value&) {
                found = true;
                return false;
            };
            streamSteps(at, Visitor(look));
            if (fault_) return Truth::Failed;
            return asTruth(found == (at.mode == PathMode::Exists));
        }
        case PlanOp::FilterText: {
            bool found = false;
            const auto look = [&](const Value& item) {
                found = item.isElement() && matchesText(item.element(), at);
                return !found;
            };
            stream(at.input, Visitor(look));
            if (fault_) return Truth::Failed;
            return asTruth(found == (at.mode == PathMode::Exists));
        }
        case PlanOp::Is:
            return typeTest(at);
        case PlanOp::Call:
            if (at.function->special == Special::Not) return negation(condition(at.input));
            return exists(at);
        default:
            break;
    }
    switch (at.binary) {
        case Operator::And:
        case Operator::Or:
        case Operator::Xor:
        case Operator::Implies:
            return logic(at);
        case Operator::In:
        case Operator::Contains:
            return membership(at);
        case Operator::Less:
        case Operator::LessOrEqual:
        case Operator::Greater:
        case Operator::GreaterOrEqual:
            return comparison(at);
        default:
            return equality(at);
    }
}

Truth Evaluation::logic(const Instruction& at) {
    const Truth left = condition(at.input);
    if (left == Truth::Failed) return left;
    // What the left side settles is not asked of the right.
    if (at.binary == Operator::And && left == Truth::False) return Truth::False;
    if (at.binary == Operator::Or && left == Truth::True) return Truth::True;
    if (at.binary == Operator::Implies && left == Truth::False) return Truth::True;
    const Truth right = condition(at.c);
    if (right == Truth::Failed) return right;
    switch (at.binary) {
        case Operator::And:
            if (right == Truth::False) return right;
            return left == Truth::True ? right : Truth::Empty;
        case Operator::Or:
            if (right == Truth::True) return right;
            return left == Truth::False ? right : Truth::Empty;
        case Operator::Implies:
            if (right == Truth::True || left == Truth::True) return right;
            return Truth::Empty;
        default:
            if (left == Truth::Empty || right == Truth::Empty) return Truth::Empty;
            return asTruth(left != right);
    }
}

Truth Evaluation::equality(const Instruction& at) {
    Items left(arena_);
    Items right(arena_);
    if (!all(at.input, left) || !all(at.c, right)) return Truth::Failed;
    const bool isEquivalence =
        at.binary == Operator::Equivalent || at.binary == Operator::NotEquivalent;
    const bool isNegated = at.binary == Operator::NotEqual || at.binary == Operator::NotEquivalent;
    Truth result = Truth::Empty;
    if (isEquivalence) {
        result = asTruth(equivalent(left.view(), right.view(), comparing_));
    } else if (!left.empty() && !right.empty()) {
        result = ofAnswer(equal(left.view(), right.view(), comparing_));
    }
    if (!compared()) return Truth::Failed;
    return isNegated ? negation(result) : result;
}

Truth Evaluation::comparison(const Instruction& at) {
    Value left;
    Value right;
    const Got gotLeft = one(at.input, left);
    const Got gotRight = gotLeft == Got::Failed ? gotLeft : one(at.c, right);
    if (gotRight == Got::Failed) return Truth::Failed;
    if (gotLeft == Got::Empty || gotRight == Got::Empty) return Truth::Empty;
    switch (order(systemValue(left, arena_), systemValue(right, arena_))) {
        case Order::Less:
            return asTruth(at.binary == Operator::Less || at.binary == Operator::LessOrEqual);
        case Order::Same:
            return asTruth(at.binary == Operator::LessOrEqual ||
                           at.binary == Operator::GreaterOrEqual);
        case Order::Greater:
            return asTruth(at.binary == Operator::Greater || at.binary == Operator::GreaterOrEqual);
        case Order::Open:
            return Truth::Empty;
        case Order::Mismatch:
            break;
    }
    place_ = at.place;
    fail(fmt::format("a {} and a {} have no order", typeName(left, model_),
                     typeName(right, model_)));
    return Truth::Failed;
}

Truth Evaluation::membership(const Instruction& at) {
    const bool isIn = at.binary == Operator::In;
    Value item;
    const Got got = one(isIn ? at.input : at.c, item);
    if (got == Got::Failed) return Truth::Failed;
    if (got == Got::Empty) return Truth::Empty;
    bool found = false;
    const auto look = [&](const Value& candidate) {
        found = equal(candidate, item, comparing_) == Answer::Yes;
        return !found;
    };
    stream(isIn ? at.c : at.input, Visitor(look));
    if (fault_ || !compared()) return Truth::Failed;
    return asTruth(found);
}

Truth Evaluation::exists(const Instruction& at) {
    const auto given = plan_.argumentsOf(at);
    bool found = false;
    bool failed = false;
    std::int64_t index = 0;
    const auto look = [&](const Value& item) {
        if (given.empty()) {
            found = true;
        } else {
            const Truth holds = eachCondition(given[0], item, index++);
            failed = holds == Truth::Failed;
            found = holds == Truth::True;
        }
        return !found && !failed;
    };
    stream(at.input, Visitor(look));
    if (fault_) return Truth::Failed;
    return asTruth(found == (at.function->special == Special::Exists));
}

Truth Evaluation::typeTest(const Instruction& at) {
    Value item;
    const Got got = one(at.input, item);
    if (got == Got::Failed) return Truth::Failed;
    if (got == Got::Empty) return Truth::Empty;
    return asTruth(isType(item, at.type, at.match));
}

Got Evaluation::negated(const Instruction& at, Value& item) {
    Value found;
    const Got got = one(at.input, found);
    if (got != Got::One) return got;
    const bool isNegative = at.op == PlanOp::Negate;
    item = systemValue(found, arena_);
    if (item.is(ValueKind::Integer)) {
        const auto turned = model::Decimal(item.integer()).negated().toInteger();
        if (isNegative && !turned) return Got::Empty;
        if (isNegative) item = Value::integer(*turned);
        return Got::One;
    }
    if (item.is(ValueKind::Decimal)) {
        if (isNegative) item = Value::decimal(item.decimal().negated());
        return Got::One;
    }
    if (item.is(ValueKind::Quantity)) {
        model::Quantity quantity = item.quantity();
        if (isNegative) quantity.value = quantity.value.negated();
        item = Value::quantity(quantity, arena_);
        return Got::One;
    }
    place_ = at.place;
    fail(fmt::format("a sign cannot stand before a {}", typeName(found, model_)));
    return Got::Failed;
}

Got Evaluation::arithmetic(const Instruction& at, Value& item) {
    Value left;
    Value right;
    Got gotLeft = one(at.input, left);
    Got gotRight = gotLeft == Got::Failed ? gotLeft : one(at.c, right);
    if (gotRight == Got::Failed) return Got::Failed;
    if (at.binary == Operator::Concatenate) {
        if (gotLeft == Got::Empty) left = Value::string({});
        if (gotRight == Got::Empty) right = Value::string({});
    } else if (gotLeft == Got::Empty || gotRight == Got::Empty) {
        return Got::Empty;
    }
    const Value a = systemValue(left, arena_);
    const Value b = systemValue(right, arena_);
    place_ = at.place;
    if (a.is(ValueKind::String) && b.is(ValueKind::String) &&
        !affords(a.string().size() + b.string().size())) {
        return Got::Failed;
    }
    switch (compute(at.binary, a, b, arena_, item)) {
        case Computed::Value:
            return Got::One;
        case Computed::Empty:
            return Got::Empty;
        case Computed::BadUnit:
            fail(
                fmt::format("such a quantity cannot be added to a {}: use a calendar unit (days, "
                            "months), or a definite one up to weeks",
                            typeName(left, model_)));
            return Got::Failed;
        case Computed::OutOfCalendar:
            fail("the result leaves the years 1 to 9999");
            return Got::Failed;
        case Computed::Mismatch:
            break;
    }
    fail(fmt::format("there is no such operation for a {} and a {}", typeName(left, model_),
                     typeName(right, model_)));
    return Got::Failed;
}

bool Evaluation::streamBinary(const Instruction& at, Visitor visit) {
    if (isTruth(at)) return streamTruth(truthOf(at), visit);
    if (at.binary == Operator::Union) return streamUnion(at, visit);
    Value item;
    const Got got = arithmetic(at, item);
    return got == Got::One ? visit(item) : got == Got::Empty;
}

bool Evaluation::streamUnion(const Instruction& at, Visitor visit) {
    DistinctValues seen(comparing_);
    const auto pass = [&](const Value& item) {
        if (!step()) return false;
        const bool isNew = seen.add(item);
        return compared() && (!isNew || visit(item));
    };
    return stream(at.input, Visitor(pass)) && stream(at.c, Visitor(pass));
}

bool Evaluation::streamIndexer(const Instruction& at, Visitor visit) {
    Items items(arena_);
    const bool isLiteral = at.c != kFocus && plan_.code[at.c].op == PlanOp::Literal;
    // The index may name variables that the input defines: then the input comes first.
    if (!isLiteral && !all(at.input, items)) return false;
    Value wanted;
    const Got got = scalar(at.c, Needs::Integer, wanted);
    if (got != Got::One) return got == Got::Empty;
    const std::int64_t index = wanted.integer();
    if (!isLiteral) {
        if (index < 0 || index >= std::int64_t{items.size()}) return true;
        const Value item = items[static_cast<std::uint32_t>(index)];
        return visit(item);
    }
    std::int64_t at0 = 0;
    Value item;
    bool found = false;
    const auto count = [&](const Value& candidate) {
        if (at0++ != index) return true;
        item = candidate;
        found = true;
        return false;
    };
    stream(at.input, Visitor(count));
    return !fault_ && (!found || visit(item));
}

}  // namespace waymark::path
