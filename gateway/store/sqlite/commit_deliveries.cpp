// The part of CommitWriter that writes deliveries: new ones, changes, and which of a referral's
// deliveries is next in its line or polled.
#include <optional>
#include <set>

#include "gateway/store/codes.h"
#include "gateway/store/refusal.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/commit_plan.h"
#include "gateway/store/sqlite/commit_statements.h"
#include "gateway/store/sqlite/commit_writer.h"
#include "gateway/store/sqlite/keys.h"

namespace waymark::store {
namespace {

/// One delivery of a referral as settleDeliveries() looks at it.
struct InLine {
    std::int64_t place = 0;
    std::optional<std::int64_t> nextDue{};
    bool polled = false;
    std::optional<std::int64_t> wantedNextDue{};
    bool wantedPolled = false;
};

}  // namespace

Result<void> CommitWriter::writeNewDeliveries(const Prepared& prepared, const Plan& plan) {
    const auto& deliveries = prepared.commit.deliveries;
    if (deliveries.empty()) return {};
    std::int64_t place = firstPlace(plan.no);
    if (!prepared.commit.create) {
        Run last(statements_->lastDelivery, firstPlace(plan.no), lastPlace(plan.no));
        if (last.step() != Step::Row) return failed();
        if (!last.isNull(0)) place = last.number(0) + 1;
    }
    if (place + static_cast<std::int64_t>(deliveries.size()) - 1 > lastPlace(plan.no)) {
        return std::unexpected(malformed("A referral has no more than 65536 deliveries."));
    }
    // A new referral's first delivery to each assignment is next in line; all else is settled when
    // the referral's earlier deliveries are known.
    std::set<AssignmentId> served;
    for (const NewDelivery& delivery : deliveries) {
        std::optional<std::int64_t> nextDue;
        if (prepared.commit.create && served.insert(delivery.assignment).second) {
            nextDue = millisecondsOf(delivery.due);
        }
        Run run(statements_->insertDelivery, place++, blobOf(delivery.id.get()),
                blobOf(delivery.assignment.get()), delivery.provider,
                codeOf(kKindCodes, delivery.kind), codeOf(kStateCodes, DeliveryState::Due),
                millisecondsOf(delivery.due), millisecondsOf(delivery.deadline), delivery.remote,
                nextDue);
        if (!run.done()) return failed();
        ++ledger_.due;
    }
    return {};
}

Result<void> CommitWriter::writeDeliveryChanges(const Prepared& prepared, Plan& plan) {
    const auto& changes = prepared.commit.changes;
    std::set<std::int64_t> moved;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const DeliveryChange& change = changes[i];
        const KnownDelivery& known = plan.deliveries[i];
        const auto state = change.state.value_or(known.state);
        ledger_.due +=
            (state == DeliveryState::Due ? 1 : 0) - (known.state == DeliveryState::Due ? 1 : 0);
        ledger_.dead +=
            (state == DeliveryState::Dead ? 1 : 0) - (known.state == DeliveryState::Dead ? 1 : 0);
        const std::string& problem =
            change.lastProblem.empty() ? known.problem : change.lastProblem;
        const std::string& contentType =
            change.contentType ? *change.contentType : known.contentType;
        const std::string& remote = change.remote ? *change.remote : known.remote;
        Run run(statements_->changeDelivery, codeOf(kStateCodes, state),
                change.due ? millisecondsOf(*change.due) : known.due,
                change.attempts.value_or(known.attempts), problem, contentType, remote,
                change.deadline ? millisecondsOf(*change.deadline) : known.deadline, known.place);
        if (!run.done()) return failed();
        if (change.state || change.due || change.remote) moved.insert(referralOf(known.place));
        if (prepared.payloads[i].empty()) continue;
        const auto key = keyOf(referralOf(known.place), plan);
        if (!key) return std::unexpected(key.error());
        const auto sealed = sealing_.sealPayload(**key, change.id, prepared.payloads[i], random_);
        Run insert(statements_->insertPayload, known.place, Blob(sealed));
        if (!insert.done()) return failed();
    }
    for (const std::int64_t no : moved) {
        if (auto done = settleDeliveries(no); !done) return done;
    }
    return {};
}

Result<void> CommitWriter::dropSuperseded(const Commit& commit, const Plan& plan) {
    bool any = false;
    for (const NewDelivery& delivery : commit.deliveries) {
        if (delivery.kind != DeliveryKind::Cancelled) continue;
        any = true;
        const auto id = blobOf(delivery.id.get());
        const auto assignment = blobOf(delivery.assignment.get());
        {
            Run count(statements_->countSuperseded, firstPlace(plan.no), lastPlace(plan.no),
                      assignment, id, codeOf(kStateCodes, DeliveryState::Due));
            if (count.step() != Step::Row) return failed();
            ledger_.due -= count.number(0);
        }
        Run drop(statements_->dropSuperseded, codeOf(kStateCodes, DeliveryState::Dropped),
                 firstPlace(plan.no), lastPlace(plan.no), assignment, id,
                 codeOf(kStateCodes, DeliveryState::Due), codeOf(kStateCodes, DeliveryState::Held));
        if (!drop.done()) return failed();
    }
    return any ? settleDeliveries(plan.no) : Result<void>();
}

Result<void> CommitWriter::settleDeliveries(std::int64_t no) {
    std::vector<InLine> all;
    {
        std::set<std::string> waitingFor;
        Run run(statements_->line, firstPlace(no), lastPlace(no));
        for (;;) {
            const Step step = run.step();
            if (step == Step::Failed) return failed();
            if (step == Step::End) break;
            InLine& delivery = all.emplace_back();
            delivery.place = run.number(0);
            const auto state = valueOf(kStateCodes, static_cast<std::uint64_t>(run.number(2)));
            const auto status = valueOf(kStatusCodes, static_cast<std::uint64_t>(run.number(7)));
            if (!run.isNull(5)) delivery.nextDue = run.number(5);
            delivery.polled = run.number(6) != 0;
            if (state == DeliveryState::Due &&
                waitingFor.insert(std::string(run.bytes(1))).second) {
                delivery.wantedNextDue = run.number(3);
            }
            delivery.wantedPolled = state == DeliveryState::Delivered && run.number(4) != 0 &&
                                    status && !isFinal(*status);
        }
    }
    for (const InLine& delivery : all) {
        if (delivery.nextDue == delivery.wantedNextDue &&
            delivery.polled == delivery.wantedPolled) {
            continue;
        }
        std::optional<int> polled;
        if (delivery.wantedPolled) polled = 1;
        Run run(statements_->setLine, delivery.wantedNextDue, polled, delivery.place);
        if (!run.done()) return failed();
    }
    return {};
}

}  // namespace waymark::store
