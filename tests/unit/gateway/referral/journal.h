// Short ways to write a referral's events in tests.
#pragma once

#include <string>
#include <vector>

#include "gateway/referral/dossier.h"
#include "gateway/referral/state.h"
#include "tests/support/fixed_world.h"

namespace waymark::referral::tests {

using waymark::tests::SeededRandom;

inline constexpr Instant kStart{std::chrono::milliseconds(1'790'000'000'000)};

inline AssignmentId assignmentId(std::uint64_t seed) {
    SeededRandom random(seed);
    return AssignmentId(Uuid::version7(kStart, random));
}

inline ReferralId referralId(std::uint64_t seed) {
    SeededRandom random(seed + 1000);
    return ReferralId(Uuid::version7(kStart, random));
}

/// Appends events a minute apart.
class Journal {
public:
    Journal& received() {
        return push(
            Event{.type = EventType::Received, .actor = Actor::Practice, .actorId = "G82080"});
    }
    Journal& asked(const AssignmentId& id, std::string provider) {
        return push(Event{.type = EventType::Asked,
                          .assignment = id,
                          .provider = std::move(provider),
                          .status = Status::Requested});
    }
    Journal& delivered(const AssignmentId& id) {
        return push(Event{.type = EventType::Delivered, .assignment = id});
    }
    Journal& moved(const AssignmentId& id, Status to, Actor actor = Actor::Provider,
                   std::string reason = {}) {
        return push(Event{.type = EventType::StatusChanged,
                          .actor = actor,
                          .assignment = id,
                          .status = to,
                          .reasonCode = std::move(reason)});
    }
    Journal& push(Event event) {
        event.at = kStart + std::chrono::minutes(events.size());
        events.push_back(std::move(event));
        return *this;
    }

    std::vector<Event> events;
};

}  // namespace waymark::referral::tests
