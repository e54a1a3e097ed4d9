// FHIRPath 5.10: what a value may mean within its precision.
#include <optional>

#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

using model::Decimal;

constexpr std::int64_t kMostPlaces = 31;

/// The number half a unit of its last digit away, on the side away from zero or towards it. Digits
/// beyond the asked precision are cut below and rounded above.
std::optional<Decimal> bound(Decimal number, int places, bool awayFromZero) {
    const Decimal half = Decimal::of(5, number.scale() + 1);
    const Decimal magnitude = number.absolute();
    const auto moved = awayFromZero ? magnitude.plus(half) : magnitude.minus(half);
    if (!moved) return std::nullopt;
    return moved->withScale(places,
                            awayFromZero ? Decimal::Rounding::HalfUp : Decimal::Rounding::Down);
}

std::optional<Decimal> decimalBoundary(Decimal number, std::int64_t places, bool high) {
    if (places < 0 || places > kMostPlaces || number.scale() >= Decimal::kMaxScale) {
        return std::nullopt;
    }
    const auto digits = static_cast<int>(places);
    if (number.isZero()) {
        const auto above = bound(number, digits, true);
        return above && !high ? above->negated() : above;
    }
    const auto found = bound(number, digits, number.isNegative() != high);
    if (!found || !number.isNegative()) return found;
    // What is cut down to nothing still came from below zero.
    if (found->isZero()) return Decimal::of(0, found->scale(), true);
    return found->negated();
}

std::int64_t defaultDigits(const model::Temporal& moment) {
    switch (moment.kind) {
        case model::Temporal::Kind::Date:
            return 8;
        case model::Temporal::Kind::Time:
            return 9;
        default:
            return 17;
    }
}

bool boundary(Evaluation& run, const Call& call, bool high) {
    const Value& item = call.item;
    if (item.kind() >= ValueKind::Date && item.kind() <= ValueKind::Time) {
        const model::Temporal moment = item.temporal();
        const std::int64_t digits =
            call.given[0] ? call.values[0].integer() : defaultDigits(moment);
        if (digits < 0 || digits > 17) return true;
        const auto found = high ? model::highBoundary(moment, static_cast<int>(digits))
                                : model::lowBoundary(moment, static_cast<int>(digits));
        if (found) call.out.push(Value::temporal(*found));
        return true;
    }
    const std::int64_t places = call.given[0] ? call.values[0].integer() : 8;
    if (item.is(ValueKind::Quantity)) {
        model::Quantity quantity = item.quantity();
        const auto found = decimalBoundary(quantity.value, places, high);
        if (!found) return true;
        quantity.value = *found;
        call.out.push(Value::quantity(quantity, run.arena()));
        return true;
    }
    const Decimal number = item.is(ValueKind::Integer) ? Decimal(item.integer()) : item.decimal();
    if (const auto found = decimalBoundary(number, places, high)) {
        call.out.push(Value::decimal(*found));
    }
    return true;
}

}  // namespace

bool lowBoundary(Evaluation& run, const Call& call) {
    return boundary(run, call, false);
}
bool highBoundary(Evaluation& run, const Call& call) {
    return boundary(run, call, true);
}

bool precision(Evaluation&, const Call& call) {
    switch (call.item.kind()) {
        case ValueKind::Integer:
            call.out.push(Value::integer(0));
            return true;
        case ValueKind::Decimal:
            call.out.push(Value::integer(call.item.decimal().scale()));
            return true;
        case ValueKind::Quantity:
            call.out.push(Value::integer(call.item.quantity().value.scale()));
            return true;
        default:
            call.out.push(Value::integer(call.item.temporal().precisionDigits()));
            return true;
    }
}

bool comparable(Evaluation&, const Call& call) {
    call.out.push(
        Value::boolean(model::comparable(call.item.quantity(), call.values[0].quantity())));
    return true;
}

}  // namespace waymark::path::functions
