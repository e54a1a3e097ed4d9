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
    Instant at{};  ///< when it happened, as the provider says; the epoch: not said
};

/// The practice takes its referral back, or says that it never should have been.
struct Withdrawal {
    Status status = Status::Cancelled;  ///< or EnteredInError
    std::string organisation{};         ///< ODS code of the practice
    std::string reasonCode{};           ///< withdrawn-by-practice when no reason is given
    std::string reasonText{};
};

/// What follows: events to append, the next provider to ask (its assignment is among the events),
/// and the one clock after them.
struct Decision {
    std::vector<Event> events{};            ///< empty: nothing new (the same report again)
    std::vector<AssignmentId> toDeliver{};  ///< assignments begun by these events
    /// Assignments ended by others than their provider, which may have the payload: it is to be
    /// told with referral.cancelled.
    std::vector<AssignmentId> toWithdraw{};
    /// Assignments whose provider is to be sent the referral again, with referral.updated.
    std::vector<AssignmentId> toRemind{};
    bool clockCleared = false;
    std::string clock{};  ///< empty and not cleared: the running one stays
    Instant clockDue{};
};

class Draft;

class Lifecycle {
public:
    Lifecycle(std::shared_ptr<const mappings::Set> set,
              std::shared_ptr<const config::Config> config);

    /// NotFound when the assignment is not this provider's; Conflict for an edge that is not the
    /// provider's or a state that is final; Unprocessable for a missing reason, or a business
    /// status or reason that may not stand in that state.
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
    /// The practice's own word. Conflict for a status that is not the practice's to set, and when
    /// the referral has ended; Unprocessable for a reason that may not stand there. The same again
    /// is nothing new. Every provider that was asked is to be told.
    [[nodiscard]] Result<Decision> withdraw(const Dossier& dossier, const Withdrawal& withdrawal,
                                            Instant now) const;
    /// The practice read, or was answered, this version. Matters at the end only: nothing is
    /// decided while the referral is open.
    [[nodiscard]] Decision told(const Dossier& dossier, std::uint32_t version, Instant now) const;
    /// The clock ran out; as configured: remind, ask the next provider, or tell the practice.
    [[nodiscard]] Result<Decision> clockRanOut(const Dossier& dossier, std::string_view clock,
                                               Instant now, Random& random) const;

private:
    using Ids = std::vector<AssignmentId>;
    [[nodiscard]] Draft draftFor(const Dossier& dossier, Instant now) const;
    /// Begins with those of the route who may be asked and were not, as many as it asks at once.
    [[nodiscard]] Result<void> askNext(const Dossier& dossier, Draft& draft, Random& random) const;
    [[nodiscard]] Result<Decision> move(const Dossier& dossier, const StatusReport& report,
                                        Draft draft, Instant now, Random& random) const;
    [[nodiscard]] Result<Decision> giveUp(const Dossier& dossier, const Ids& assignments,
                                          std::string_view reason, std::string_view text,
                                          Draft draft, Random& random) const;
    [[nodiscard]] Result<Decision> takeStep(const Dossier& dossier, std::string_view clock,
                                            Draft draft, Random& random) const;

    std::shared_ptr<const mappings::Set> set_;
    std::shared_ptr<const config::Config> config_;
};

/// The referral's own status from its assignments (design: two levels).
[[nodiscard]] Status overall(const std::vector<Assignment>& assignments);

}  // namespace waymark::referral
