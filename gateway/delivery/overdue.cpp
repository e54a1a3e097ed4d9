#include "gateway/delivery/overdue.h"

#include <utility>

#include "gateway/delivery/decide.h"
#include "gateway/store/decision_commit.h"

namespace waymark::delivery {
namespace {

using boost::asio::awaitable;

/// When the lifecycle met a fault of ours: the clock is not lost, it runs again.
constexpr Milliseconds kAgain = std::chrono::hours(1);

/// Deliveries that have not gone out and whose assignment the events ended.
Result<std::vector<store::DeliveryId>> endedBy(store::Store& store,
                                               const referral::Dossier& dossier,
                                               const std::vector<referral::Event>& events) {
    std::vector<store::DeliveryId> ended;
    referral::State state = dossier.state;
    for (const referral::Event& event : events) referral::apply(state, event);
    const auto deliveries = store.deliveries(dossier.id);
    if (!deliveries) return std::unexpected(deliveries.error());
    for (const store::Delivery& delivery : *deliveries) {
        const referral::Assignment* assignment = state.find(delivery.assignment);
        const bool waiting = delivery.state == store::DeliveryState::Due &&
                             delivery.kind == store::DeliveryKind::Created;
        if (waiting && assignment != nullptr && referral::isFinal(assignment->status)) {
            ended.push_back(delivery.id);
        }
    }
    return ended;
}

store::Commit runAgainLater(const referral::Dossier& dossier, const store::DueClock& clock,
                            Instant now) {
    store::Commit commit;
    commit.lane = store::Lane::Delivery;
    commit.referral = dossier.id;
    commit.expectedVersion = dossier.state.version;
    commit.clock = store::ClockChange{.cleared = false, .kind = clock.kind, .due = now + kAgain};
    return commit;
}

/// On the pool. `ended` is what the commit, if it is made, ends.
Result<std::optional<store::Commit>> decide(const Ports& ports, const referral::Dossier& dossier,
                                            const store::DueClock& clock,
                                            std::vector<store::DeliveryId>& ended) {
    ended.clear();
    const Instant now = ports.clock.now();
    const Rules rules = ports.rules(dossier.setVersion);
    auto decision = rules.lifecycle->clockRanOut(dossier, clock.kind, now, ports.random);
    if (!decision) {
        ports.log.failure(telemetry::Level::Error, "clock.not-decided", decision.error(),
                          {{"referral", dossier.id.get()}});
        return runAgainLater(dossier, clock, now);
    }
    auto dead = endedBy(ports.store, dossier, decision->events);
    if (!dead) return std::unexpected(dead.error());
    const bool silent = decision->events.empty() && decision->clock.empty();
    if (silent && !decision->clockCleared) return runAgainLater(dossier, clock, now);

    store::Commit commit =
        store::commitOf(dossier, std::move(*decision), store::Lane::Delivery, now, ports.random);
    for (const store::DeliveryId& id : *dead) {
        store::DeliveryChange& change = commit.changes.emplace_back();
        change.id = id;
        change.state = store::DeliveryState::Dead;
        change.lastProblem = clock.kind;
    }
    store::AuditEntry& entry = commit.audit.emplace_back();
    entry.at = now;
    entry.actor = "gateway";
    entry.action = "clock-ran-out";
    entry.subject = dossier.id.get().text();
    entry.outcome = clock.kind;
    ended = std::move(*dead);
    return commit;
}

}  // namespace

awaitable<Result<std::vector<store::DeliveryId>>> runClock(const Ports* ports,
                                                           store::DueClock clock) {
    auto ended = std::make_shared<std::vector<store::DeliveryId>>();
    Decide deciding = [ports, clock, ended](const referral::Dossier& dossier) {
        return decide(*ports, dossier, clock, *ended);
    };
    auto operation = decideAndCommit(ports, clock.referral, std::move(deciding));
    auto written = co_await std::move(operation);
    if (!written) co_return std::unexpected(std::move(written.error()));
    co_return std::move(*ended);
}

}  // namespace waymark::delivery
