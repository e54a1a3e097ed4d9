// The one place that decides what a change of status means: pure functions from a state and a
// command to events. Who calls commits the events with the state's version.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "gateway/referral/dossier.h"
#include "mappings/set.h"

namespace waymark::referral {

/// A provider's report on its assignment, from the provider API or a polled Task.
struct StatusReport {
    AssignmentId assignment{};
    std::string provider{};
    Status status = Status::Accepted;
    std::string businessStatus{};
    std::string reasonCode{};
    Detail detail{};
    Instant at{};
};

/// What follows: events to append, the next provider to ask (its assignment is among the events),
/// and the one clock after them.
struct Decision {
    std::vector<Event> events{};            ///< empty: nothing new (the same report again)
    std::vector<AssignmentId> toDeliver{};  ///< assignments begun by these events
    bool clockCleared = false;
    std::string clock{};
    Instant clockDue{};
};

class Lifecycle {
public:
    Lifecycle(std::shared_ptr<const mappings::Set> set,
              std::shared_ptr<const config::Config> config);

    /// Conflict for an edge that is not the provider's or a state that is final; Unprocessable for
    /// a missing reason, or a business status or reason that may not stand in that state.
    [[nodiscard]] Result<Decision> report(const Dossier& dossier, const StatusReport& report,
                                          Instant now, Random& random) const;
    /// A provider's system has the payload.
    [[nodiscard]] Result<Decision> delivered(const Dossier& dossier, const AssignmentId& assignment,
                                             Instant now) const;
    /// Delivery was given up: the next provider of the route is asked, else the referral fails.
    [[nodiscard]] Result<Decision> undeliverable(const Dossier& dossier,
                                                 const AssignmentId& assignment,
                                                 std::string_view why, Instant now,
                                                 Random& random) const;
    /// The clock ran out; as configured: ask the next provider, or fail and tell the practice.
    [[nodiscard]] Result<Decision> clockRanOut(const Dossier& dossier, std::string_view clock,
                                               Instant now, Random& random) const;

private:
    std::shared_ptr<const mappings::Set> set_;
    std::shared_ptr<const config::Config> config_;
};

/// The referral's own status from its assignments (design: two levels).
[[nodiscard]] Status overall(const std::vector<Assignment>& assignments);

}  // namespace waymark::referral
