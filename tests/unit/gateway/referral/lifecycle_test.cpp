#include "gateway/referral/lifecycle.h"

#include <gtest/gtest.h>

#include "fhir/core/check.h"
#include "gateway/referral/vocabulary.h"
#include "living.h"

namespace waymark::referral {
namespace {

TEST_F(Living, TakesFromAProviderExactlyItsEdges) {
    for (const Status from : kAll) {
        for (const Status to : kAll) {
            if (from == to) continue;
            const bool straight =
                from == Status::Requested && (to == Status::Completed || to == Status::Failed);
            const bool may = mayMove(from, to, Actor::Provider) || straight;
            const Dossier dossier = standing(from);
            ASSERT_EQ(dossier.state.status, from);
            const Result<Decision> decision = lifecycle.report(dossier, report(to), kNow, random);
            EXPECT_EQ(decision.has_value(), may) << code(from) << " -> " << code(to);
            if (!may && !decision) {
                EXPECT_EQ(decision.error().kind, Kind::Conflict);
            }
            if (decision) {
                EXPECT_EQ(after(dossier, *decision).state.find(kFirst)->status, to);
            }
        }
    }
}

TEST_F(Living, SaysNothingNewToTheSameReportAgain) {
    for (const Status status : kAll) {
        const Dossier dossier = standing(status);
        const Decision decision = decide(dossier, report(status));
        EXPECT_TRUE(decision.events.empty()) << code(status);
        EXPECT_FALSE(decision.clockCleared);
        EXPECT_TRUE(decision.clock.empty());
    }
}

TEST_F(Living, RefusesANewWordOnWhatHasEnded) {
    for (const Status status : {Status::Completed, Status::Rejected, Status::Failed}) {
        StatusReport late = report(status);
        late.detail.note = "one more thing";
        const Failure failure = refused(standing(status), late);
        EXPECT_EQ(failure.kind, Kind::Conflict);
        EXPECT_NE(failure.text().find("has ended"), std::string_view::npos);
    }
}

TEST_F(Living, WritesTheAcceptanceBetweenWhenCompletedStraightAway) {
    StatusReport completed = report(Status::Completed);
    completed.detail.outcomeSummary = "joined the choir";
    completed.detail.workerName = "Sam";
    const Dossier dossier = standing(Status::Requested);
    const Decision decision = decide(dossier, completed);
    ASSERT_EQ(decision.events.size(), 2U);
    EXPECT_EQ(decision.events[0].status, Status::Accepted);
    EXPECT_TRUE(decision.events[0].detail.empty());
    EXPECT_EQ(decision.events[1].status, Status::Completed);
    EXPECT_EQ(decision.events[1].detail.outcomeSummary, "joined the choir");
    EXPECT_EQ(decision.events[1].actorId, "choir");
    EXPECT_EQ(decision.clock, clock::kToldWithin);
    EXPECT_EQ(after(dossier, decision).state.status, Status::Completed);
}

TEST_F(Living, NotesABusinessStatusWithoutAChangeOfStatus) {
    StatusReport seen = report(Status::Requested);
    seen.businessStatus = "seen";
    const Dossier dossier = standing(Status::Requested);
    const Decision decision = decide(dossier, seen);
    ASSERT_EQ(decision.events.size(), 1U);
    EXPECT_EQ(decision.events[0].type, EventType::Noted);
    EXPECT_EQ(after(dossier, decision).state.businessStatus, "seen");
    // Being seen is not an answer: the clock goes on.
    EXPECT_TRUE(decision.clock.empty());
    EXPECT_FALSE(decision.clockCleared);
}

TEST_F(Living, MeasuresNewsFromTheLastWord) {
    StatusReport contact = report(Status::Accepted);
    contact.businessStatus = "first-contact";
    const Decision decision = decide(standing(Status::Accepted), contact);
    EXPECT_EQ(decision.clock, clock::kNewsWithin);
    EXPECT_EQ(decision.clockDue, kNow + std::chrono::hours(24 * 30));
}

TEST_F(Living, KeepsWhenItHappened) {
    StatusReport accepted = report(Status::Accepted);
    accepted.at = kNow - std::chrono::hours(5);
    const Decision decision = decide(standing(Status::Requested), accepted);
    EXPECT_EQ(decision.events[0].at, kNow);
    EXPECT_EQ(decision.events[0].detail.happened, accepted.at);
    accepted.at = kNow + std::chrono::minutes(6);
    EXPECT_EQ(refused(standing(Status::Requested), accepted).kind, Kind::Unprocessable);
}

TEST_F(Living, NeedsAReasonWhereThePersonIsNotHelped) {
    const struct {
        Status from;
        Status to;
    } cases[] = {{Status::Requested, Status::Rejected},
                 {Status::Accepted, Status::Cancelled},
                 {Status::InProgress, Status::OnHold},
                 {Status::OnHold, Status::Failed}};
    for (const auto& each : cases) {
        StatusReport bare = report(each.to);
        bare.reasonCode.clear();
        const Failure failure = refused(standing(each.from), bare);
        EXPECT_EQ(failure.kind, Kind::Unprocessable);
        EXPECT_EQ(failure.issues.front().type, IssueType::Required);
        EXPECT_EQ(failure.issues.front().expression, "reason");
        bare.detail.reasonText = "in their own words";
        EXPECT_TRUE(lifecycle.report(standing(each.from), bare, kNow, random).has_value());
    }
}

TEST_F(Living, ChecksCodesAgainstTheStatusTheyStandIn) {
    StatusReport odd = report(Status::Accepted);
    odd.businessStatus = "goals-met";
    Failure failure = refused(standing(Status::Requested), odd);
    EXPECT_EQ(failure.kind, Kind::Unprocessable);
    EXPECT_EQ(failure.issues.front().expression, "businessStatus");
    odd.businessStatus = "no-such-code";
    failure = refused(standing(Status::Requested), odd);
    EXPECT_EQ(failure.issues.front().type, IssueType::CodeInvalid);
    odd.businessStatus.clear();
    odd.reasonCode = "at-capacity";
    EXPECT_EQ(refused(standing(Status::Requested), odd).issues.front().expression, "reason.code");
    StatusReport rejected = report(Status::Rejected);
    rejected.reasonCode = "could-not-contact";
    EXPECT_EQ(refused(standing(Status::Requested), rejected).kind, Kind::Unprocessable);
    rejected.reasonCode = "at-capacity";
    EXPECT_FALSE(decide(standing(Status::Requested), rejected).events.empty());
}

TEST_F(Living, DoesNotKnowAnothersAssignment) {
    StatusReport foreign = report(Status::Accepted);
    foreign.provider = "hope";
    EXPECT_EQ(refused(standing(Status::Requested), foreign).kind, Kind::NotFound);
    foreign.provider = "choir";
    foreign.assignment = assignmentId(99);
    EXPECT_EQ(refused(standing(Status::Requested), foreign).kind, Kind::NotFound);
    EXPECT_EQ(lifecycle.delivered(asked(), assignmentId(99), kNow).error().kind, Kind::NotFound);
}

TEST_F(Living, AsksTheNextProviderBeforeItWritesTheRejection) {
    Journal journal;
    journal.received().asked(kFirst, "advice").delivered(kFirst);
    const Dossier dossier = dossierOf(journal, "debt", kExplicit);
    StatusReport rejected = report(Status::Rejected);
    rejected.provider = "advice";
    rejected.reasonCode = "at-capacity";
    const Decision decision = decide(dossier, rejected);
    ASSERT_EQ(decision.events.size(), 2U);
    EXPECT_EQ(decision.events[0].type, EventType::Asked);
    EXPECT_EQ(decision.events[0].provider, "choir");
    ASSERT_EQ(decision.toDeliver.size(), 1U);
    EXPECT_EQ(decision.toDeliver[0], *decision.events[0].assignment);
    EXPECT_TRUE(decision.toWithdraw.empty());
    EXPECT_EQ(decision.clock, clock::kDeliveredWithin);
    EXPECT_EQ(decision.clockDue, kNow + std::chrono::hours(10));
    const Dossier now = after(dossier, decision);
    EXPECT_EQ(now.state.status, Status::Requested);
    EXPECT_EQ(now.state.find(kFirst)->status, Status::Rejected);

    // choir and then north, which serves where this person lives; then nobody is left.
    StatusReport second = rejected;
    second.provider = "choir";
    second.assignment = decision.toDeliver[0];
    const Decision third = decide(now, second);
    ASSERT_EQ(third.toDeliver.size(), 1U);
    EXPECT_EQ(third.events[0].provider, "north");
    const Dossier last = after(now, third);
    StatusReport end = rejected;
    end.provider = "north";
    end.assignment = third.toDeliver[0];
    const Decision ended = decide(last, end);
    EXPECT_TRUE(ended.toDeliver.empty());
    EXPECT_EQ(ended.clock, clock::kToldWithin);
    const State state = after(last, ended).state;
    EXPECT_EQ(state.status, Status::Rejected);
    EXPECT_EQ(state.reasonCode, "at-capacity");
}

TEST_F(Living, SkipsProvidersThatMayNotBeAsked) {
    // Implied consent, and a person in Leeds: neither advice nor north.
    Journal journal;
    journal.received().asked(kFirst, "choir");
    const Dossier dossier = dossierOf(journal);
    const Decision decision = decide(dossier, report(Status::Rejected));
    EXPECT_TRUE(decision.toDeliver.empty());
    EXPECT_EQ(after(dossier, decision).state.status, Status::Rejected);
}

TEST_F(Living, AsksNobodyElseWhenTheReasonIsThePersons) {
    Journal journal;
    journal.received().asked(kFirst, "advice");
    const Dossier dossier = dossierOf(journal, "debt", kExplicit);
    for (const char* const reason : {"died", "duplicate", "person-declined"}) {
        StatusReport rejected = report(Status::Rejected);
        rejected.provider = "advice";
        rejected.reasonCode = reason;
        const Decision decision = decide(dossier, rejected);
        EXPECT_TRUE(decision.toDeliver.empty()) << reason;
        EXPECT_EQ(decision.clock, clock::kToldWithin) << reason;
    }
}

TEST_F(Living, StartsTheAnswerClockWhenDelivered) {
    const Dossier dossier = asked();
    const Result<Decision> decision = lifecycle.delivered(dossier, kFirst, kNow);
    ASSERT_TRUE(decision.has_value());
    ASSERT_EQ(decision->events.size(), 1U);
    EXPECT_EQ(decision->events[0].type, EventType::Delivered);
    EXPECT_EQ(decision->events[0].provider, "choir");
    EXPECT_EQ(decision->clock, clock::kAnsweredWithin);
    EXPECT_EQ(decision->clockDue, kNow + std::chrono::hours(100));
    const Dossier now = after(dossier, *decision);
    EXPECT_TRUE(lifecycle.delivered(now, kFirst, kNow)->events.empty());
}

TEST_F(Living, GoesOnWhenTheAnswerCameBeforeTheDelivery) {
    Journal journal;
    journal.received().asked(kFirst, "choir").moved(kFirst, Status::Accepted);
    const Result<Decision> decision = lifecycle.delivered(dossierOf(journal), kFirst, kNow);
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(decision->events.size(), 1U);
    EXPECT_NE(decision->clock, clock::kAnsweredWithin);
}

TEST_F(Living, FailsWithTheReasonWhenNobodyCouldBeReached) {
    const Dossier dossier = asked();
    const Result<Decision> decision =
        lifecycle.undeliverable(dossier, kFirst, "refused with 410", kNow, random);
    ASSERT_TRUE(decision.has_value());
    ASSERT_EQ(decision->events.size(), 2U);
    EXPECT_EQ(decision->events[0].type, EventType::Undeliverable);
    const State state = after(dossier, *decision).state;
    EXPECT_EQ(state.status, Status::Failed);
    EXPECT_EQ(state.reasonCode, vocabulary::kUndeliverable);
    EXPECT_EQ(state.detail.reasonText, "refused with 410");
    EXPECT_EQ(decision->clock, clock::kToldWithin);
    EXPECT_TRUE(decision->toWithdraw.empty());
    EXPECT_TRUE(lifecycle.undeliverable(after(dossier, *decision), kFirst, "again", kNow, random)
                    ->events.empty());
}

TEST_F(Living, AsksTheNextWhenOneCannotBeReached) {
    Journal journal;
    journal.received().asked(kFirst, "advice");
    const Dossier dossier = dossierOf(journal, "debt", kExplicit);
    const Result<Decision> decision =
        lifecycle.undeliverable(dossier, kFirst, "no answer", kNow, random);
    ASSERT_TRUE(decision.has_value());
    ASSERT_EQ(decision->toDeliver.size(), 1U);
    EXPECT_EQ(after(dossier, *decision).state.status, Status::Requested);
    EXPECT_EQ(decision->clock, clock::kDeliveredWithin);
}

TEST_F(Living, EndsOrGoesOnWhenAClockRunsOut) {
    struct Case {
        std::string_view clock;
        Dossier dossier;
        std::string_view reason;
    };
    const Case cases[] = {
        {clock::kDeliveredWithin, asked(), vocabulary::kNotDeliveredInTime},
        {clock::kAnsweredWithin, standing(Status::Requested), vocabulary::kNotAnsweredInTime},
    };
    for (const Case& each : cases) {
        const Result<Decision> decision =
            lifecycle.clockRanOut(each.dossier, each.clock, kNow, random);
        ASSERT_TRUE(decision.has_value());
        EXPECT_EQ(decision->events[0].type, EventType::ClockRanOut);
        EXPECT_EQ(decision->events[0].reasonCode, each.clock);
        const State state = after(each.dossier, *decision).state;
        EXPECT_EQ(state.status, Status::Failed);
        EXPECT_EQ(state.reasonCode, each.reason);
        EXPECT_EQ(decision->clock, clock::kToldWithin);
        ASSERT_EQ(decision->toWithdraw.size(), 1U);
        EXPECT_EQ(decision->toWithdraw[0], kFirst);
    }
}

TEST_F(Living, GoesOnWithoutNewsAndTellsSo) {
    const Dossier dossier = standing(Status::InProgress);
    const Result<Decision> decision =
        lifecycle.clockRanOut(dossier, clock::kNewsWithin, kNow, random);
    ASSERT_TRUE(decision.has_value());
    ASSERT_EQ(decision->events.size(), 2U);
    const State told = after(dossier, *decision).state;
    EXPECT_EQ(told.status, Status::InProgress);
    EXPECT_NE(told.detail.note.find("The choir has reported nothing new"), std::string::npos);
    EXPECT_GT(after(dossier, *decision).state.shownVersion, dossier.state.shownVersion);
    EXPECT_EQ(decision->clock, clock::kNewsWithin);
    EXPECT_EQ(decision->clockDue, kNow + std::chrono::hours(24 * 30));
}

TEST_F(Living, FailsWhatWasSetAsideAndNotMended) {
    Journal journal;
    Event aside;
    aside.type = EventType::SetAside;
    aside.reasonCode = vocabulary::kNotProcessed;
    journal.received().push(aside);
    const Dossier dossier = dossierOf(journal, "everybody", "");
    const Result<Decision> decision =
        lifecycle.clockRanOut(dossier, clock::kMendedWithin, kNow, random);
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(after(dossier, *decision).state.status, Status::Failed);
    EXPECT_EQ(decision->clock, clock::kToldWithin);
}

TEST_F(Living, SetsTheRightClockWhenAStaleOneRunsOut) {
    const Result<Decision> decision =
        lifecycle.clockRanOut(standing(Status::Accepted), clock::kDeliveredWithin, kNow, random);
    ASSERT_TRUE(decision.has_value());
    EXPECT_TRUE(decision->events.empty());
    EXPECT_EQ(decision->clock, clock::kNewsWithin);
    const Result<Decision> ended =
        lifecycle.clockRanOut(standing(Status::Completed), clock::kAnsweredWithin, kNow, random);
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->clock, clock::kToldWithin);
}

TEST_F(Living, WithdrawsTheOthersWhenOneAccepts) {
    const AssignmentId second = assignmentId(2);
    Journal journal;
    journal.received().asked(kFirst, "choir").asked(second, "hope").delivered(second);
    const Dossier dossier = dossierOf(journal);
    const Decision decision = decide(dossier, report(Status::Accepted));
    ASSERT_EQ(decision.toWithdraw.size(), 1U);
    EXPECT_EQ(decision.toWithdraw[0], second);
    const State state = after(dossier, decision).state;
    EXPECT_EQ(state.status, Status::Accepted);
    EXPECT_EQ(state.find(second)->status, Status::Cancelled);
    EXPECT_EQ(state.find(second)->reasonCode, vocabulary::kAcceptedElsewhere);
    EXPECT_EQ(decision.clock, clock::kNewsWithin);
}

TEST_F(Living, GivesOnlyReasonsThatMayStandWhereItGivesThem) {
    const terminology::Terminology& terminology = tests::shippedSet()->terminology();
    for (const std::string_view reason :
         {vocabulary::kUndeliverable, vocabulary::kNotDeliveredInTime,
          vocabulary::kNotAnsweredInTime, vocabulary::kNotProcessed}) {
        EXPECT_TRUE(vocabulary::checkReason(terminology, reason, Status::Failed)) << reason;
    }
    EXPECT_TRUE(
        vocabulary::checkReason(terminology, vocabulary::kAcceptedElsewhere, Status::Cancelled));
}

}  // namespace
}  // namespace waymark::referral
