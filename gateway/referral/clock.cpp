#include "gateway/referral/clock.h"

#include "fhir/core/check.h"

namespace waymark::referral::clock {
namespace {

/// What the design gives when nothing else is configured.
constexpr Milliseconds kNews = std::chrono::hours(24 * 30);

}  // namespace

std::optional<std::string_view> kindFor(const State& state) {
    if (isFinal(state.status)) return std::nullopt;
    const Assignment* const speaker = leading(state.assignments);
    if (speaker == nullptr) return kMendedWithin;
    if (speaker->status != Status::Requested) return kNewsWithin;
    return speaker->delivered ? kAnsweredWithin : kDeliveredWithin;
}

Milliseconds within(std::string_view kind, const config::Route& route) {
    if (kind == kDeliveredWithin || kind == kMendedWithin) return route.deliveredWithin;
    if (kind == kAnsweredWithin) return route.answeredWithin;
    check(kind == kNewsWithin, "a clock has one of four names");
    return kNews;
}

}  // namespace waymark::referral::clock
