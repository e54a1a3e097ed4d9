#include "gateway/referral/state.h"

#include <gtest/gtest.h>

#include "fhir/core/check.h"
#include "gateway/referral/lifecycle.h"
#include "journal.h"

namespace waymark::referral {
namespace {

using tests::assignmentId;
using tests::Journal;

const AssignmentId kFirst = assignmentId(1);
const AssignmentId kSecond = assignmentId(2);

TEST(State, DoesNotExistBeforeItsFirstEvent) {
    EXPECT_EQ(fold({}).version, 0U);
    State state;
    EXPECT_THROW(
        apply(state, Event{.type = EventType::Asked, .assignment = kFirst, .provider = "p"}),
        InvariantBroken);
}

TEST(State, IsReceivedOnce) {
    Journal journal;
    journal.received().received();
    EXPECT_THROW((void)fold(journal.events), InvariantBroken);
}

TEST(State, FollowsItsAssignment) {
    Journal journal;
    journal.received().asked(kFirst, "hope").delivered(kFirst).moved(kFirst, Status::Accepted);
    Event noted{.type = EventType::Noted, .actor = Actor::Provider, .assignment = kFirst};
    noted.businessStatus = "first-contact";
    noted.detail.workerName = "Sam";
    journal.push(noted);
    const State state = fold(journal.events);

    EXPECT_EQ(state.version, 5U);
    EXPECT_EQ(state.status, Status::Accepted);
    EXPECT_EQ(state.businessStatus, "first-contact");
    EXPECT_EQ(state.detail.workerName, "Sam");
    EXPECT_EQ(state.received, tests::kStart);
    EXPECT_EQ(state.updated, tests::kStart + std::chrono::minutes(4));
    ASSERT_EQ(state.assignments.size(), 1U);
    EXPECT_TRUE(state.assignments[0].delivered);
    EXPECT_EQ(state.assignments[0].provider, "hope");
    EXPECT_EQ(state.assignments[0].version, 5U);
    EXPECT_EQ(state.find(kSecond), nullptr);
}

TEST(State, KeepsTheWorkersNameAndDropsTheOldBusinessStatus) {
    Journal journal;
    journal.received().asked(kFirst, "hope");
    Event accepted{.type = EventType::StatusChanged,
                   .actor = Actor::Provider,
                   .assignment = kFirst,
                   .status = Status::Accepted};
    accepted.businessStatus = "waiting-list";
    accepted.detail.workerName = "Sam";
    accepted.detail.note = "in a fortnight";
    journal.push(accepted).moved(kFirst, Status::InProgress);
    const State state = fold(journal.events);
    EXPECT_EQ(state.detail.workerName, "Sam");
    EXPECT_EQ(state.detail.note, "");
    EXPECT_EQ(state.businessStatus, "");
}

TEST(State, DoesNotShowThatItWasTold) {
    Journal journal;
    journal.received().asked(kFirst, "hope");
    Event told{.type = EventType::Told, .actor = Actor::Practice};
    told.detail.toldVersion = 2;
    journal.push(told);
    const State state = fold(journal.events);
    EXPECT_EQ(state.version, 3U);
    EXPECT_EQ(state.shownVersion, 2U);
    EXPECT_EQ(state.toldVersion, 2U);
    EXPECT_EQ(state.updated, tests::kStart + std::chrono::minutes(1));
}

TEST(State, MovesWithoutAnAssignmentWhenSetAside) {
    Journal journal;
    journal.received().push(Event{.type = EventType::SetAside, .reasonCode = "not-processed"});
    State state = fold(journal.events);
    EXPECT_TRUE(state.setAside);
    EXPECT_EQ(state.status, Status::Requested);
    EXPECT_EQ(state.reasonCode, "");
    Event failed{.type = EventType::StatusChanged, .status = Status::Failed};
    failed.reasonCode = "not-processed";
    journal.push(failed);
    EXPECT_EQ(fold(journal.events).status, Status::Failed);
    EXPECT_EQ(fold(journal.events).reasonCode, "not-processed");
    journal.asked(kFirst, "hope");
    EXPECT_THROW((void)fold(journal.events), InvariantBroken);
}

TEST(State, RefusesWhatCannotHaveHappened) {
    struct Case {
        const char* name;
        Event event;
    };
    const Case cases[] = {
        {"an edge that is not the provider's", Event{.type = EventType::StatusChanged,
                                                     .actor = Actor::Provider,
                                                     .assignment = kFirst,
                                                     .status = Status::OnHold}},
        {"a status without a name",
         Event{.type = EventType::StatusChanged, .actor = Actor::Provider, .assignment = kFirst}},
        {"an unknown assignment", Event{.type = EventType::Delivered, .assignment = kSecond}},
        {"no assignment", Event{.type = EventType::Noted}},
        {"the same assignment again",
         Event{.type = EventType::Asked, .assignment = kFirst, .provider = "hope"}},
        {"a provider without a name", Event{.type = EventType::Asked, .assignment = kSecond}},
        {"set aside after somebody was asked", Event{.type = EventType::SetAside}},
    };
    for (const Case& each : cases) {
        Journal journal;
        journal.received().asked(kFirst, "hope").push(each.event);
        EXPECT_THROW((void)fold(journal.events), InvariantBroken) << each.name;
    }
}

TEST(State, NotesNothingOnWhatHasEnded) {
    Journal journal;
    journal.received().asked(kFirst, "hope").moved(kFirst, Status::Rejected, Actor::Provider, "x");
    journal.push(Event{.type = EventType::Noted, .assignment = kFirst});
    EXPECT_THROW((void)fold(journal.events), InvariantBroken);
}

Assignment assignment(Status status, std::uint32_t version) {
    Assignment one;
    one.status = status;
    one.version = version;
    return one;
}

TEST(Overall, IsTheLeadingAssignments) {
    struct Case {
        std::vector<Assignment> assignments;
        Status want;
    };
    using enum Status;
    const Case cases[] = {
        {{}, Requested},
        {{assignment(Requested, 1)}, Requested},
        {{assignment(Rejected, 1), assignment(Requested, 2)}, Requested},
        {{assignment(Requested, 1), assignment(Failed, 2)}, Requested},
        {{assignment(Accepted, 1), assignment(Requested, 2)}, Accepted},
        {{assignment(OnHold, 1), assignment(Accepted, 2)}, OnHold},
        {{assignment(InProgress, 1), assignment(OnHold, 2)}, InProgress},
        {{assignment(Completed, 1), assignment(InProgress, 2)}, InProgress},
        {{assignment(Completed, 1), assignment(Cancelled, 2)}, Completed},
        {{assignment(Completed, 3), assignment(Rejected, 2)}, Completed},
        {{assignment(Rejected, 1), assignment(Failed, 2)}, Failed},
        {{assignment(Failed, 1), assignment(Rejected, 2)}, Rejected},
        {{assignment(Rejected, 3), assignment(Failed, 2)}, Rejected},
        {{assignment(EnteredInError, 5), assignment(EnteredInError, 6)}, EnteredInError},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(overall(each.assignments), each.want)
            << each.assignments.size() << " " << code(each.want);
    }
}

// Any sequence of legal moves of one assignment keeps the state's promises.
TEST(State, NeverLeavesAFinalStateUnderRandomLegalMoves) {
    const Status all[] = {Status::Requested,  Status::Accepted, Status::Rejected,
                          Status::InProgress, Status::OnHold,   Status::Completed,
                          Status::Cancelled,  Status::Failed,   Status::EnteredInError};
    const Actor actors[] = {Actor::Practice, Actor::Provider, Actor::Gateway};
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        tests::SeededRandom random(seed);
        Journal journal;
        journal.received().asked(kFirst, "hope");
        State state = fold(journal.events);
        for (int step = 0; step < 30; ++step) {
            const Status to = all[random.below(9)];
            const Actor actor = actors[random.below(3)];
            Event event{.type = EventType::StatusChanged,
                        .actor = actor,
                        .assignment = kFirst,
                        .status = to};
            State after = state;
            const bool wasFinal = isFinal(state.status);
            if (mayMove(state.status, to, actor)) {
                apply(after, event);
                EXPECT_EQ(after.status, to);
                EXPECT_EQ(after.version, state.version + 1);
                if (wasFinal) {
                    EXPECT_EQ(after.status, Status::EnteredInError);
                }
                journal.push(event);
                state = after;
            } else {
                EXPECT_THROW(apply(after, event), InvariantBroken);
            }
            EXPECT_EQ(state.status, overall(state.assignments));
        }
        EXPECT_EQ(fold(journal.events).status, state.status);
    }
}

}  // namespace
}  // namespace waymark::referral
