// The reader's questions about deliveries and clocks.
#include <algorithm>
#include <array>
#include <utility>

#include "gateway/store/codes.h"
#include "gateway/store/packing.h"
#include "gateway/store/refusal.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/reader.h"
#include "gateway/store/sqlite/reader_statements.h"

namespace waymark::store {

/// `run` stands on a row of kDelivery; with a payload, its sealed bytes follow.
Result<Delivery> Reader::deliveryOf(Run& run, bool withPayload) {
    const auto id = idIn<DeliveryId>(run.bytes(0));
    const auto referral = idIn<ReferralId>(run.bytes(1));
    const auto assignment = idIn<AssignmentId>(run.bytes(2));
    const auto kind = valueOf(kKindCodes, static_cast<std::uint64_t>(run.number(4)));
    const auto state = valueOf(kStateCodes, static_cast<std::uint64_t>(run.number(5)));
    if (!id || !referral || !assignment || !kind || !state) {
        return std::unexpected(damaged("delivery"));
    }
    Delivery delivery;
    delivery.id = *id;
    delivery.referral = *referral;
    delivery.assignment = *assignment;
    delivery.provider = run.text(3);
    delivery.kind = *kind;
    delivery.state = *state;
    delivery.due = instantOf(run.number(6));
    delivery.deadline = instantOf(run.number(7));
    delivery.attempts = static_cast<std::uint32_t>(run.number(8));
    delivery.lastProblem = run.text(9);
    delivery.contentType = run.text(10);
    delivery.remote = run.text(11);
    if (!withPayload || run.isNull(14)) return delivery;
    const auto key = keyOf(run, 12, 13, *referral);
    if (!key) return std::unexpected(key.error());
    const auto content = sealing_.openPayload(*key, *id, run.bytes(14));
    if (!content) return std::unexpected(content.error());
    auto texts = unpack(*content);
    if (!texts) return std::unexpected(std::move(texts).error());
    if (texts->size() != 1) return std::unexpected(damaged("payload"));
    delivery.payload = std::move(texts->front());
    return delivery;
}

Result<void> Reader::dueOf(std::string_view provider, Instant now, std::uint32_t limit,
                           std::vector<Delivery>& due) {
    Run run(statements_->due.get(), provider, millisecondsOf(now), limit);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return {};
        auto delivery = deliveryOf(run, true);
        if (!delivery) return std::unexpected(std::move(delivery).error());
        due.push_back(std::move(*delivery));
    }
}

Result<std::vector<Delivery>> Reader::dueDeliveries(Instant now, std::uint32_t limit,
                                                    const std::vector<std::string>& skip) {
    // From provider to provider by the index, so that one with a long queue costs the others
    // nothing.
    std::vector<Delivery> due;
    std::string provider;
    for (;;) {
        {
            Run run(statements_->nextProvider.get(), provider);
            const Step step = run.step();
            if (step == Step::Failed) return failed();
            if (step == Step::End) break;
            provider = run.text(0);
        }
        if (std::find(skip.begin(), skip.end(), provider) != skip.end()) continue;
        if (auto done = dueOf(provider, now, limit, due); !done) {
            return std::unexpected(std::move(done).error());
        }
    }
    std::stable_sort(due.begin(), due.end(),
                     [](const Delivery& a, const Delivery& b) { return a.due < b.due; });
    return due;
}

Result<std::optional<Instant>> Reader::nextDue(Instant after) {
    std::optional<std::int64_t> next;
    const auto consider = [&](Run& run) -> Result<void> {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::Row && (!next || run.number(0) < *next)) next = run.number(0);
        return {};
    };
    {
        Run run(statements_->nextClock.get(), millisecondsOf(after));
        if (auto done = consider(run); !done) return std::unexpected(std::move(done).error());
    }
    std::string provider;
    for (;;) {
        {
            Run run(statements_->nextProvider.get(), provider);
            const Step step = run.step();
            if (step == Step::Failed) return failed();
            if (step == Step::End) break;
            provider = run.text(0);
        }
        Run run(statements_->nextDelivery.get(), provider, millisecondsOf(after));
        if (auto done = consider(run); !done) return std::unexpected(std::move(done).error());
    }
    if (!next) return std::nullopt;
    return instantOf(*next);
}

Result<std::vector<DueClock>> Reader::dueClocks(Instant now, std::uint32_t limit) {
    std::vector<DueClock> clocks;
    Run run(statements_->dueClocks.get(), millisecondsOf(now), limit);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return clocks;
        const auto id = idIn<ReferralId>(run.bytes(0));
        if (!id) return std::unexpected(damaged("referral"));
        clocks.push_back(
            {.referral = *id, .kind = std::string(run.text(1)), .due = instantOf(run.number(2))});
    }
}

Result<std::vector<Delivery>> Reader::deliveries(const ReferralId& id) {
    std::vector<Delivery> all;
    Run run(statements_->deliveries.get(), blobOf(id.get()));
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return all;
        auto delivery = deliveryOf(run, true);
        if (!delivery) return std::unexpected(std::move(delivery).error());
        all.push_back(std::move(*delivery));
    }
}

Result<std::vector<Delivery>> Reader::pollable(std::string_view provider, const DeliveryId& after,
                                               std::uint32_t limit) {
    std::vector<Delivery> found;
    Run run(statements_->polled.get(), provider, blobOf(after.get()), limit);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return found;
        auto delivery = deliveryOf(run, false);
        if (!delivery) return std::unexpected(std::move(delivery).error());
        found.push_back(std::move(*delivery));
    }
}

}  // namespace waymark::store
