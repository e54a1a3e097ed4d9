#include "fhir/path/value.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "fhir/model/r4_ids.h"

namespace waymark::path {
namespace {

namespace type = model::type;
namespace name = model::name;

template <class Kept>
void keep(std::uint64_t& a, std::uint64_t& b, const Kept& kept) {
    static_assert(sizeof(Kept) == 2 * sizeof(std::uint64_t));
    std::memcpy(&a, &kept, sizeof a);
    std::memcpy(&b, reinterpret_cast<const char*>(&kept) + sizeof a, sizeof b);
}

std::optional<Value> primitiveValue(ValueKind kind, std::string_view text) {
    switch (kind) {
        case ValueKind::String:
            return Value::string(text);
        case ValueKind::Boolean:
            if (text == "true") return Value::boolean(true);
            if (text == "false") return Value::boolean(false);
            return std::nullopt;
        case ValueKind::Integer: {
            std::int64_t number = 0;
            const char* end = text.data() + text.size();
            const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
            const auto read = std::from_chars(begin, end, number);
            if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
            return Value::integer(number);
        }
        case ValueKind::Decimal: {
            const auto number = model::Decimal::parse(text);
            return number ? std::optional<Value>(Value::decimal(*number)) : std::nullopt;
        }
        case ValueKind::Date:
        case ValueKind::DateTime:
        case ValueKind::Time: {
            const auto moment = kind == ValueKind::Date   ? model::Temporal::parseDate(text)
                                : kind == ValueKind::Time ? model::Temporal::parseTime(text)
                                                          : model::Temporal::parseDateTime(text);
            return moment ? std::optional<Value>(Value::temporal(*moment)) : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

/// FHIR's UCUM codes for time that FHIRPath takes as calendar units (FHIR R4 section 2.9.1.4.1).
std::string_view calendarWord(std::string_view code) {
    struct Entry {
        std::string_view code;
        std::string_view word;
    };
    constexpr Entry kEntries[] = {{"a", "year"}, {"mo", "month"},   {"d", "day"},
                                  {"h", "hour"}, {"min", "minute"}, {"s", "second"}};
    for (const Entry& entry : kEntries) {
        if (entry.code == code) return entry.word;
    }
    return {};
}

std::string_view childText(tree::Element of, model::NameId child) {
    const tree::Element found = of.child(child);
    return found ? found.text() : std::string_view();
}

/// A FHIR Quantity as a System.Quantity: it has a value, no comparator, and its unit is UCUM's or
/// none at all.
std::optional<model::Quantity> systemQuantity(tree::Element element) {
    const auto value = model::Decimal::parse(childText(element, name::value));
    if (!value || element.child(name::comparator)) return std::nullopt;
    const std::string_view code = childText(element, name::code);
    const std::string_view system = childText(element, name::system);
    if (code.empty()) {
        if (!system.empty() || !childText(element, name::unit).empty()) return std::nullopt;
        return model::Quantity{*value, "1", false};
    }
    if (system != "http://unitsofmeasure.org") return std::nullopt;
    if (const std::string_view word = calendarWord(code); !word.empty()) {
        return model::Quantity{*value, word, true};
    }
    return model::Quantity{*value, code, false};
}

}  // namespace

Value Value::temporal(const model::Temporal& moment) {
    Value value(moment.kind == model::Temporal::Kind::Date   ? ValueKind::Date
                : moment.kind == model::Temporal::Kind::Time ? ValueKind::Time
                                                             : ValueKind::DateTime);
    keep(value.a_, value.b_, moment);
    return value;
}

model::Temporal Value::temporal() const {
    check(kind_ >= ValueKind::Date && kind_ <= ValueKind::Time, "value is a date or time");
    model::Temporal moment;
    std::memcpy(reinterpret_cast<char*>(&moment), &a_, sizeof a_);
    std::memcpy(reinterpret_cast<char*>(&moment) + sizeof a_, &b_, sizeof b_);
    return moment;
}

Value Value::quantity(const model::Quantity& amount, tree::Arena& arena) {
    auto* kept = arena.make<model::Quantity>(amount);
    return quantity(kept);
}

Collection Collection::of(Value item, tree::Arena& arena) {
    return {arena.make<Value>(item), 1};
}

Collection Collection::of(tree::Element element, tree::Arena& arena) {
    return of(Value::of(element), arena);
}

Collection Collection::of(std::initializer_list<Value> items, tree::Arena& arena) {
    const auto kept = arena.array<Value>(items.size());
    std::ranges::copy(items, kept.begin());
    return {kept.data(), kept.size()};
}

ValueKind systemKind(model::TypeId type) {
    switch (type) {
        case type::System_Boolean:
        case type::boolean:
            return ValueKind::Boolean;
        case type::System_Integer:
        case type::integer:
        case type::positiveInt:
        case type::unsignedInt:
            return ValueKind::Integer;
        case type::System_Decimal:
        case type::decimal:
            return ValueKind::Decimal;
        case type::System_Date:
        case type::date:
            return ValueKind::Date;
        case type::System_DateTime:
        case type::dateTime:
        case type::instant:
            return ValueKind::DateTime;
        case type::System_Time:
        case type::time:
            return ValueKind::Time;
        case type::System_Quantity:
        case type::Quantity:
        case type::Age:
        case type::Count:
        case type::Distance:
        case type::Duration:
            return ValueKind::Quantity;
        case type::System_String:
        case type::string:
        case type::code:
        case type::id:
        case type::markdown:
        case type::uri:
        case type::url:
        case type::canonical:
        case type::oid:
        case type::uuid:
        case type::base64Binary:
        case type::xhtml:
            return ValueKind::String;
        default:
            return ValueKind::Element;
    }
}

Value systemValue(const Value& value, tree::Arena& arena) {
    if (!value.isElement()) return value;
    const tree::Element element = value.element();
    const ValueKind kind = systemKind(element.type());
    if (kind == ValueKind::Element) return value;
    if (kind == ValueKind::Quantity) {
        const auto quantity = systemQuantity(element);
        return quantity ? Value::quantity(*quantity, arena) : value;
    }
    if (!element.hasValue()) return value;
    return primitiveValue(kind, element.text()).value_or(value);
}

void appendText(const Value& value, std::string& out) {
    switch (value.kind()) {
        case ValueKind::Element:
            out += value.element().text();
            return;
        case ValueKind::Boolean:
            out += value.boolean() ? "true" : "false";
            return;
        case ValueKind::Integer: {
            char digits[24];
            const auto end = std::to_chars(digits, digits + sizeof digits, value.integer()).ptr;
            out.append(digits, static_cast<std::size_t>(end - digits));
            return;
        }
        case ValueKind::Decimal:
            out += value.decimal().text();
            return;
        case ValueKind::String:
            out += value.string();
            return;
        case ValueKind::Date:
        case ValueKind::DateTime:
        case ValueKind::Time:
            out += value.temporal().text();
            return;
        case ValueKind::Quantity:
            out += value.quantity().text();
            return;
        case ValueKind::TypeInfo:
            out.append(value.typeInfo().nameSpace).append(".").append(value.typeInfo().name);
            return;
    }
}

std::string text(const Value& value) {
    std::string out;
    appendText(value, out);
    return out;
}

std::string_view typeName(const Value& value, const model::Model& model) {
    switch (value.kind()) {
        case ValueKind::Element:
            return model.type(value.element().type()).name;
        case ValueKind::Boolean:
            return "boolean";
        case ValueKind::Integer:
            return "integer";
        case ValueKind::Decimal:
            return "decimal";
        case ValueKind::String:
            return "string";
        case ValueKind::Date:
            return "date";
        case ValueKind::DateTime:
            return "dateTime";
        case ValueKind::Time:
            return "time";
        case ValueKind::Quantity:
            return "Quantity";
        case ValueKind::TypeInfo:
            return "TypeInfo";
    }
    return {};
}

}  // namespace waymark::path
