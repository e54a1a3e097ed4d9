#include "gateway/delivery/recorder.h"

#include <fmt/format.h>

#include <utility>

#include "gateway/delivery/addressees.h"
#include "gateway/delivery/classifier.h"
#include "gateway/delivery/decide.h"
#include "gateway/store/decision_commit.h"

namespace waymark::delivery {
namespace {

using boost::asio::awaitable;

std::string problemOf(const Record& what, const store::Delivery& row) {
    if (!what.outcome) return row.lastProblem;
    return what.ending == Ending::Delivered ? std::string() : problemText(*what.outcome);
}

/// Whether somebody is worse off for its not having arrived.
bool isWanted(const Record& what) {
    return !what.outcome ||
           what.outcome->problem.text() != outcomeOf(OwnFinding::NotWanted).problem.text();
}

store::DeliveryChange changeFor(const store::Delivery& row, const Record& what) {
    store::DeliveryChange change;
    change.id = row.id;
    change.attempts = what.attempts;
    change.lastProblem = problemOf(what, row);
    switch (what.ending) {
        case Ending::Delivered:
            change.state = store::DeliveryState::Delivered;
            if (what.outcome && !what.outcome->remote.empty()) change.remote = what.outcome->remote;
            break;
        case Ending::Postponed:
            change.due = what.due;
            break;
        case Ending::Dead:
            change.state =
                isWanted(what) ? store::DeliveryState::Dead : store::DeliveryState::Dropped;
            break;
    }
    return change;
}

store::AuditEntry auditFor(const store::Delivery& row, const Record& what, Instant now) {
    store::AuditEntry entry;
    entry.at = now;
    entry.actor = "gateway";
    entry.action = "deliver";
    entry.subject = row.assignment.get().text();
    entry.outcome = what.ending == Ending::Delivered ? "ok" : problemOf(what, row);
    return entry;
}

store::Commit aloneFor(const store::Delivery& row, const Record& what, Instant now) {
    store::Commit commit;
    commit.lane = store::Lane::Delivery;
    commit.changes.push_back(changeFor(row, what));
    if (what.ending != Ending::Postponed) commit.audit.push_back(auditFor(row, what, now));
    return commit;
}

Result<referral::Decision> decisionFor(const Ports& ports, const referral::Dossier& dossier,
                                       const store::Delivery& row, const Record& what,
                                       Instant now) {
    if (row.kind == store::DeliveryKind::Notified && ports.addressees != nullptr) {
        if (what.ending != Ending::Delivered) return referral::Decision{};
        const std::uint32_t version = ports.addressees->toldBy(row);
        return ports.rules(dossier.setVersion).lifecycle->told(dossier, version, now);
    }
    // Only whether a provider has the referral at all moves it.
    if (row.kind != store::DeliveryKind::Created) return referral::Decision{};
    const Rules rules = ports.rules(dossier.setVersion);
    if (what.ending == Ending::Delivered) {
        return rules.lifecycle->delivered(dossier, row.assignment, now);
    }
    return rules.lifecycle->undeliverable(dossier, row.assignment,
                                          sentenceFor(what, row.lastProblem), now, ports.random);
}

/// On the pool.
Result<std::optional<store::Commit>> decide(const Ports& ports, const referral::Dossier& dossier,
                                            const store::Delivery& row, const Record& what) {
    const Instant now = ports.clock.now();
    auto decision = decisionFor(ports, dossier, row, what, now);
    if (!decision) {
        ports.log.failure(telemetry::Level::Error, "delivery.not-decided", decision.error(),
                          {{"delivery", row.id.get()}});
        return aloneFor(row, what, now);
    }
    if (decision->events.empty()) return aloneFor(row, what, now);
    store::Commit commit =
        store::commitOf(dossier, std::move(*decision), store::Lane::Delivery, now, ports.random);
    commit.changes.push_back(changeFor(row, what));
    commit.audit.push_back(auditFor(row, what, now));
    return commit;
}

}  // namespace

std::string sentenceFor(const Record& what, std::string_view lastProblem) {
    if (what.outcome) {
        return fmt::format("Delivery was given up after {} {}: {}.", what.attempts,
                           what.attempts == 1 ? "attempt" : "attempts",
                           clauseFor(problemText(*what.outcome)));
    }
    if (what.attempts == 0) return "It could not be delivered in the time allowed.";
    return fmt::format("It could not be delivered in the time allowed, with {} {}: {}.",
                       what.attempts, what.attempts == 1 ? "attempt" : "attempts",
                       clauseFor(lastProblem));
}

awaitable<Result<void>> recordAlone(const Ports* ports, std::shared_ptr<const store::Delivery> row,
                                    Record what) {
    auto work = aloneFor(*row, what, ports->clock.now());
    auto committing = commit(ports, std::move(work));
    const auto committed = co_await std::move(committing);
    if (!committed) co_return std::unexpected(committed.error());
    co_return Result<void>();
}

awaitable<Result<void>> record(const Ports* ports, std::shared_ptr<const store::Delivery> row,
                               Record what) {
    if (what.ending == Ending::Postponed) {
        auto alone = recordAlone(ports, row, what);
        auto written = co_await std::move(alone);
        co_return written;
    }
    Decide deciding = [ports, row, what](const referral::Dossier& dossier) {
        return decide(*ports, dossier, *row, what);
    };
    auto operation = decideAndCommit(ports, row->referral, std::move(deciding));
    auto written = co_await std::move(operation);
    if (written || written.error().kind != Kind::NotFound) co_return written;
    auto alone = recordAlone(ports, row, what);
    auto without = co_await std::move(alone);
    co_return without;
}

}  // namespace waymark::delivery
