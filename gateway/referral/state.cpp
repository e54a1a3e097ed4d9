#include "gateway/referral/state.h"

#include <algorithm>

#include "fhir/core/check.h"
#include "gateway/referral/lifecycle.h"

namespace waymark::referral {
namespace {

/// Lower speaks first.
int rank(Status status) {
    switch (status) {
        case Status::InProgress:
            return 0;
        case Status::OnHold:
            return 1;
        case Status::Accepted:
            return 2;
        case Status::Completed:
            return 3;
        case Status::Requested:
            return 4;
        case Status::Rejected:
        case Status::Cancelled:
        case Status::Failed:
        case Status::EnteredInError:
            return 5;
    }
    return 5;
}

Assignment* assignmentOf(State& state, const Event& event) {
    check(event.assignment.has_value(), "this event is about an assignment");
    const auto at = std::find_if(state.assignments.begin(), state.assignments.end(),
                                 [&](const Assignment& a) { return a.id == *event.assignment; });
    check(at != state.assignments.end(), "the assignment was asked before");
    return &*at;
}

/// Who works with the person stays known until somebody else is named.
void renew(Detail& kept, const Detail& fresh) {
    Detail merged = fresh;
    if (merged.workerName.empty()) merged.workerName = kept.workerName;
    if (merged.workerContact.empty()) merged.workerContact = kept.workerContact;
    kept = std::move(merged);
}

/// First contact was made when it is said, or when work with the person has begun.
void noteContact(Assignment& assignment) {
    const bool atWork =
        assignment.status == Status::InProgress || assignment.status == Status::Completed;
    if (atWork || assignment.businessStatus == "first-contact") assignment.contacted = true;
}

void touch(Assignment& assignment, const State& state, const Event& event) {
    assignment.updated = event.at;
    assignment.version = state.version;
    assignment.actor = event.actor;
}

void begin(State& state, const Event& event) {
    check(event.assignment.has_value() && !event.provider.empty(), "who is asked has a name");
    check(state.find(*event.assignment) == nullptr, "an assignment is asked once");
    check(!isFinal(state.status), "nobody is asked once the referral has ended");
    Assignment assignment;
    assignment.id = *event.assignment;
    assignment.provider = event.provider;
    assignment.asked = event.at;
    touch(assignment, state, event);
    state.assignments.push_back(std::move(assignment));
}

void changeOwnStatus(State& state, const Event& event) {
    check(mayMove(state.status, *event.status, event.actor), "the referral may move so");
    state.own = event.status;
    state.businessStatus = event.businessStatus;
    state.reasonCode = event.reasonCode;
    state.actor = event.actor;
    renew(state.detail, event.detail);
}

void changeStatus(State& state, const Event& event) {
    check(event.status.has_value(), "a change of status names the status");
    if (!event.assignment) return changeOwnStatus(state, event);
    Assignment& assignment = *assignmentOf(state, event);
    check(mayMove(assignment.status, *event.status, event.actor), "the assignment may move so");
    assignment.status = *event.status;
    assignment.businessStatus = event.businessStatus;
    assignment.reasonCode = event.reasonCode;
    renew(assignment.detail, event.detail);
    noteContact(assignment);
    touch(assignment, state, event);
}

void note(State& state, const Event& event) {
    Assignment& assignment = *assignmentOf(state, event);
    check(!isFinal(assignment.status), "what has ended is not noted on");
    if (event.actor == Actor::Gateway) {
        // Beside what the provider said last, not instead of it.
        assignment.detail.note = event.detail.note;
        touch(assignment, state, event);
        return;
    }
    if (!event.businessStatus.empty()) assignment.businessStatus = event.businessStatus;
    if (!event.reasonCode.empty()) assignment.reasonCode = event.reasonCode;
    renew(assignment.detail, event.detail);
    noteContact(assignment);
    touch(assignment, state, event);
}

void deliver(State& state, const Event& event) {
    Assignment& assignment = *assignmentOf(state, event);
    assignment.delivered = true;
    touch(assignment, state, event);
}

/// Why is for our operators, in the event; the practice is told when it ends.
void setAside(State& state) {
    check(state.assignments.empty(), "what is set aside was not asked of anybody");
    state.setAside = true;
}

/// The referral's own status, business status and reason after the assignments have moved.
void settle(State& state) {
    if (state.own) {
        state.status = *state.own;
        return;
    }
    const Assignment* const speaker = leading(state.assignments);
    if (speaker == nullptr) return;
    state.status = speaker->status;
    state.businessStatus = speaker->businessStatus;
    state.reasonCode = speaker->reasonCode;
    state.detail = speaker->detail;
    state.actor = speaker->actor;
}

}  // namespace

const Assignment* State::find(const AssignmentId& id) const {
    const auto at = std::find_if(assignments.begin(), assignments.end(),
                                 [&](const Assignment& a) { return a.id == id; });
    return at == assignments.end() ? nullptr : &*at;
}

const Assignment* leading(const std::vector<Assignment>& assignments) {
    const Assignment* best = nullptr;
    for (const Assignment& assignment : assignments) {
        if (best == nullptr || rank(assignment.status) < rank(best->status) ||
            (rank(assignment.status) == rank(best->status) &&
             assignment.version >= best->version)) {
            best = &assignment;
        }
    }
    return best;
}

Status overall(const std::vector<Assignment>& assignments) {
    const Assignment* const speaker = leading(assignments);
    return speaker == nullptr ? Status::Requested : speaker->status;
}

void apply(State& state, const Event& event) {
    check((state.version == 0) == (event.type == EventType::Received),
          "a referral begins with Received, once");
    ++state.version;
    if (event.type == EventType::Told) {
        state.toldVersion = std::max(state.toldVersion, event.detail.toldVersion);
        return;
    }
    if (event.type == EventType::ClockRanOut) ++state.ranOut;
    if (event.type == EventType::Mapped) state.setAside = false;
    if (!isShown(event.type)) return;
    // A note of the gateway says that a clock ran out; it is no news.
    const bool ourNote = event.type == EventType::Noted && event.actor == Actor::Gateway;
    if (!ourNote) state.ranOut = 0;
    state.shownVersion = state.version;
    state.updated = event.at;
    switch (event.type) {
        case EventType::Received:
            state.received = event.at;
            break;
        case EventType::Asked:
            begin(state, event);
            break;
        case EventType::Delivered:
            deliver(state, event);
            break;
        case EventType::StatusChanged:
            changeStatus(state, event);
            break;
        case EventType::Noted:
            note(state, event);
            break;
        case EventType::SetAside:
            setAside(state);
            break;
        case EventType::Undeliverable:
        case EventType::ClockRanOut:
        case EventType::Told:
        case EventType::Shared:
        case EventType::Mapped:
            break;
    }
    settle(state);
}

State fold(std::span<const Event> events) {
    State state;
    for (const Event& event : events) apply(state, event);
    return state;
}

}  // namespace waymark::referral
