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
    /// `route` must outlive the draft.
    Draft(const State& before, const config::Route& route, Instant now)
        : before_(before), state_(before), route_(route), now_(now) {}

    [[nodiscard]] const State& state() const { return state_; }

    /// Adds an event at `now`.
    void add(Event event);
    /// Begins an assignment; it is to be delivered.
    void ask(const config::Provider& provider, Random& random);
    /// The gateway ends an assignment. Its provider is to be told, unless the payload could never
    /// be brought there.
    void end(const AssignmentId& assignment, Status as, std::string_view reason,
             std::string_view text = {});

    /// The decision with the one clock after it. `rearm`: the running clock is gone (it ran out).
    [[nodiscard]] Decision finish(bool rearm = false) &&;

private:
    [[nodiscard]] bool clockMoves(std::optional<std::string_view> kind) const;

    const State& before_;
    State state_;
    const config::Route& route_;
    Instant now_;
    Decision decision_;
};

}  // namespace waymark::referral
