// Offsets of named time zones from the system's zone database (/usr/share/zoneinfo), never loaded
// from elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/core/world.h"

namespace waymark::path {

/// Minutes east of UTC in the zone at the instant; none when the zone is not known.
std::optional<std::int16_t> zoneOffset(std::string_view zone, Instant at);

}  // namespace waymark::path
