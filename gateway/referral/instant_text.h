// Points in time as the journal and the practice's resources write them: UTC to the millisecond,
// "2026-11-20T09:30:00.000Z".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/world.h"

namespace waymark::referral {

[[nodiscard]] std::string instantText(Instant instant);
/// Any date and time with seconds and a zone; nullopt for everything else.
[[nodiscard]] std::optional<Instant> instantFromText(std::string_view text);

}  // namespace waymark::referral
