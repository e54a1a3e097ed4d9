// A referral's timeline as lines for people.
#pragma once

#include <string>

#include "fhir/json/value.h"

namespace waymark::simulate {

/// From the admin API's timeline: one line an event, "09:12:03.120  provider  accepted  ...".
[[nodiscard]] std::string timelineText(const json::Value& timeline);

}  // namespace waymark::simulate
