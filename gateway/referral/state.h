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
    AssignmentId id{};
    std::string provider{};
    Status status = Status::Requested;
    std::string businessStatus{};
    std::string reasonCode{};
    Detail detail{};               ///< of the last change
    Actor actor = Actor::Gateway;  ///< who made the last change
    bool delivered = false;
    bool contacted = false;  ///< somebody has spoken with the person, as far as was reported
    Instant asked{};
    Instant updated{};
    std::uint32_t version = 0;  ///< the referral's version at its last change
};

struct State {
    std::uint32_t version = 0;  ///< number of events applied; 0: does not exist
    /// The version of the last event that changed what others see (isShown):
    /// meta.versionId and ETag. A reader that comes back finds its ETag unchanged although its
    /// reading was noted.
    std::uint32_t shownVersion = 0;
    Status status = Status::Requested;  ///< overall(assignments, ...)
    std::string businessStatus{};
    std::string reasonCode{};
    Detail detail{};                ///< of the event that gave the status
    Actor actor = Actor::Practice;  ///< who made that change
    Instant received{};
    Instant updated{};  ///< at `shownVersion`: meta.lastUpdated
    bool setAside = false;
    std::uint32_t toldVersion = 0;  ///< the newest version that the practice has seen
    /// How often the running clock has run out without anything having happened since.
    std::uint32_t ranOut = 0;
    /// Set when the referral itself was moved, not an assignment: set aside for good, or
    /// entered in error before anybody was asked.
    std::optional<Status> own{};
    std::vector<Assignment> assignments{};  ///< in the order they were asked

    [[nodiscard]] const Assignment* find(const AssignmentId& id) const;
};

/// The assignment that speaks for the referral: one at work (in-progress before on-hold before
/// accepted), else one that has completed the work, else one that may still answer, else the one
/// that ended last. nullptr when nobody was asked.
[[nodiscard]] const Assignment* leading(const std::vector<Assignment>& assignments);

/// Applies one event. Events come from the store or from lifecycle.h, so an impossible one breaks
/// an invariant.
void apply(State& state, const Event& event);
[[nodiscard]] State fold(std::span<const Event> events);

}  // namespace waymark::referral
