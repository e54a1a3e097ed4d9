#include "fhir/path/arithmetic.h"

#include <algorithm>
#include <limits>

#include "fhir/model/quantity.h"

namespace waymark::path {
namespace {

bool isNumber(const Value& value) {
    return value.is(ValueKind::Integer) || value.is(ValueKind::Decimal);
}
bool isMoment(const Value& value) {
    return value.kind() >= ValueKind::Date && value.kind() <= ValueKind::Time;
}

model::Decimal decimal(const Value& value) {
    return value.is(ValueKind::Integer) ? model::Decimal(value.integer()) : value.decimal();
}

model::Quantity quantity(const Value& value) {
    if (value.is(ValueKind::Quantity)) return value.quantity();
    return {decimal(value), "1", false};
}

/// Integers stay 32 bits wide unless an operand is a Long.
bool isWithin(std::int64_t number, std::int64_t a, std::int64_t b) {
    constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
    constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
    const auto isInteger = [&](std::int64_t value) { return value >= kLow && value <= kHigh; };
    return isInteger(number) || !isInteger(a) || !isInteger(b);
}

Computed integers(Operator op, std::int64_t a, std::int64_t b, Value& result) {
    std::int64_t number = 0;
    bool overflows = false;
    switch (op) {
        case Operator::Plus:
            overflows = __builtin_add_overflow(a, b, &number);
            break;
        case Operator::Minus:
            overflows = __builtin_sub_overflow(a, b, &number);
            break;
        case Operator::Multiply:
            overflows = __builtin_mul_overflow(a, b, &number);
            break;
        case Operator::Div:
        case Operator::Mod:
            if (b == 0) return Computed::Empty;
            if (b == -1) {
                overflows = __builtin_sub_overflow(std::int64_t{0}, a, &number);
                if (op == Operator::Mod) number = 0;
            } else {
                number = op == Operator::Div ? a / b : a % b;
            }
            break;
        default:
            return Computed::Mismatch;
    }
    if (overflows || !isWithin(number, a, b)) return Computed::Empty;
    result = Value::integer(number);
    return Computed::Value;
}

Computed decimals(Operator op, model::Decimal a, model::Decimal b, Value& result) {
    std::optional<model::Decimal> number;
    switch (op) {
        case Operator::Plus:
            number = a.plus(b);
            break;
        case Operator::Minus:
            number = a.minus(b);
            break;
        case Operator::Multiply:
            number = a.times(b);
            break;
        case Operator::Divide:
            number = a.dividedBy(b);
            break;
        case Operator::Mod:
            number = a.remainder(b);
            break;
        case Operator::Div: {
            const auto whole = a.wholeQuotient(b);
            const auto integer = whole ? whole->toInteger() : std::nullopt;
            if (!integer) return Computed::Empty;
            result = Value::integer(*integer);
            return Computed::Value;
        }
        default:
            return Computed::Mismatch;
    }
    if (!number) return Computed::Empty;
    result = Value::decimal(*number);
    return Computed::Value;
}

Computed quantities(Operator op, const model::Quantity& a, const model::Quantity& b,
                    tree::Arena& arena, Value& result) {
    std::optional<model::ComputedQuantity> computed;
    switch (op) {
        case Operator::Plus:
            computed = model::plus(a, b);
            break;
        case Operator::Minus:
            computed = model::minus(a, b);
            break;
        case Operator::Multiply:
            computed = model::times(a, b);
            break;
        case Operator::Divide:
            computed = model::dividedBy(a, b);
            break;
        default:
            return Computed::Mismatch;
    }
    if (!computed) return Computed::Empty;
    model::Quantity kept = computed->view();
    kept.unit = arena.copy(kept.unit);
    result = Value::quantity(kept, arena);
    return Computed::Value;
}

/// Dates take days and longer, times of day hours and shorter, DateTimes all.
bool takes(ValueKind kind, model::CalendarUnit unit) {
    if (kind == ValueKind::Date) return unit <= model::CalendarUnit::Day;
    if (kind == ValueKind::Time) return unit >= model::CalendarUnit::Hour;
    return true;
}

Computed moments(Operator op, const Value& a, const model::Quantity& by, Value& result) {
    if (op != Operator::Plus && op != Operator::Minus) return Computed::Mismatch;
    const auto unit = model::addableUnit(by);
    if (!unit || !takes(a.kind(), *unit)) return Computed::BadUnit;
    const auto sum =
        model::add(a.temporal(), op == Operator::Plus ? by.value : by.value.negated(), *unit);
    if (!sum) return Computed::OutOfCalendar;
    result = Value::temporal(*sum);
    return Computed::Value;
}

Value joined(std::string_view a, std::string_view b, tree::Arena& arena) {
    if (a.empty()) return Value::string(b);
    if (b.empty()) return Value::string(a);
    const auto text = arena.array<char>(a.size() + b.size());
    std::ranges::copy(a, text.begin());
    std::ranges::copy(b, text.begin() + static_cast<std::ptrdiff_t>(a.size()));
    return Value::string({text.data(), text.size()});
}

}  // namespace

Computed compute(Operator op, const Value& a, const Value& b, tree::Arena& arena, Value& result) {
    if (isNumber(a) && isNumber(b)) {
        const bool whole = a.is(ValueKind::Integer) && b.is(ValueKind::Integer);
        if (whole && op != Operator::Divide) return integers(op, a.integer(), b.integer(), result);
        return decimals(op, decimal(a), decimal(b), result);
    }
    if (a.is(ValueKind::String) && b.is(ValueKind::String)) {
        if (op != Operator::Plus && op != Operator::Concatenate) return Computed::Mismatch;
        result = joined(a.string(), b.string(), arena);
        return Computed::Value;
    }
    if (isMoment(a) && b.is(ValueKind::Quantity)) return moments(op, a, b.quantity(), result);
    const bool quantityLeft =
        a.is(ValueKind::Quantity) && (b.is(ValueKind::Quantity) || isNumber(b));
    if (quantityLeft || (b.is(ValueKind::Quantity) && isNumber(a))) {
        return quantities(op, quantity(a), quantity(b), arena, result);
    }
    return Computed::Mismatch;
}

KindSet computedKinds(Operator op, KindSet a, KindSet b) {
    const auto has = [](KindSet set, KindSet any) { return (set & any) != 0; };
    KindSet kinds = 0;
    const bool isSum = op == Operator::Plus || op == Operator::Minus;
    if (has(a, kNumbers) && has(b, kNumbers) && op != Operator::Concatenate) {
        if (op == Operator::Div) {
            kinds |= bit(ValueKind::Integer);
        } else {
            const bool whole = a == bit(ValueKind::Integer) && b == a;
            const bool mayBeWhole =
                has(a, bit(ValueKind::Integer)) && has(b, bit(ValueKind::Integer));
            if (mayBeWhole && op != Operator::Divide) kinds |= bit(ValueKind::Integer);
            if (!whole || op == Operator::Divide) kinds |= bit(ValueKind::Decimal);
        }
    }
    const KindSet amount = bit(ValueKind::Quantity);
    if ((has(a, amount) && has(b, amount | kNumbers)) || (has(b, amount) && has(a, kNumbers))) {
        if (isSum || op == Operator::Multiply || op == Operator::Divide) kinds |= amount;
    }
    if (isSum && has(b, amount)) kinds |= static_cast<KindSet>(a & kMoments);
    const KindSet text = bit(ValueKind::String);
    if (has(a, text) && has(b, text) && (op == Operator::Plus || op == Operator::Concatenate)) {
        kinds |= text;
    }
    return kinds;
}

bool isOrdered(KindSet a, KindSet b) {
    constexpr KindSet kDays = bit(ValueKind::Date) | bit(ValueKind::DateTime);
    constexpr KindSet kAmounts = kNumbers | bit(ValueKind::Quantity);
    constexpr KindSet kOthers = bit(ValueKind::String) | bit(ValueKind::Time);
    return ((a & kDays) != 0 && (b & kDays) != 0) || ((a & kAmounts) != 0 && (b & kAmounts) != 0) ||
           (a & b & kOthers) != 0;
}

}  // namespace waymark::path
