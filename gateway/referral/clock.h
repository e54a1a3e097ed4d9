// The one clock of a referral that is not final and told: which it is follows from the state and
// its route alone, so that no path can forget it. Its names stand in the journal and in the store.
#pragma once

#include <optional>
#include <string_view>

#include "config/config.h"
#include "fhir/core/world.h"
#include "gateway/referral/state.h"

namespace waymark::referral::clock {

inline constexpr std::string_view kDeliveredWithin = "delivered-within";
inline constexpr std::string_view kAnsweredWithin = "answered-within";
/// Accepted, and nobody has spoken with the person yet; only on routes that ask for it.
inline constexpr std::string_view kFirstContactWithin = "first-contact-within";
/// Since the last word of a provider that has accepted, or since the review date it gave.
inline constexpr std::string_view kNewsWithin = "news-within";
/// Set aside: until we have mended what only we can mend.
inline constexpr std::string_view kMendedWithin = "mended-within";
/// Final: until the practice has seen it.
inline constexpr std::string_view kToldWithin = "told-within";

/// None when the referral is final and its practice has been told.
[[nodiscard]] std::optional<std::string_view> kindFor(const State& state,
                                                      const config::Route& route);
/// How long it runs.
[[nodiscard]] Milliseconds within(std::string_view kind, const config::Route& route);
/// When it runs out if it starts now.
[[nodiscard]] Instant dueFor(std::string_view kind, const State& state, const config::Route& route,
                             const config::WorkingTime& time, Instant now);
/// What is done when it runs out: `before` times it has run out already. Not for delivered-within,
/// mended-within and told-within, which know one end each.
[[nodiscard]] config::ClockStep stepOf(std::string_view kind, const config::Route& route,
                                       std::uint32_t before);

}  // namespace waymark::referral::clock
