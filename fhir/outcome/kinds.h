// What a Kind means to each dialect. Private to the room; the table is in kinds.cpp.
#pragma once

#include <string_view>

#include "fhir/core/result.h"

namespace waymark::outcome {

/// The issue type of a failure that brings no issue of its own.
[[nodiscard]] IssueType defaultType(Kind kind);
/// A few words for RFC 9457's title.
[[nodiscard]] std::string_view title(Kind kind);
/// The code of BaRS's http-error-codes that a receiver uses.
[[nodiscard]] std::string_view barsCode(Kind kind);

}  // namespace waymark::outcome
