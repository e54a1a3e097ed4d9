// translate, and the transforms of dates.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "fhir/map/date_format.h"
#include "fhir/map/machine.h"
#include "fhir/model/r4_ids.h"

namespace waymark::map {
namespace {

namespace type = model::type;
using model::Temporal;
using path::Value;

constexpr int kMaxMapChain = 8;

std::string_view childText(tree::Element of, model::NameId name) {
    const tree::Element child = of.child(name);
    return child ? child.text() : std::string_view();
}

Temporal::Kind kindOf(Op op) {
    switch (op) {
        case Op::ToDate:
        case Op::UnixToDate:
            return Temporal::Kind::Date;
        case Op::ToTime:
        case Op::UnixToTime:
            return Temporal::Kind::Time;
        default:
            return Temporal::Kind::DateTime;
    }
}

/// +02:00, -0500, Z as minutes east of UTC.
std::optional<std::int16_t> zoneMinutes(std::string_view text) {
    if (text.empty()) return std::int16_t{0};
    const auto parsed = parseMoment(text, "Z", Temporal::Kind::Time);
    return parsed ? std::optional(parsed->zoneMinutes) : std::nullopt;
}

std::optional<Temporal::Kind> kindNamed(std::string_view type) {
    if (type == "date") return Temporal::Kind::Date;
    if (type == "dateTime" || type == "instant") return Temporal::Kind::DateTime;
    if (type == "time") return Temporal::Kind::Time;
    return std::nullopt;
}

}  // namespace

/// The first translation of a code in a table; follows `unmapped`.
std::optional<terminology::Translation> Machine::translated(const terminology::ConceptTable* table,
                                                            std::string_view system,
                                                            std::string_view code) const {
    using Mode = terminology::ConceptTable::Unmapped::Mode;
    for (int chain = 0; table && chain < kMaxMapChain; ++chain) {
        if (const auto rows = table->find(system, code); !rows.empty()) return rows.front();
        if (table->knows(system, code)) return std::nullopt;  // said to have no counterpart
        const auto* rule = table->unmappedFor(system);
        if (!rule) return std::nullopt;
        if (rule->mode == Mode::Fixed) return terminology::Translation{rule->target, "relatedto"};
        if (rule->mode == Mode::Provided)
            return terminology::Translation{{system.empty() ? rule->system : system, code, {}},
                                            "equal"};
        table = plan_.terminology->conceptMap(rule->otherMap);
    }
    return std::nullopt;
}

/// A code, a Coding, or the first Coding of a CodeableConcept that has a translation. Nothing comes
/// out where there is none.
bool Machine::translate(const plan::Target& target, const Arguments& arguments, Value& out,
                        bool& some) {
    if (target.conceptMap == plan::kNone)
        return fail(RunCode::UnknownConceptMap, "the ConceptMap of this translate is not loaded");
    const auto* table = plan_.conceptMaps[target.conceptMap];
    const Value& source = arguments.values[0];
    std::optional<terminology::Translation> found;
    const model::TypeId from = typeOf(source);
    if (source.isElement() && from == type::CodeableConcept) {
        for (tree::Element coding = source.element().child(model::name::coding); coding && !found;
             coding = coding.nextSame())
            found = translated(table, childText(coding, model::name::system),
                               childText(coding, model::name::code));
    } else if (source.isElement() && (from == type::Coding || from == type::Quantity)) {
        found = translated(table, childText(source.element(), model::name::system),
                           childText(source.element(), model::name::code));
    } else {
        found = translated(table, {}, text(source));
    }
    some = found.has_value();
    if (!found) return true;
    const std::string_view wanted = text(arguments.values[1]);
    std::string_view display = found->target.display;
    if (display.empty() && wanted != "code" && wanted != "system")
        display = plan_.terminology->display(found->target.system, found->target.code).value_or("");
    if (wanted == "code" || wanted == "system" || wanted == "display") {
        const std::string_view part = wanted == "code"     ? found->target.code
                                      : wanted == "system" ? found->target.system
                                                           : display;
        some = !part.empty();
        out = Value::string(part);
        return true;
    }
    const Value coding = built(
        type::Coding,
        {{"system", found->target.system}, {"code", found->target.code}, {"display", display}});
    out = coding;
    if (wanted == "CodeableConcept") {
        out = built(type::CodeableConcept, {});
        builder_.copy(coding.element(), node(out), "coding");
    }
    return countElements(4);
}

/// toDate(source, 'format') and its kin; dateOp(source, 'format', 'output format', 'type').
bool Machine::moment(Op op, const Arguments& arguments, Value& out) {
    const std::string_view source = text(arguments.values[0]);
    // The last parameter of dateOp may be the type: dateOp(x, 'yyyyMMdd', 'date').
    std::size_t count = arguments.values.size();
    std::optional<Temporal::Kind> named;
    if (op == Op::DateOp && count > 1) named = kindNamed(at(arguments, count - 1));
    if (named) --count;
    const std::string_view pattern = count > 1 ? at(arguments, 1) : std::string_view();
    const std::string_view output = count > 2 ? at(arguments, 2) : std::string_view();
    const Temporal::Kind kind = named.value_or(kindOf(op));
    std::optional<Temporal> parsed;
    if (!pattern.empty())
        parsed = parseMoment(source, pattern, kind);
    else if (kind == Temporal::Kind::Date)
        parsed = Temporal::parseDate(source.substr(0, 10));
    else if (kind == Temporal::Kind::Time)
        parsed = Temporal::parseTime(source);
    else
        parsed = Temporal::parseDateTime(source);
    if (!parsed)
        return fail(RunCode::BadDate,
                    pattern.empty()
                        ? std::string("the text here is no FHIR date or time")
                        : fmt::format("the text here is not in the format {}", pattern));
    if (op != Op::DateOp || output.empty()) {
        // A moment with a time of day but no zone cannot stand in FHIR; it is in the run's zone.
        out = Value::temporal(*parsed);
        return true;
    }
    const auto written = formatMoment(*parsed, output);
    if (!written)
        return fail(RunCode::BadDate,
                    fmt::format("the date here is not precise enough for the format {}", output));
    out = Value::string(arena_.copy(*written));
    return true;
}

/// Seconds since 1970, shown in a zone (UTC unless one is named).
bool Machine::unixMoment(Op op, const Arguments& arguments, Value& out) {
    const std::string_view digits = text(arguments.values[0]);
    std::int64_t seconds = 0;
    const char* end = digits.data() + digits.size();
    constexpr std::int64_t kLast = 253402300799;  // the end of the year 9999
    if (std::from_chars(digits.data(), end, seconds).ptr != end || seconds < -kLast ||
        seconds > kLast)
        return fail(RunCode::BadDate, "seconds since 1970 are a whole number");
    const auto zone = zoneMinutes(at(arguments, 1));
    if (!zone) return fail(RunCode::BadDate, "a zone is written as +01:00");
    Temporal moment = Temporal::at(Instant(std::chrono::seconds(seconds)), *zone);
    moment.fractionDigits = 0;
    moment.precision = model::Precision::Second;
    if (op == Op::UnixToDate) {
        moment = moment.datePart();
    } else if (op == Op::UnixToTime) {
        moment.kind = Temporal::Kind::Time;
        moment.hasZone = false;
    }
    out = Value::temporal(moment);
    return true;
}

}  // namespace waymark::map
