// What the practice itself may do to its referral, what it has been told, and what clocks do.
#include <gtest/gtest.h>

#include "gateway/referral/vocabulary.h"
#include "gateway/referral/working_time.h"
#include "living.h"

namespace waymark::referral {
namespace {

Withdrawal withdrawal(Status status = Status::Cancelled) {
    return {.status = status, .organisation = "A11111", .reasonCode = {}, .reasonText = {}};
}

TEST_F(Living, TakesFromThePracticeExactlyItsEdges) {
    for (const Status from : kAll) {
        for (const Status to : kAll) {
            if (from == to) continue;
            const bool may = mayMove(from, to, Actor::Practice);
            const Dossier dossier = standing(from);
            const Result<Decision> decision = lifecycle.withdraw(dossier, withdrawal(to), kNow);
            EXPECT_EQ(decision.has_value(), may) << code(from) << " -> " << code(to);
            if (!may && !decision) {
                EXPECT_EQ(decision.error().kind, Kind::Conflict);
            }
            if (decision) {
                EXPECT_EQ(after(dossier, *decision).state.status, to);
                // It knows its own word, so no clock is left.
                EXPECT_TRUE(decision->clockCleared);
            }
        }
    }
}

TEST_F(Living, HearsTheSameWithdrawalOnce) {
    for (const Status status : {Status::Cancelled, Status::EnteredInError}) {
        const auto decision = lifecycle.withdraw(standing(status), withdrawal(status), kNow);
        ASSERT_TRUE(decision.has_value());
        EXPECT_TRUE(decision->events.empty());
    }
}

TEST_F(Living, WithdrawsFromEveryProviderThatMayHaveIt) {
    const AssignmentId second = assignmentId(2);
    const AssignmentId third = assignmentId(3);
    Journal journal;
    journal.received().asked(kFirst, "advice").asked(second, "choir").asked(third, "north");
    journal.delivered(kFirst).moved(kFirst, Status::Rejected, Actor::Provider, "other");
    journal.delivered(second);
    const Dossier dossier = dossierOf(journal, "debt", kExplicit);
    const auto cancelled = lifecycle.withdraw(dossier, withdrawal(), kNow);
    ASSERT_TRUE(cancelled.has_value());
    EXPECT_EQ(cancelled->toWithdraw, (std::vector{second, third}));
    const Dossier ended = after(dossier, *cancelled);
    EXPECT_EQ(ended.state.status, Status::Cancelled);
    EXPECT_EQ(ended.state.reasonCode, vocabulary::kWithdrawnByPractice);
    EXPECT_EQ(ended.state.find(kFirst)->status, Status::Rejected);

    // Entered in error: the one that refused has read it too.
    const auto mistaken = lifecycle.withdraw(ended, withdrawal(Status::EnteredInError), kNow);
    ASSERT_TRUE(mistaken.has_value());
    EXPECT_EQ(mistaken->toWithdraw, (std::vector{kFirst, second}));
    EXPECT_EQ(after(ended, *mistaken).state.status, Status::EnteredInError);
}

TEST_F(Living, WithdrawsWhatNobodyWasAskedAbout) {
    Journal journal;
    Event aside;
    aside.type = EventType::SetAside;
    journal.received().push(aside);
    const Dossier dossier = dossierOf(journal, "everybody", "");
    const auto decision = lifecycle.withdraw(dossier, withdrawal(), kNow);
    ASSERT_TRUE(decision.has_value());
    EXPECT_TRUE(decision->toWithdraw.empty());
    EXPECT_EQ(after(dossier, *decision).state.status, Status::Cancelled);
    const auto again =
        lifecycle.withdraw(after(dossier, *decision), withdrawal(Status::EnteredInError), kNow);
    ASSERT_TRUE(again.has_value());
}

TEST_F(Living, RefusesAReasonThatMayNotStandThere) {
    Withdrawal wrong = withdrawal();
    wrong.reasonCode = "at-capacity";
    EXPECT_EQ(lifecycle.withdraw(standing(Status::Accepted), wrong, kNow).error().kind,
              Kind::Unprocessable);
    Withdrawal told = withdrawal();
    told.reasonText = "The person has moved";
    const auto decision = lifecycle.withdraw(standing(Status::Accepted), told, kNow);
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(decision->events[0].reasonCode, "");
    EXPECT_EQ(decision->events[0].detail.reasonText, "The person has moved");
}

TEST_F(Living, IsToldOnceAndOnlyOfAnEnd) {
    EXPECT_TRUE(lifecycle.told(standing(Status::Accepted), 5, kNow).events.empty());
    const Dossier done = standing(Status::Completed);
    EXPECT_TRUE(lifecycle.told(done, 0, kNow).events.empty());
    const Decision old = lifecycle.told(done, done.state.shownVersion - 1, kNow);
    ASSERT_EQ(old.events.size(), 1U);
    EXPECT_FALSE(old.clockCleared);
    const Decision whole = lifecycle.told(done, done.state.shownVersion + 9, kNow);
    ASSERT_EQ(whole.events.size(), 1U);
    EXPECT_EQ(whole.events[0].detail.toldVersion, done.state.shownVersion);
    EXPECT_TRUE(whole.clockCleared);
    EXPECT_TRUE(lifecycle.told(after(done, whole), 99, kNow).events.empty());
}

TEST_F(Living, GoesOnAskingThatAnEndIsSeen) {
    const Dossier done = standing(Status::Completed);
    const auto decision = lifecycle.clockRanOut(done, clock::kToldWithin, kNow, random);
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(decision->clock, clock::kToldWithin);
    EXPECT_EQ(after(done, *decision).state.shownVersion, done.state.shownVersion);
}

TEST_F(Living, RemindsThenTellsThenAsksTheNext) {
    using enum config::ClockStep;
    config::Config config = tests::smallConfig();
    config.routes[0].ifNotAnswered = {Remind, Tell, Next};
    const Lifecycle steps(tests::shippedSet(), std::make_shared<const config::Config>(config));
    Journal journal;
    journal.received().asked(kFirst, "advice").delivered(kFirst);
    Dossier dossier = dossierOf(journal, "debt", kExplicit);
    const auto remind = steps.clockRanOut(dossier, clock::kAnsweredWithin, kNow, random);
    ASSERT_TRUE(remind.has_value());
    EXPECT_EQ(remind->toRemind, std::vector{kFirst});
    EXPECT_EQ(remind->clock, clock::kAnsweredWithin);
    dossier = after(dossier, *remind);
    const auto tell = steps.clockRanOut(dossier, clock::kAnsweredWithin, kNow, random);
    ASSERT_TRUE(tell.has_value());
    EXPECT_TRUE(tell->toRemind.empty());
    dossier = after(dossier, *tell);
    EXPECT_NE(dossier.state.detail.note.find("has not answered"), std::string::npos);
    const auto next = steps.clockRanOut(dossier, clock::kAnsweredWithin, kNow, random);
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->toDeliver.size(), 1U);
    EXPECT_EQ(next->toWithdraw, std::vector{kFirst});
}

TEST_F(Living, AsksSeveralAtOnceWhenTheFirstHasRefused) {
    config::Config config = tests::smallConfig();
    config.routes[0].askAtOnce = 2;
    const Lifecycle together(tests::shippedSet(), std::make_shared<const config::Config>(config));
    Journal journal;
    journal.received().asked(kFirst, "advice").delivered(kFirst);
    const Dossier dossier = dossierOf(journal, "debt", kExplicit);
    StatusReport no = report(Status::Rejected);
    no.provider = "advice";
    no.reasonCode = "at-capacity";
    const auto decision = together.report(dossier, no, kNow, random);
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(decision->toDeliver.size(), 2U);
    // Both silent: both end, and nobody is left.
    const Dossier asked = after(dossier, *decision);
    const auto late = together.clockRanOut(asked, clock::kDeliveredWithin, kNow, random);
    ASSERT_TRUE(late.has_value());
    EXPECT_EQ(late->toWithdraw.size(), 2U);
    EXPECT_EQ(after(asked, *late).state.status, Status::Failed);
}

TEST_F(Living, WaitsForFirstContactOnRoutesThatAskForIt) {
    config::Config config = tests::smallConfig();
    config.routes[0].firstContact =
        config::ClockRule{std::chrono::hours(24 * 14), {config::ClockStep::Tell}};
    const Lifecycle strict(tests::shippedSet(), std::make_shared<const config::Config>(config));
    Dossier dossier = standing(Status::Requested);
    const auto accepted = strict.report(dossier, report(Status::Accepted), kNow, random);
    ASSERT_TRUE(accepted.has_value());
    EXPECT_EQ(accepted->clock, clock::kFirstContactWithin);
    EXPECT_EQ(accepted->clockDue, kNow + std::chrono::hours(24 * 14));
    dossier = after(dossier, *accepted);
    StatusReport tried = report(Status::Accepted);
    tried.businessStatus = "contact-attempted";
    const auto attempt = strict.report(dossier, tried, kNow, random);
    ASSERT_TRUE(attempt.has_value());
    EXPECT_TRUE(attempt->clock.empty());
    tried.businessStatus = "first-contact";
    const auto contact = strict.report(dossier, tried, kNow, random);
    ASSERT_TRUE(contact.has_value());
    EXPECT_EQ(contact->clock, clock::kNewsWithin);
}

TEST_F(Living, ExpectsNoNewsBeforeTheReviewDate) {
    StatusReport hold = report(Status::OnHold);
    hold.detail.review = kNow + std::chrono::hours(24 * 60);
    const Decision decision = decide(standing(Status::Accepted), hold);
    EXPECT_EQ(decision.clock, clock::kNewsWithin);
    EXPECT_EQ(decision.clockDue, *hold.detail.review);
}

// 2026-12-24 is a Thursday; Christmas Day a Friday; the 28th a bank holiday.
TEST(WorkingTime, StandsStillOverChristmas) {
    const config::WorkingTime time = config::englishWorkingTime();
    const auto at = [](unsigned month, unsigned day, int hour) {
        return Instant(std::chrono::sys_days(std::chrono::year(2026) / month / day) +
                       std::chrono::hours(hour));
    };
    struct Case {
        Instant from;
        int hours;
        Instant due;
    };
    const Case cases[] = {
        {at(12, 23, 14), 24, at(12, 24, 14)},  // an ordinary day later
        {at(12, 24, 14), 24, at(12, 29, 14)},  // Friday, weekend and Monday do not count
        {at(12, 26, 3), 1, at(12, 29, 9)},     // from a weekend; ends when people are there
        {at(12, 24, 10), 8, at(12, 29, 9)},    // after hours: the next opening
        {at(7, 2, 8), 24 * 5, at(7, 9, 8)},    // Thursday nine in summer time
        {at(3, 27, 12), 24, at(3, 30, 11)},    // over the change of the clocks
    };
    for (const Case& each : cases) {
        EXPECT_EQ(afterWorkingTime(each.from, std::chrono::hours(each.hours), time), each.due)
            << each.hours;
    }
}

}  // namespace
}  // namespace waymark::referral
