// The reader's questions of operators: deliveries found, and the account of all referrals.
#include <algorithm>
#include <unordered_set>

#include "gateway/referral/clock.h"
#include "gateway/store/codes.h"
#include "gateway/store/refusal.h"
#include "gateway/store/rules.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/reader.h"
#include "gateway/store/sqlite/reader_snapshot.h"
#include "gateway/store/sqlite/reader_statements.h"

namespace waymark::store {
namespace {

using Ids = std::unordered_set<Uuid>;

Uuid idBefore(std::optional<Instant> to) {
    if (to) return firstIdAt(*to);
    Uuid::Bytes bytes;
    bytes.fill(0xFF);
    return Uuid(bytes);
}

}  // namespace

Result<std::vector<Delivery>> Reader::findDeliveries(const DeliveryQuery& query) {
    // One delivery is a range of one.
    Uuid first = query.from ? firstIdAt(*query.from) : Uuid();
    const Uuid end = idBefore(query.to);
    if (query.id) first = query.id->get();
    const int state = query.state ? codeOf(kStateCodes, *query.state) : 0;
    const Uuid referral = query.referral ? query.referral->get() : Uuid();
    std::vector<Delivery> found;
    Run run(statements_->findDeliveries.get(), blobOf(query.after.get()), blobOf(first),
            blobOf(end), std::string_view(query.provider), state, blobOf(referral),
            query.id ? 1U : std::min(query.limit, kPageRowsMax));
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) break;
        auto delivery = deliveryOf(run, false);
        if (!delivery) return std::unexpected(std::move(delivery).error());
        if (!query.id || delivery->id == *query.id) found.push_back(std::move(*delivery));
    }
    return found;
}

Result<Account> Reader::account(Instant from, Instant to) {
    const Snapshot snapshot(*this);
    if (!snapshot.isOpen()) return failed();
    Account account;
    Ids taken;
    {
        Run run(statements_->taken.get(), millisecondsOf(from), millisecondsOf(to));
        for (;;) {
            const Step step = run.step();
            if (step == Step::Failed) return failed();
            if (step == Step::End) break;
            if (run.text(0) == "refused") {
                ++account.refused;
                continue;
            }
            if (const auto id = Uuid::parse(run.text(1))) taken.insert(*id);
        }
    }
    std::uint64_t stored = 0;
    const Uuid first = firstIdAt(from);
    const Uuid end = firstIdAt(to);
    Run run(statements_->standings.get(), blobOf(first), blobOf(end),
            std::string_view(referral::clock::kMendedWithin));
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) break;
        const auto id = idIn<ReferralId>(run.bytes(0));
        const auto status = valueOf(kStatusCodes, static_cast<std::uint64_t>(run.number(1)));
        if (!id || !status) return std::unexpected(damaged("referral"));
        ++stored;
        taken.erase(id->get());
        if (isFinal(*status)) {
            ++account.finished;
        } else if (run.number(2) == 0) {
            account.breach(*id, "open-without-clock");
        } else {
            ++account.openWithClock;
            account.setAside += run.number(3) != 0 ? 1U : 0U;
        }
    }
    // What a door has said yes to and the store does not hold.
    std::vector<Uuid> lost(taken.begin(), taken.end());
    std::sort(lost.begin(), lost.end());
    for (const Uuid& id : lost) account.breach(ReferralId(id), "not-stored");
    account.in = stored + lost.size() + account.refused;
    return account;
}

Result<std::vector<DueClock>> Reader::clocksOf(std::string_view kind, std::uint32_t limit) {
    std::vector<DueClock> clocks;
    Run run(statements_->clocksOf.get(), kind, limit);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return clocks;
        const auto id = idIn<ReferralId>(run.bytes(0));
        if (!id) return std::unexpected(damaged("referral"));
        clocks.push_back(
            {.referral = *id, .kind = std::string(kind), .due = instantOf(run.number(1))});
    }
}

Result<std::set<std::string>> Reader::openSetVersions() {
    std::set<std::string> versions;
    Run run(statements_->openSetVersions.get());
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return versions;
        versions.emplace(run.text(0));
    }
}

}  // namespace waymark::store
