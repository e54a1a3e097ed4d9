#include "gateway/referral/clock.h"

#include <algorithm>

#include "fhir/core/check.h"
#include "gateway/referral/working_time.h"

namespace waymark::referral::clock {

std::optional<std::string_view> kindFor(const State& state, const config::Route& route) {
    if (isFinal(state.status)) {
        return state.toldVersion < state.shownVersion ? std::optional(kToldWithin) : std::nullopt;
    }
    const Assignment* const speaker = leading(state.assignments);
    if (speaker == nullptr) return kMendedWithin;
    if (speaker->status == Status::Requested) {
        return speaker->delivered ? kAnsweredWithin : kDeliveredWithin;
    }
    const bool awaited = speaker->status == Status::Accepted && !speaker->contacted;
    return awaited && route.firstContact ? kFirstContactWithin : kNewsWithin;
}

Milliseconds within(std::string_view kind, const config::Route& route) {
    if (kind == kDeliveredWithin || kind == kMendedWithin) return route.deliveredWithin;
    if (kind == kAnsweredWithin) return route.answeredWithin;
    // A route that has lost the clock in the meantime measures what is left of it by news.
    if (kind == kFirstContactWithin && route.firstContact) return route.firstContact->within;
    if (kind == kToldWithin) return route.toldWithin;
    check(kind == kNewsWithin || kind == kFirstContactWithin, "a clock has one of six names");
    return route.news.within;
}

Instant dueFor(std::string_view kind, const State& state, const config::Route& route,
               const config::WorkingTime& time, Instant now) {
    if (kind == kNewsWithin) {
        const Assignment* const speaker = leading(state.assignments);
        const bool onHold = speaker != nullptr && speaker->status == Status::OnHold;
        // Before the review date of what is on hold nobody expects a word.
        if (onHold && speaker->detail.review && *speaker->detail.review > now) {
            return *speaker->detail.review;
        }
    }
    const Milliseconds amount = within(kind, route);
    const bool working = route.workingTime || kind == kToldWithin;
    return working ? afterWorkingTime(now, amount, time) : now + amount;
}

config::ClockStep stepOf(std::string_view kind, const config::Route& route, std::uint32_t before) {
    const auto& steps = kind == kAnsweredWithin ? route.ifNotAnswered
                        : kind == kFirstContactWithin && route.firstContact
                            ? route.firstContact->then
                            : route.news.then;
    check(!steps.empty(), "a clock that runs out does something");
    return steps[std::min<std::size_t>(before, steps.size() - 1)];
}

}  // namespace waymark::referral::clock
