// The part of Lifecycle that is not a provider's report: deliveries, clocks, the practice's own
// word, and what the practice has been told.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/referral/clock.h"
#include "gateway/referral/draft.h"
#include "gateway/referral/lifecycle.h"
#include "gateway/referral/routing.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::referral {
namespace {

std::unexpected<Failure> notAsked() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no referral of this id for this provider.");
}

/// Who has not answered; of those for whom delivery has run out, who does not have it either.
std::vector<AssignmentId> silent(const State& state, std::string_view clock) {
    std::vector<AssignmentId> ids;
    const Assignment* const speaker = leading(state.assignments);
    for (const Assignment& each : state.assignments) {
        const bool late = clock == clock::kDeliveredWithin
                              ? each.status == Status::Requested && !each.delivered
                          : clock == clock::kAnsweredWithin ? each.status == Status::Requested
                                                            : &each == speaker;
        if (late) ids.push_back(each.id);
    }
    return ids;
}

std::string nameOf(const config::Config& config, const std::string& provider) {
    const config::Provider* const known = config.provider(provider);
    return known == nullptr ? provider : known->name;
}

/// What the practice reads when a clock ran out and nothing else changes.
std::string sentenceFor(std::string_view clock, const std::string& name) {
    if (clock == clock::kAnsweredWithin) {
        return fmt::format("{} has the referral and has not answered in the time allowed.", name);
    }
    if (clock == clock::kFirstContactWithin) {
        return fmt::format(
            "{} has accepted and has not reported a first contact with the person in "
            "the time allowed.",
            name);
    }
    return fmt::format("{} has reported nothing new in the time allowed.", name);
}

std::unexpected<Failure> notThePractices(Status status) {
    return fail(Kind::Conflict, IssueType::Conflict,
                fmt::format("The practice may set cancelled or entered-in-error; {} is for the "
                            "provider to report.",
                            code(status)),
                "status");
}

}  // namespace

Result<Decision> Lifecycle::delivered(const Dossier& dossier, const AssignmentId& assignment,
                                      Instant now) const {
    const Assignment* const known = dossier.state.find(assignment);
    if (known == nullptr) return notAsked();
    if (known->delivered || isFinal(known->status)) return Decision{};
    Draft draft = draftFor(dossier, now);
    Event event;
    event.type = EventType::Delivered;
    event.assignment = assignment;
    draft.add(std::move(event));
    return std::move(draft).finish();
}

Result<Decision> Lifecycle::undeliverable(const Dossier& dossier, const AssignmentId& assignment,
                                          std::string_view why, Instant now, Random& random) const {
    const Assignment* const known = dossier.state.find(assignment);
    if (known == nullptr) return notAsked();
    // What the provider has already, sent once more on an operator's word, takes nothing back.
    if (isFinal(known->status) || known->delivered) return Decision{};
    Draft draft = draftFor(dossier, now);
    Event event;
    event.type = EventType::Undeliverable;
    event.assignment = assignment;
    event.reasonCode = vocabulary::kUndeliverable;
    event.detail.reasonText = why;
    draft.add(std::move(event));
    return giveUp(dossier, {assignment}, vocabulary::kUndeliverable, why, std::move(draft), random);
}

Result<Decision> Lifecycle::giveUp(const Dossier& dossier, const Ids& assignments,
                                   std::string_view reason, std::string_view text, Draft draft,
                                   Random& random) const {
    const auto& all = dossier.state.assignments;
    const bool anotherIsOpen = std::any_of(all.begin(), all.end(), [&](const Assignment& each) {
        return !isFinal(each.status) &&
               std::find(assignments.begin(), assignments.end(), each.id) == assignments.end();
    });
    if (!anotherIsOpen) {
        const Result<void> asked = askNext(dossier, draft, random);
        if (!asked) return std::unexpected(asked.error());
    }
    for (const AssignmentId& each : assignments) draft.end(each, Status::Failed, reason, text);
    return std::move(draft).finish(true);
}

