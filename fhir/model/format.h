// The texts of FHIR's primitives (R4 section 2.24, "Data Types"): which format a type has, and
// whether a text matches it. Written by hand, linear in the text, no regular expressions.
#pragma once

#include <string_view>

#include "fhir/model/shape.h"

namespace waymark::model {

/// None when `typeName` is no FHIR primitive.
[[nodiscard]] Format formatOf(std::string_view typeName);

/// Whether a primitive's text is one: "2026-02-30" is no date, "" is nothing. Calendar, zone and
/// range are checked; strings may hold up to 1 MiB.
[[nodiscard]] bool matches(Format format, std::string_view text);

/// What a text of this format looks like, to end a sentence: "a date is YYYY, YYYY-MM or …".
[[nodiscard]] std::string_view expectation(Format format);

/// The JSON kind in which a primitive is written.
enum class JsonKind : std::uint8_t { String, Number, Boolean };
[[nodiscard]] constexpr JsonKind jsonKind(Format format) {
    switch (format) {
        case Format::Boolean:
            return JsonKind::Boolean;
        case Format::Integer:
        case Format::PositiveInt:
        case Format::UnsignedInt:
        case Format::Decimal:
            return JsonKind::Number;
        default:
            return JsonKind::String;
    }
}

}  // namespace waymark::model
