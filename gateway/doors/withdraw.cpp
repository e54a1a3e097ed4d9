#include "gateway/doors/withdraw.h"

#include <utility>

#include <fmt/format.h>

#include "gateway/doors/store_access.h"
#include "gateway/store/decision_commit.h"
#include "gateway/store/refusal.h"

namespace waymark::doors {
namespace {

using boost::asio::awaitable;

constexpr int kAttemptsMax = 8;

bool movedMeanwhile(const Failure& failure) {
    return failure.kind == Kind::Conflict && !failure.issues.empty() &&
           failure.issues.front().code == store::kVersionMoved;
}

std::unexpected<Failure> notFound() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no such referral among those that you may see.");
}

Result<void> checkVersion(const referral::Dossier& dossier, std::uint32_t ifVersion) {
    if (ifVersion == 0 || ifVersion == dossier.state.shownVersion) return {};
    return fail(Kind::PreconditionFailed, IssueType::Conflict,
                fmt::format("The resource is at version {}; read it again before you change it.",
                            dossier.state.shownVersion));
}

store::Commit workFor(Visit* visit, const referral::Dossier& dossier, referral::Decision decision,
                      const std::vector<store::Verdict>& verdicts) {
    auto& services = visit->services;
    auto work = store::commitOf(dossier, std::move(decision), store::Lane::Status,
                                visit->request.received, services.random);
    work.verdicts = verdicts;
    work.audit.push_back({.at = visit->request.received,
                          .actor = visit->principal.id,
                          .action = "withdraw",
                          .subject = dossier.id.get().text(),
                          .outcome = "ok",
                          .request = visit->request.requestId});
    return work;
}

/// One try.
awaitable<Result<Withdrawn>> withdrawOnce(Visit* visit, referral::ReferralId id,
                                          const referral::Withdrawal* wanted,
                                          std::uint32_t ifVersion,
                                          const std::vector<store::Verdict>* verdicts) {
    auto found = co_await referralById(visit, id);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    auto& dossier = **found;
    if (auto fits = checkVersion(dossier, ifVersion); !fits) {
        co_return std::unexpected(std::move(fits).error());
    }
    referral::Withdrawal own = *wanted;
    own.organisation = dossier.organisation;
    auto decision = visit->snapshot->lifecycle->withdraw(dossier, own, visit->request.received);
    if (!decision) co_return std::unexpected(std::move(decision).error());
    Withdrawn withdrawn;
    withdrawn.changed = !decision->events.empty();
    const auto events = decision->events;
    if (withdrawn.changed || !verdicts->empty()) {
        auto work = workFor(visit, dossier, std::move(*decision), *verdicts);
        auto committed = co_await commit(visit, std::move(work));
        if (!committed) co_return std::unexpected(std::move(committed).error());
        visit->services.wakeDelivery();
    }
    for (const auto& event : events) {
        referral::apply(dossier.state, event);
        dossier.events.push_back(event);
    }
    withdrawn.dossier = std::move(dossier);
    co_return withdrawn;
}

}  // namespace

awaitable<Result<Withdrawn>> withdraw(Visit* visit, referral::ReferralId id,
                                      referral::Withdrawal wanted, std::uint32_t ifVersion,
                                      std::vector<store::Verdict> verdicts) {
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
        auto done = co_await withdrawOnce(visit, id, &wanted, ifVersion, &verdicts);
        if (done || !movedMeanwhile(done.error())) co_return done;
    }
    auto busy = fail(Kind::Unavailable, IssueType::LockError,
                     "The referral changed again and again meanwhile; send this once more.");
    busy.error().retryAfter = std::chrono::seconds(1);
    co_return busy;
}

void noteTold(Visit* visit, const referral::Dossier& dossier, std::uint32_t version) {
    const auto now = visit->services.clock.now();
    auto decision = visit->snapshot->lifecycle->told(dossier, version, now);
    if (decision.events.empty()) return;
    auto work = store::commitOf(dossier, std::move(decision), store::Lane::Status, now,
                                visit->services.random);
    auto& log = visit->services.log;
    visit->services.store.commit(std::move(work), [&log](Result<store::Committed> kept) {
        // The next reading notes it again; a referral that moved has something new to tell.
        if (!kept && kept.error().kind != Kind::Conflict) {
            log.failure(telemetry::Level::Warning, "told.not-kept", kept.error());
        }
    });
}

}  // namespace waymark::doors
