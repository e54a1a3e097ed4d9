#include "gateway/store/decision_commit.h"

#include <algorithm>
#include <utility>

#include "fhir/core/check.h"

namespace waymark::store {
namespace {

/// As long as the usual schedule of attempts goes on: a provider that is away for days must learn
/// of it all the same.
constexpr Milliseconds kWithdrawnWithin = std::chrono::hours(24 * 7);

std::string providerOf(const referral::Dossier& dossier, const AssignmentId& assignment) {
    const auto* const known = dossier.state.find(assignment);
    check(known != nullptr, "only who was asked is told more");
    return known->provider;
}

}  // namespace

Commit commitOf(const referral::Dossier& dossier, referral::Decision decision, Lane lane,
                Instant now, Random& random) {
    Commit commit;
    commit.lane = lane;
    commit.referral = dossier.id;
    commit.expectedVersion = dossier.state.version;
    for (const auto& assignment : decision.toDeliver) {
        const auto asked = std::ranges::find_if(decision.events, [&](const auto& event) {
            return event.type == referral::EventType::Asked && event.assignment == assignment;
        });
        check(asked != decision.events.end(), "a delivery belongs to an assignment that was asked");
        commit.deliveries.push_back({.id = DeliveryId(Uuid::version7(now, random)),
                                     .assignment = assignment,
                                     .provider = asked->provider,
                                     .kind = DeliveryKind::Created,
                                     .due = now,
                                     .deadline = decision.clockDue});
    }
    for (const auto& assignment : decision.toWithdraw) {
        commit.deliveries.push_back({.id = DeliveryId(Uuid::version7(now, random)),
                                     .assignment = assignment,
                                     .provider = providerOf(dossier, assignment),
                                     .kind = DeliveryKind::Cancelled,
                                     .due = now,
                                     .deadline = now + kWithdrawnWithin});
    }
    for (const auto& assignment : decision.toRemind) {
        commit.deliveries.push_back({.id = DeliveryId(Uuid::version7(now, random)),
                                     .assignment = assignment,
                                     .provider = providerOf(dossier, assignment),
                                     .kind = DeliveryKind::Updated,
                                     .due = now,
                                     .deadline = decision.clockDue});
    }
    if (decision.clockCleared) {
        commit.clock = ClockChange{.cleared = true, .kind = {}, .due = {}};
    } else if (!decision.clock.empty()) {
        commit.clock = ClockChange{
            .cleared = false, .kind = std::move(decision.clock), .due = decision.clockDue};
    }
    commit.events = std::move(decision.events);
    return commit;
}

}  // namespace waymark::store