Result<Decision> Lifecycle::clockRanOut(const Dossier& dossier, std::string_view clock, Instant now,
                                        Random& random) const {
    Draft draft = draftFor(dossier, now);
    // The referral has gone on since this clock was read: the clock that belongs to it is set.
    if (clock::kindFor(dossier.state, routeNamed(*config_, dossier.route)) != clock) {
        return std::move(draft).finish(true);
    }
    const Assignment* const speaker = leading(dossier.state.assignments);
    Event event;
    event.type = EventType::ClockRanOut;
    event.reasonCode = clock;
    if (speaker != nullptr) event.assignment = speaker->id;
    draft.add(std::move(event));
    // Nothing changes; who runs the clock raises the alert, and it starts again.
    if (clock == clock::kToldWithin) return std::move(draft).finish(true);
    if (speaker == nullptr) {
        Event failed;
        failed.type = EventType::StatusChanged;
        failed.status = Status::Failed;
        failed.reasonCode = vocabulary::kNotProcessed;
        draft.add(std::move(failed));
        return std::move(draft).finish(true);
    }
    if (clock == clock::kDeliveredWithin) {
        return giveUp(dossier, silent(dossier.state, clock), vocabulary::kNotDeliveredInTime, {},
                      std::move(draft), random);
    }
    return takeStep(dossier, clock, std::move(draft), random);
}

Result<Decision> Lifecycle::takeStep(const Dossier& dossier, std::string_view clock, Draft draft,
                                     Random& random) const {
    const config::Route& route = routeNamed(*config_, dossier.route);
    switch (clock::stepOf(clock, route, dossier.state.ranOut)) {
        case config::ClockStep::Remind:
            for (const AssignmentId& id : silent(dossier.state, clock)) {
                const auto* provider = config_->provider(dossier.state.find(id)->provider);
                // A FHIR server keeps the Task open for its people; a webhook is all others have.
                const bool hears =
                    provider != nullptr && provider->adapter == config::AdapterKind::Webhook;
                if (hears) draft.remind(id);
            }
            break;
        case config::ClockStep::Next:
            return giveUp(dossier, silent(dossier.state, clock), vocabulary::kNotAnsweredInTime, {},
                          std::move(draft), random);
        case config::ClockStep::Tell:
            for (const AssignmentId& id : silent(dossier.state, clock)) {
                Event note;
                note.type = EventType::Noted;
                note.assignment = id;
                const std::string& provider = dossier.state.find(id)->provider;
                note.detail.note = sentenceFor(clock, nameOf(*config_, provider));
                draft.add(std::move(note));
            }
            break;
    }
    return std::move(draft).finish(true);
}

Result<Decision> Lifecycle::withdraw(const Dossier& dossier, const Withdrawal& withdrawal,
                                     Instant now) const {
    const bool mistaken = withdrawal.status == Status::EnteredInError;
    if (!mistaken && withdrawal.status != Status::Cancelled) {
        return notThePractices(withdrawal.status);
    }
    const State& state = dossier.state;
    if (state.status == withdrawal.status) return Decision{};
    if (!mayMove(state.status, withdrawal.status, Actor::Practice)) {
        return fail(Kind::Conflict, IssueType::Conflict,
                    fmt::format("This referral has ended with status {}; it can only be marked as "
                                "entered in error.",
                                code(state.status)),
                    "status");
    }
    Withdrawal wanted = withdrawal;
    const Result<void> reason =
        mistaken ? Result<void>()
                 : vocabulary::checkReason(set_->terminology(), wanted.reasonCode, wanted.status);
    if (!reason) return std::unexpected(reason.error());
    if (!mistaken && wanted.reasonCode.empty() && wanted.reasonText.empty()) {
        wanted.reasonCode = vocabulary::kWithdrawnByPractice;
    }
    Draft draft = draftFor(dossier, now);
    if (state.own || state.assignments.empty()) draft.withdrawOwn(wanted);
    for (const Assignment& each : state.assignments) {
        if (mayMove(each.status, wanted.status, Actor::Practice)) draft.withdraw(each.id, wanted);
    }
    // The practice knows its own word.
    draft.told(draft.state().shownVersion);
    return std::move(draft).finish();
}

Decision Lifecycle::told(const Dossier& dossier, std::uint32_t version, Instant now) const {
    const State& state = dossier.state;
    const std::uint32_t seen = std::min(version, state.shownVersion);
    if (!isFinal(state.status) || seen <= state.toldVersion) return {};
    Draft draft = draftFor(dossier, now);
    draft.told(seen);
    return std::move(draft).finish();
}

}  // namespace waymark::referral
