// The state of a referral, folded from its events. Values; no clock, no store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/referral/event.h"

namespace waymark::referral {

struct Assignment {
    AssignmentId id;
    std::string provider;
    Status status = Status::Requested;
    std::string businessStatus;
    std::string reasonCode;
    Detail detail;  ///< of the last change
    bool delivered = false;
    Instant asked{};
    Instant updated{};
    std::uint32_t version = 0;  ///< the referral's version at its last change
};

struct State {
    std::uint32_t version = 0;  ///< number of events applied; 0: does not exist
    Status status = Status::Requested;  ///< overall(assignments, ...)
    std::string businessStatus;
    std::string reasonCode;
    Detail detail;  ///< of the event that gave the status
    Instant received{};
    Instant updated{};
    bool setAside = false;
    std::vector<Assignment> assignments;  ///< in the order they were asked

    [[nodiscard]] const Assignment* find(const AssignmentId& id) const;
};

/// Applies one event. Events come from the store or from lifecycle.h, so an impossible one breaks
/// an invariant.
void apply(State& state, const Event& event);
[[nodiscard]] State fold(std::span<const Event> events);

}  // namespace waymark::referral
