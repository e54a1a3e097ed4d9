#include "gateway/referral/draft.h"

#include <algorithm>

#include "fhir/core/check.h"
#include "gateway/referral/clock.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::referral {

void Draft::add(Event event) {
    event.at = now_;
    if (event.assignment && event.provider.empty()) {
        const Assignment* const assignment = state_.find(*event.assignment);
        check(assignment != nullptr, "an event is about an assignment that was asked");
        event.provider = assignment->provider;
    }
    apply(state_, event);
    decision_.events.push_back(std::move(event));
}

void Draft::ask(const config::Provider& provider, Random& random) {
    Event event;
    event.type = EventType::Asked;
    event.assignment = AssignmentId(Uuid::version7(now_, random));
    event.provider = provider.id;
    event.status = Status::Requested;
    decision_.toDeliver.push_back(*event.assignment);
    add(std::move(event));
}

void Draft::end(const AssignmentId& assignment, Status as, std::string_view reason,
                std::string_view text) {
    Event event;
    event.type = EventType::StatusChanged;
    event.assignment = assignment;
    event.status = as;
    event.reasonCode = reason;
    event.detail.reasonText = text;
    add(std::move(event));
    if (reason != vocabulary::kUndeliverable) decision_.toWithdraw.push_back(assignment);
}

namespace {

Event eventOf(const Withdrawal& withdrawal) {
    Event event;
    event.type = EventType::StatusChanged;
    event.actor = Actor::Practice;
    event.actorId = withdrawal.organisation;
    event.status = withdrawal.status;
    event.reasonCode = withdrawal.reasonCode;
    event.detail.reasonText = withdrawal.reasonText;
    return event;
}

}  // namespace

void Draft::withdraw(const AssignmentId& assignment, const Withdrawal& withdrawal) {
    const Assignment* const known = state_.find(assignment);
    check(known != nullptr, "what is withdrawn was asked");
    // Who refused, or never got it, has nothing to forget.
    const bool mayHaveIt = !isFinal(known->status) || known->delivered;
    Event event = eventOf(withdrawal);
    event.assignment = assignment;
    add(std::move(event));
    if (mayHaveIt) decision_.toWithdraw.push_back(assignment);
}

void Draft::withdrawOwn(const Withdrawal& withdrawal) {
    add(eventOf(withdrawal));
}

void Draft::told(std::uint32_t version) {
    Event event;
    event.type = EventType::Told;
    event.actor = Actor::Practice;
    event.detail.toldVersion = version;
    add(std::move(event));
}

bool Draft::clockMoves(std::optional<std::string_view> kind) const {
    if (kind != clock::kindFor(before_, route_)) return true;
    const Assignment* const was = leading(before_.assignments);
    const Assignment* const is = leading(state_.assignments);
    if ((was == nullptr) != (is == nullptr)) return true;
    if (is != nullptr && is->id != was->id) return true;
    // News is measured from the last word, and what is to be told from the last change.
    if (kind != clock::kNewsWithin && kind != clock::kToldWithin) return false;
    return std::ranges::any_of(decision_.events,
                               [](const Event& event) { return isShown(event.type); });
}

Decision Draft::finish(bool rearm) && {
    const std::optional<std::string_view> kind = clock::kindFor(state_, route_);
    if (!kind) {
        decision_.clockCleared = true;
    } else if (rearm || clockMoves(kind)) {
        decision_.clock = *kind;
        decision_.clockDue = clock::dueFor(*kind, state_, route_, time_, now_);
    }
    return std::move(decision_);
}

}  // namespace waymark::referral
