// The date and time patterns of the mapping language: yyyy MM dd HH mm ss SSS a Z and the optional
// codes (yy, M, MMM, MMMM, d, h, H, m, s). Reading and writing; month names in English.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/temporal.h"

namespace waymark::map {

/// The moment that a text in this pattern states, to the precision that the pattern has; none when
/// the text is not in the pattern. Characters that are no code must match exactly.
std::optional<model::Temporal> parseMoment(std::string_view text, std::string_view pattern,
                                           model::Temporal::Kind kind);

/// A moment in a pattern; none when the pattern asks for more than the moment states.
std::optional<std::string> formatMoment(const model::Temporal& moment, std::string_view pattern);

}  // namespace waymark::map
