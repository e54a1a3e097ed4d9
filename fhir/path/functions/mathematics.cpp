// FHIRPath 5.8, in exact decimals.
#include <limits>
#include <optional>

#include "fhir/model/decimal_functions.h"
#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

using model::Decimal;

bool give(const Call& call, std::optional<Decimal> number) {
    if (number) call.out.push(Value::decimal(*number));
    return true;
}

/// As an Integer; nothing when it does not fit one.
bool giveWhole(const Call& call, std::optional<Decimal> number) {
    const auto whole = number ? number->toInteger() : std::nullopt;
    if (whole) call.out.push(Value::integer(*whole));
    return true;
}

Decimal asDecimal(const Value& value) {
    return value.is(ValueKind::Integer) ? Decimal(value.integer()) : value.decimal();
}

}  // namespace

bool abs(Evaluation& run, const Call& call) {
    switch (call.item.kind()) {
        case ValueKind::Integer:
            return giveWhole(call, Decimal(call.item.integer()).absolute());
        case ValueKind::Quantity: {
            model::Quantity quantity = call.item.quantity();
            quantity.value = quantity.value.absolute();
            call.out.push(Value::quantity(quantity, run.arena()));
            return true;
        }
        default:
            return give(call, call.item.decimal().absolute());
    }
}

bool ceiling(Evaluation&, const Call& call) {
    return giveWhole(call, call.item.decimal().withScale(0, Decimal::Rounding::Ceiling));
}

bool floor(Evaluation&, const Call& call) {
    return giveWhole(call, call.item.decimal().withScale(0, Decimal::Rounding::Floor));
}

bool truncate(Evaluation&, const Call& call) {
    return giveWhole(call, call.item.decimal().withScale(0, Decimal::Rounding::Down));
}

bool exp(Evaluation&, const Call& call) {
    return give(call, model::exponential(call.item.decimal()));
}

bool ln(Evaluation&, const Call& call) {
    return give(call, model::naturalLogarithm(call.item.decimal()));
}

bool log(Evaluation&, const Call& call) {
    return give(call, model::logarithm(call.item.decimal(), call.values[0].decimal()));
}

bool sqrt(Evaluation&, const Call& call) {
    return give(call, model::squareRoot(call.item.decimal()));
}

bool power(Evaluation& run, const Call& call) {
    const Value& exponent = call.values[0];
    if (call.item.is(ValueKind::Quantity) || exponent.is(ValueKind::Quantity)) {
        return run.fail("power() is for numbers");
    }
    const auto result = model::power(asDecimal(call.item), asDecimal(exponent));
    const bool isWhole = call.item.is(ValueKind::Integer) && exponent.is(ValueKind::Integer);
    if (!isWhole || (result && !result->isWhole())) return give(call, result);
    const auto whole = result ? result->toInteger() : std::nullopt;
    if (whole && *whole <= std::numeric_limits<std::int32_t>::max() &&
        *whole >= std::numeric_limits<std::int32_t>::min()) {
        call.out.push(Value::integer(*whole));
    }
    return true;
}

bool round(Evaluation& run, const Call& call) {
    const std::int64_t places = call.given[0] ? call.values[0].integer() : 0;
    if (places < 0) return run.fail("round() takes a number of places from 0 up");
    const Decimal number = call.item.decimal();
    // A number is not given digits that it does not have.
    if (places >= number.scale()) return give(call, number);
    return give(call, number.withScale(static_cast<int>(places), Decimal::Rounding::HalfUp));
}

}  // namespace waymark::path::functions
