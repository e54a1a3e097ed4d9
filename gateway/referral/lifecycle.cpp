#include "gateway/referral/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "fhir/core/check.h"
#include "fhir/tree/arena.h"
#include "gateway/referral/draft.h"
#include "gateway/referral/routing.h"
#include "gateway/referral/stored.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::referral {
namespace {

/// How far a provider's clock may be ahead of ours.
constexpr Milliseconds kSkew = std::chrono::minutes(5);

constexpr std::array kStatuses{Status::Requested,  Status::Accepted, Status::Rejected,
                               Status::InProgress, Status::OnHold,   Status::Completed,
                               Status::Cancelled,  Status::Failed,   Status::EnteredInError};

/// completed and failed may be reported straight from requested; accepted stands between.
bool skipsAcceptance(Status from, Status to) {
    return from == Status::Requested && (to == Status::Completed || to == Status::Failed);
}

bool mayReport(Status from, Status to) {
    return mayMove(from, to, Actor::Provider) || skipsAcceptance(from, to);
}

std::string whatMayFollow(Status from) {
    std::string list;
    for (const Status to : kStatuses) {
        if (!mayReport(from, to)) continue;
        if (!list.empty()) list += ", ";
        list += code(to);
    }
    return list;
}

std::unexpected<Failure> notThisProviders() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no referral of this id for this provider.");
}

std::unexpected<Failure> tooLate(Status status) {
    return fail(Kind::Conflict, IssueType::Conflict,
                fmt::format("This referral has ended with status {}; nothing more can be reported "
                            "on it.",
                            code(status)),
                "status");
}

std::unexpected<Failure> notThatEdge(Status from, Status to) {
    return fail(Kind::Conflict, IssueType::Conflict,
                fmt::format("A referral that is {} cannot become {}. What may be reported now: {}.",
                            code(from), code(to), whatMayFollow(from)),
                "status");
}

bool repeats(std::string_view fresh, std::string_view known) {
    return fresh.empty() || fresh == known;
}

/// Whether a report of the same status says nothing that is not known.
bool saysNothingNew(const StatusReport& report, const Assignment& known) {
    const Detail& fresh = report.detail;
    const Detail& old = known.detail;
    return repeats(report.businessStatus, known.businessStatus) &&
           repeats(report.reasonCode, known.reasonCode) &&
           repeats(fresh.reasonText, old.reasonText) && repeats(fresh.note, old.note) &&
           repeats(fresh.workerName, old.workerName) &&
           repeats(fresh.workerContact, old.workerContact) &&
           repeats(fresh.outcomeSummary, old.outcomeSummary) &&
           (fresh.support.empty() || fresh.support == old.support);
}

Result<void> checkCodes(const terminology::Terminology& terminology, const StatusReport& report,
                        bool reasonKnown) {
    Result<void> business =
        vocabulary::checkBusinessStatus(terminology, report.businessStatus, report.status);
    if (!business) return business;
    Result<void> reason = vocabulary::checkReason(terminology, report.reasonCode, report.status);
    if (!reason) return reason;
    const bool given = !report.reasonCode.empty() || !report.detail.reasonText.empty();
    if (!needsReason(report.status) || given || reasonKnown) return {};
    return fail(Kind::Unprocessable, IssueType::Required,
                fmt::format("Status {} needs a reason: reason.code from {}, or reason.text.",
                            code(report.status), vocabulary::kStatusReason),
                "reason");
}

Event eventOf(const StatusReport& report, EventType type, Instant now) {
    Event event;
    event.type = type;
    event.actor = Actor::Provider;
    event.actorId = report.provider;
    event.assignment = report.assignment;
    event.provider = report.provider;
    event.businessStatus = report.businessStatus;
    event.reasonCode = report.reasonCode;
    event.detail = report.detail;
    if (report.at != Instant{} && report.at != now) event.detail.happened = report.at;
    return event;
}

void addAcceptance(Draft& draft, const StatusReport& report) {
    Event event;
    event.type = EventType::StatusChanged;
    event.actor = Actor::Provider;
    event.actorId = report.provider;
    event.assignment = report.assignment;
    event.status = Status::Accepted;
    draft.add(std::move(event));
}

