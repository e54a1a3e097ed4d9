// A decision while it is being made: events are applied to a copy of the state as they are added,
// so an impossible one is seen before anybody commits it. One call of Lifecycle; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/config.h"
#include "gateway/referral/lifecycle.h"

namespace waymark::referral {

class Draft {
public:
    /// All but `now` must outlive the draft.
    Draft(const State& before, const config::Route& route, const config::WorkingTime& time,
          Instant now)
        : before_(before), state_(before), route_(route), time_(time), now_(now) {}

    [[nodiscard]] const State& state() const { return state_; }

    /// Adds an event at `now`.
    void add(Event event);
    /// Begins an assignment; it is to be delivered.
    void ask(const config::Provider& provider, Random& random);
    /// The gateway ends an assignment. Its provider is to be told, unless the payload could never
    /// be brought there.
    void end(const AssignmentId& assignment, Status as, std::string_view reason,
             std::string_view text = {});

    /// The practice ends an assignment; its provider is to be told.
    void withdraw(const AssignmentId& assignment, const Withdrawal& withdrawal);
    /// The practice moves the referral itself: nobody was asked.
    void withdrawOwn(const Withdrawal& withdrawal);
    /// The practice has seen everything up to `version`.
    void told(std::uint32_t version);
    /// The provider is to be sent the referral again.
    void remind(const AssignmentId& assignment) { decision_.toRemind.push_back(assignment); }

    /// The decision with the one clock after it. `rearm`: the running clock is gone (it ran out).
    [[nodiscard]] Decision finish(bool rearm = false) &&;

private:
    [[nodiscard]] bool clockMoves(std::optional<std::string_view> kind) const;

    const State& before_;
    State state_;
    const config::Route& route_;
    const config::WorkingTime& time_;
    Instant now_;
    Decision decision_;
};

}  // namespace waymark::referral
