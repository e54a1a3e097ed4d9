// Calls of functions: the input and the arguments as what the function needs, and the functions
// that the evaluation runs itself because they let items flow through.
#include <fmt/format.h>

#include "fhir/path/evaluation_frame.h"

namespace waymark::path {

Got Evaluation::converted(Value& item, Needs needs) {
    if (needs == Needs::Item) return Got::One;
    const Value found = item;
    item = systemValue(found, arena_);
    if ((bit(item.kind()) & kindsFor(needs)) == 0) {
        // A primitive with extensions only, or a text that is not of its type, has no value.
        if (item.isElement() && systemKind(item.element().type()) != ValueKind::Element &&
            (bit(systemKind(item.element().type())) & kindsFor(needs)) != 0) {
            return Got::Empty;
        }
        fail(fmt::format("{} is needed, and this is a {}", describe(needs),
                         typeName(found, model_)));
        return Got::Failed;
    }
    if (needs == Needs::Number && item.is(ValueKind::Integer)) {
        item = Value::decimal(model::Decimal(item.integer()));
    }
    if (needs == Needs::Quantity && !item.is(ValueKind::Quantity)) {
        const model::Decimal value =
            item.is(ValueKind::Integer) ? model::Decimal(item.integer()) : item.decimal();
        item = Value::quantity({value, "1", false}, arena_);
    }
    return Got::One;
}

Got Evaluation::scalar(PlanId id, Needs needs, Value& item) {
    const Got got = one(id, item);
    if (got != Got::One) return got;
    if (id != kFocus) place_ = plan_.code[id].place;
    return converted(item, needs);
}

Got Evaluation::arguments(const Instruction& at, Call& call, Items& other) {
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        const Needs needs = at.function->argument(i);
        switch (needs) {
            case Needs::Each:
            case Needs::Lazy:
            case Needs::Type:
                if (i < call.given.size()) call.given[i] = true;
                break;
            case Needs::Collection:
                if (!all(call.arguments[i], other)) return Got::Failed;
                call.other = other.view();
                call.given[i] = true;
                break;
            default: {
                if (i >= call.values.size()) break;
                const Got got = scalar(call.arguments[i], needs, call.values[i]);
                if (got == Got::Failed) return got;
                call.given[i] = got == Got::One;
                if (got == Got::Empty && needs != Needs::OptionalInteger) return Got::Empty;
            }
        }
    }
    return Got::One;
}

bool Evaluation::runFunction(const Instruction& at, Items& out) {
    Call call{.at = at, .arguments = plan_.argumentsOf(at), .out = out};
    Items input(arena_);
    Items other(arena_);
    if (at.function->isScalar()) {
        const Got got = scalar(at.input, at.function->input, call.item);
        if (got != Got::One) return got == Got::Empty;
    } else {
        if (!all(at.input, input)) return false;
        if (at.function->input == Needs::Strings) {
            place_ = at.place;
            for (Value& item : input) {
                if (converted(item, Needs::String) == Got::Failed) return false;
            }
        }
        call.input = input.view();
    }
    const Got got = arguments(at, call, other);
    if (got != Got::One) return got == Got::Empty;
    place_ = at.place;
    return affords(0) && at.function->run(*this, call) && compared() && holds(out);
}

bool Evaluation::streamCall(const Instruction& at, Visitor visit) {
    switch (at.function->special) {
        case Special::Where:
            return streamWhere(at, visit);
        case Special::Select:
            return streamSelect(at, visit);
        case Special::Iif:
            return streamIif(at, visit);
        case Special::DefineVariable:
            return streamDefineVariable(at, visit);
        case Special::Exists:
        case Special::Empty:
        case Special::Not:
            return streamTruth(truthOf(at), visit);
        case Special::Count: {
            std::int64_t count = 0;
            const auto counting = [&](const Value&) { return ++count > 0; };
            stream(at.input, Visitor(counting));
            return !fault_ && visit(Value::integer(count));
        }
        case Special::First: {
            Value first;
            bool found = false;
            const auto keep = [&](const Value& item) {
                first = item;
                found = true;
                return false;
            };
            stream(at.input, Visitor(keep));
            return !fault_ && (!found || visit(first));
        }
        default:
            break;
    }
    Items out(arena_);
    if (!runFunction(at, out)) return false;
    return streamCollection(out.view(), visit);
}

bool Evaluation::streamWhere(const Instruction& at, Visitor visit) {
    const PlanId criterion = plan_.argumentsOf(at)[0];
    std::int64_t index = 0;
    const auto pass = [&](const Value& item) {
        const Truth holds = eachCondition(criterion, item, index++);
        if (holds == Truth::Failed) return false;
        return holds != Truth::True || visit(item);
    };
    return stream(at.input, Visitor(pass)) && !fault_;
}

bool Evaluation::forward(const Frame& outer, const Value& item, Visitor visit) {
    const Within within(frame_, outer, place_);
    return visit(item);
}

bool Evaluation::streamSelect(const Instruction& at, Visitor visit) {
    const PlanId projection = plan_.argumentsOf(at)[0];
    const Frame outer = frame_;
    std::int64_t index = 0;
    const auto give = [&](const Value& item) { return forward(outer, item, visit); };
    const auto project = [&](const Value& item) {
        const Within within(frame_, {Collection::view(item), index++, outer.total}, place_);
        return stream(projection, Visitor(give));
    };
    return stream(at.input, Visitor(project)) && !fault_;
}

bool Evaluation::streamIif(const Instruction& at, Visitor visit) {
    const auto given = plan_.argumentsOf(at);
    Items input(arena_);
    if (!all(at.input, input)) return false;
    place_ = at.place;
    // Without an input of its own iif() stands for itself, whatever the focus is.
    if (at.input != kFocus && input.size() > 1) return fail("iif() takes one item");
    const Frame outer = frame_;
    const auto give = [&](const Value& item) { return forward(outer, item, visit); };
    const Within within(frame_, {input.view(), frame_.index, frame_.total}, place_);
    Truth holds = Truth::Empty;
    if (isTruth(given[0] == kFocus ? Instruction() : plan_.code[given[0]])) {
        holds = condition(given[0]);
    } else {
        Value criterion;
        const Got got = one(given[0], criterion);
        if (got == Got::Failed) return false;
        if (got == Got::One && !criterion.isElement() && !criterion.is(ValueKind::Boolean)) {
            return fail("the criterion of iif() is a Boolean");
        }
        if (got == Got::One) holds = conditionOf(criterion);
    }
    if (holds == Truth::Failed) return false;
    if (holds == Truth::True) return stream(given[1], Visitor(give));
    return given.size() < 3 || stream(given[2], Visitor(give));
}

bool Evaluation::streamDefineVariable(const Instruction& at, Visitor visit) {
    const auto given = plan_.argumentsOf(at);
    Items input(arena_);
    if (!all(at.input, input)) return false;
    const Collection kept = input.kept();
    Collection value = kept;
    if (given.size() > 1) {
        Items result(arena_);
        if (!lazy(given[1], kept, result)) return false;
        value = result.kept();
    }
    defined_[at.slot] = value;
    return streamCollection(kept, visit);
}

}  // namespace waymark::path
