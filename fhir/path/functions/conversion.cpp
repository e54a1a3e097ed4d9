// FHIRPath 5.5: conversions that are asked for. Each kind has one conversion; toX() gives its
// value, convertsToX() whether there is one.
#include <array>
#include <limits>
#include <optional>

#include "fhir/model/quantity.h"
#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

using Converted = std::optional<Value>;
using Conversion = Converted (*)(Evaluation&, const Call&, const Value&);

bool convert(Evaluation& run, const Call& call, Conversion to) {
    if (const Converted result = to(run, call, systemValue(call.item, run.arena()))) {
        call.out.push(*result);
    }
    return true;
}

bool asks(Evaluation& run, const Call& call, Conversion to) {
    call.out.push(Value::boolean(to(run, call, systemValue(call.item, run.arena())).has_value()));
    return true;
}

bool sameLetters(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

Converted booleanOf(Evaluation&, const Call&, const Value& item) {
    constexpr std::string_view kTrue[] = {"true", "t", "yes", "y", "1", "1.0"};
    constexpr std::string_view kFalse[] = {"false", "f", "no", "n", "0", "0.0"};
    switch (item.kind()) {
        case ValueKind::Boolean:
            return item;
        case ValueKind::Integer:
            if (item.integer() == 1 || item.integer() == 0) {
                return Value::boolean(item.integer() == 1);
            }
            return std::nullopt;
        case ValueKind::Decimal:
            if (item.decimal() == model::Decimal(1)) return Value::boolean(true);
            if (item.decimal().isZero()) return Value::boolean(false);
            return std::nullopt;
        case ValueKind::String:
            for (const auto text : kTrue) {
                if (sameLetters(item.string(), text)) return Value::boolean(true);
            }
            for (const auto text : kFalse) {
                if (sameLetters(item.string(), text)) return Value::boolean(false);
            }
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

/// Digits with an optional sign; a plus is no digit of Decimal's own.
std::optional<model::Decimal> number(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    if (text.find_first_of("eE") != std::string_view::npos) return std::nullopt;
    return model::Decimal::parse(text);
}

Converted wholeOf(const Value& item, std::int64_t least, std::int64_t most) {
    std::optional<std::int64_t> whole;
    if (item.is(ValueKind::Integer)) whole = item.integer();
    if (item.is(ValueKind::Boolean)) whole = item.boolean() ? 1 : 0;
    if (item.is(ValueKind::String) && item.string().find('.') == std::string_view::npos) {
        const auto parsed = number(item.string());
        if (parsed) whole = parsed->toInteger();
    }
    if (!whole || *whole < least || *whole > most) return std::nullopt;
    return Value::integer(*whole);
}

Converted integerOf(Evaluation&, const Call&, const Value& item) {
    return wholeOf(item, std::numeric_limits<std::int32_t>::min(),
                   std::numeric_limits<std::int32_t>::max());
}

Converted longOf(Evaluation&, const Call&, const Value& item) {
    return wholeOf(item, std::numeric_limits<std::int64_t>::min(),
                   std::numeric_limits<std::int64_t>::max());
}

Converted decimalOf(Evaluation&, const Call&, const Value& item) {
    switch (item.kind()) {
        case ValueKind::Decimal:
            return item;
        case ValueKind::Integer:
            return Value::decimal(model::Decimal(item.integer()));
        case ValueKind::Boolean:
            return Value::decimal(model::Decimal::of(item.boolean() ? 10 : 0, 1));
        case ValueKind::String: {
            const auto parsed = number(item.string());
            return parsed ? Converted(Value::decimal(*parsed)) : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

Converted textOf(Evaluation& run, const Call& call, const Value& item) {
    switch (item.kind()) {
        case ValueKind::String:
            return item;
        case ValueKind::Element:
            // A primitive whose text is not of its type still is that text.
            if (call.item.isElement() && call.item.element().hasValue()) {
                return Value::string(call.item.element().text());
            }
            return std::nullopt;
        case ValueKind::TypeInfo:
            return std::nullopt;
        case ValueKind::Boolean:
            return Value::string(item.boolean() ? "true" : "false");
        case ValueKind::Decimal: {
            std::array<char, model::Decimal::kTextBytes> buffer{};
            const std::size_t size = item.decimal().write(buffer.data());
            return Value::string(run.arena().copy({buffer.data(), size}));
        }
        case ValueKind::Date:
        case ValueKind::DateTime:
        case ValueKind::Time: {
            std::array<char, model::Temporal::kTextBytes> buffer{};
            const std::size_t size = item.temporal().write(buffer.data());
            return Value::string(run.arena().copy({buffer.data(), size}));
        }
        default:
            return Value::string(run.arena().copy(path::text(item)));
    }
}

Converted momentOf(std::optional<model::Temporal> moment) {
    return moment ? Converted(Value::temporal(*moment)) : std::nullopt;
}

Converted dateOf(Evaluation&, const Call&, const Value& item) {
    if (item.is(ValueKind::Date)) return item;
    if (item.is(ValueKind::DateTime)) return Value::temporal(item.temporal().datePart());
    if (!item.is(ValueKind::String)) return std::nullopt;
    if (const auto date = model::Temporal::parseDate(item.string())) return Value::temporal(*date);
    const auto moment = model::Temporal::parseDateTime(item.string());
    return moment ? Converted(Value::temporal(moment->datePart())) : std::nullopt;
}

Converted dateTimeOf(Evaluation&, const Call&, const Value& item) {
    if (item.is(ValueKind::DateTime)) return item;
    if (item.is(ValueKind::Date)) return Value::temporal(item.temporal().asDateTime());
    if (!item.is(ValueKind::String)) return std::nullopt;
    return momentOf(model::Temporal::parseDateTime(item.string()));
}

Converted timeOf(Evaluation&, const Call&, const Value& item) {
    if (item.is(ValueKind::Time)) return item;
    if (!item.is(ValueKind::String)) return std::nullopt;
    return momentOf(model::Temporal::parseTime(item.string()));
}

/// "4 days", "10 'mg[Hg]'", "1".
std::optional<model::Quantity> parseQuantity(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r";
    const std::size_t end = text.find_first_not_of("+-0123456789.");
    const auto value = number(text.substr(0, end));
    if (!value) return std::nullopt;
    if (end == std::string_view::npos) return model::Quantity{*value, "1", false};
    const std::size_t unitAt = text.find_first_not_of(kBlanks, end);
    if (unitAt == std::string_view::npos) return std::nullopt;
    std::string_view unit = text.substr(unitAt);
    if (unit.front() == '\'') {
        unit.remove_prefix(1);
        if (unit.size() < 2 || unit.find('\'') != unit.size() - 1) return std::nullopt;
        unit.remove_suffix(1);
        return model::Quantity{*value, unit, model::calendarUnit(unit).has_value()};
    }
    if (unitAt == end || !model::calendarUnit(unit)) return std::nullopt;
    return model::Quantity{*value, unit, true};
}

Converted quantityOf(Evaluation& run, const Call& call, const Value& item) {
    std::optional<model::Quantity> quantity;
    switch (item.kind()) {
        case ValueKind::Quantity:
            quantity = item.quantity();
            break;
        case ValueKind::Integer:
            quantity = model::Quantity{model::Decimal(item.integer()), "1", false};
            break;
        case ValueKind::Decimal:
            quantity = model::Quantity{item.decimal(), "1", false};
            break;
        case ValueKind::Boolean:
            quantity = model::Quantity{model::Decimal::of(item.boolean() ? 10 : 0, 1), "1", false};
            break;
        case ValueKind::String:
            quantity = parseQuantity(item.string());
            break;
        default:
            break;
    }
    if (!quantity) return std::nullopt;
    if (call.given[0]) {
        const std::string_view unit = call.values[0].string();
        const auto value = model::valueIn(*quantity, unit);
        if (!value) return std::nullopt;
        *quantity = {*value, unit, model::calendarUnit(unit).has_value()};
    }
    return Value::quantity(*quantity, run.arena());
}

}  // namespace

bool toBoolean(Evaluation& run, const Call& call) {
    return convert(run, call, booleanOf);
}
bool toInteger(Evaluation& run, const Call& call) {
    return convert(run, call, integerOf);
}
bool toLong(Evaluation& run, const Call& call) {
    return convert(run, call, longOf);
}
bool toDecimal(Evaluation& run, const Call& call) {
    return convert(run, call, decimalOf);
}
bool toText(Evaluation& run, const Call& call) {
    return convert(run, call, textOf);
}
bool toDate(Evaluation& run, const Call& call) {
    return convert(run, call, dateOf);
}
bool toDateTime(Evaluation& run, const Call& call) {
    return convert(run, call, dateTimeOf);
}
bool toTime(Evaluation& run, const Call& call) {
    return convert(run, call, timeOf);
}
bool toQuantity(Evaluation& run, const Call& call) {
    return convert(run, call, quantityOf);
}

bool convertsToBoolean(Evaluation& run, const Call& call) {
    return asks(run, call, booleanOf);
}
bool convertsToInteger(Evaluation& run, const Call& call) {
    return asks(run, call, integerOf);
}
bool convertsToLong(Evaluation& run, const Call& call) {
    return asks(run, call, longOf);
}
bool convertsToDecimal(Evaluation& run, const Call& call) {
    return asks(run, call, decimalOf);
}
bool convertsToText(Evaluation& run, const Call& call) {
    return asks(run, call, textOf);
}
bool convertsToDate(Evaluation& run, const Call& call) {
    return asks(run, call, dateOf);
}
bool convertsToDateTime(Evaluation& run, const Call& call) {
    return asks(run, call, dateTimeOf);
}
bool convertsToTime(Evaluation& run, const Call& call) {
    return asks(run, call, timeOf);
}
bool convertsToQuantity(Evaluation& run, const Call& call) {
    return asks(run, call, quantityOf);
}

}  // namespace waymark::path::functions