/// Who was asked beside the one that has it now is no longer asked.
void withdrawOthers(Draft& draft, const AssignmentId& keeper) {
    std::vector<AssignmentId> others;
    for (const Assignment& assignment : draft.state().assignments) {
        if (assignment.id != keeper && !isFinal(assignment.status)) others.push_back(assignment.id);
    }
    for (const AssignmentId& other : others) {
        draft.end(other, Status::Cancelled, vocabulary::kAcceptedElsewhere);
    }
}

bool anotherIsOpen(const State& state, const AssignmentId& than) {
    return std::any_of(
        state.assignments.begin(), state.assignments.end(),
        [&](const Assignment& each) { return each.id != than && !isFinal(each.status); });
}

}  // namespace

Lifecycle::Lifecycle(std::shared_ptr<const mappings::Set> set,
                     std::shared_ptr<const config::Config> config)
    : set_(std::move(set)), config_(std::move(config)) {}

Draft Lifecycle::draftFor(const Dossier& dossier, Instant now) const {
    return {dossier.state, routeNamed(*config_, dossier.route), config_->workingTime, now};
}

Result<void> Lifecycle::askNext(const Dossier& dossier, Draft& draft, Random& random) const {
    tree::Arena arena;
    const Result<tree::Document> record = readStoredRecord(dossier, *set_, arena);
    if (!record) return std::unexpected(record.error());
    check(static_cast<bool>(record->root), "who was asked about is recorded");
    const Facts facts = factsOf(record->root, set_->model());
    const config::Route& route = routeNamed(*config_, dossier.route);
    std::uint32_t begun = 0;
    for (const config::Provider* const provider : candidatesOf(*config_, route, facts)) {
        if (begun == route.askAtOnce) break;
        const auto& asked = dossier.state.assignments;
        const bool before = std::any_of(asked.begin(), asked.end(), [&](const Assignment& each) {
            return each.provider == provider->id;
        });
        if (before) continue;
        draft.ask(*provider, random);
        ++begun;
    }
    return {};
}

Result<Decision> Lifecycle::report(const Dossier& dossier, const StatusReport& report, Instant now,
                                   Random& random) const {
    const Assignment* const known = dossier.state.find(report.assignment);
    if (known == nullptr || known->provider != report.provider) return notThisProviders();
    if (report.at > now + kSkew) {
        return fail(Kind::Unprocessable, IssueType::Value,
                    "The time of the report lies in the future.", "at");
    }
    const bool same = report.status == known->status;
    if (same && saysNothingNew(report, *known)) return Decision{};
    if (isFinal(known->status)) return tooLate(known->status);
    if (!same && !mayReport(known->status, report.status)) {
        return notThatEdge(known->status, report.status);
    }
    const bool reasonKnown =
        same && (!known->reasonCode.empty() || !known->detail.reasonText.empty());
    const Result<void> codes = checkCodes(set_->terminology(), report, reasonKnown);
    if (!codes) return std::unexpected(codes.error());

    Draft draft = draftFor(dossier, now);
    if (same) {
        draft.add(eventOf(report, EventType::Noted, now));
        return std::move(draft).finish();
    }
    return move(dossier, report, std::move(draft), now, random);
}

Result<Decision> Lifecycle::move(const Dossier& dossier, const StatusReport& report, Draft draft,
                                 Instant now, Random& random) const {
    const Status from = dossier.state.find(report.assignment)->status;
    if (report.status == Status::Rejected && !anotherIsOpen(dossier.state, report.assignment) &&
        !vocabulary::endsTheAsking(set_->terminology(), report.reasonCode)) {
        // The next is asked before the rejection is written, so that no version of the referral
        // looks ended while somebody is still to be asked.
        const Result<void> asked = askNext(dossier, draft, random);
        if (!asked) return std::unexpected(asked.error());
    }
    if (skipsAcceptance(from, report.status)) addAcceptance(draft, report);
    Event event = eventOf(report, EventType::StatusChanged, now);
    event.status = report.status;
    draft.add(std::move(event));
    const Status is = draft.state().find(report.assignment)->status;
    if (is != Status::Rejected && is != Status::Cancelled && is != Status::Failed) {
        withdrawOthers(draft, report.assignment);
    }
    return std::move(draft).finish();
}

}  // namespace waymark::referral
