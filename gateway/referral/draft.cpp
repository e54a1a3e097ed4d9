#include "gateway/referral/draft.h"

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

bool Draft::clockMoves(std::optional<std::string_view> kind) const {
    if (kind != clock::kindFor(before_)) return true;
    const Assignment* const was = leading(before_.assignments);
    const Assignment* const is = leading(state_.assignments);
    if ((was == nullptr) != (is == nullptr)) return true;
    if (is != nullptr && is->id != was->id) return true;
    // News is measured from the last word.
    return kind == clock::kNewsWithin && !decision_.events.empty();
}

Decision Draft::finish(bool rearm) && {
    const std::optional<std::string_view> kind = clock::kindFor(state_);
    if (!kind) {
        decision_.clockCleared = true;
    } else if (rearm || clockMoves(kind)) {
        decision_.clock = *kind;
        decision_.clockDue = now_ + clock::within(*kind, route_);
    }
    return std::move(decision_);
}

}  // namespace waymark::referral
