// The one clock of an open referral: which it is follows from the state alone, so that no path can
// forget it. Its names stand in the journal and in the store.
#pragma once

#include <optional>
#include <string_view>

#include "config/config.h"
#include "fhir/core/world.h"
#include "gateway/referral/state.h"

namespace waymark::referral::clock {

inline constexpr std::string_view kDeliveredWithin = "delivered-within";
inline constexpr std::string_view kAnsweredWithin = "answered-within";
/// Since the last word of a provider that has accepted.
inline constexpr std::string_view kNewsWithin = "news-within";
/// Set aside: until we have mended what only we can mend.
inline constexpr std::string_view kMendedWithin = "mended-within";

/// None when the referral is final.
[[nodiscard]] std::optional<std::string_view> kindFor(const State& state);
/// How long it runs.
[[nodiscard]] Milliseconds within(std::string_view kind, const config::Route& route);

}  // namespace waymark::referral::clock
