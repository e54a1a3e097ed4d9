#include "gateway/delivery/scheduler.h"

#include <gtest/gtest.h>

#include "fhir/core/check.h"
#include "scheduler_world.h"

namespace waymark::delivery {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class SchedulerTest : public testing::Test {
protected:
    Item item(std::uint8_t number, std::uint8_t assignment = 0, std::uint32_t concurrency = 1) {
        return {
            .id = DeliveryId(Uuid(Uuid::Bytes{number})),
            .assignment = AssignmentId(Uuid(Uuid::Bytes{assignment != 0 ? assignment : number, 1})),
            .provider = "p",
            .due = clock.now(),
            .deadline = clock.now() + hours(1),
            .attempts = 0,
            .concurrency = concurrency};
    }
    std::vector<Action> load(std::vector<Item> items) {
        EXPECT_TRUE(scheduler.step(clock.now(), Loading{}).empty());
        return scheduler.step(clock.now(), Loaded{.items = std::move(items), .limit = 64});
    }
    std::vector<Action> finish(const Item& of, Outcome outcome) {
        return scheduler.step(clock.now(), Finished{.id = of.id, .outcome = std::move(outcome)});
    }
    static Record recordIn(const std::vector<Action>& actions) {
        for (const Action& action : actions) {
            if (const auto* record = std::get_if<Record>(&action)) return *record;
        }
        ADD_FAILURE() << "nothing to record";
        return {};
    }
    static std::vector<DeliveryId> sentIn(const std::vector<Action>& actions) {
        std::vector<DeliveryId> ids;
        for (const Action& action : actions) {
            if (const auto* send = std::get_if<Send>(&action)) ids.push_back(send->id);
        }
        return ids;
    }
    static config::RetryPolicy policy() {
        config::RetryPolicy policy;
        policy.schedule = {seconds(10)};
        policy.jitter = 0;
        return policy;
    }

    const Outcome good{.verdict = Verdict::Delivered, .status = 200};
    const Outcome bad{.verdict = Verdict::Retry, .problem = "timed-out", .againstProvider = true};
    tests::FixedClock clock;
    tests::SeededRandom random;
    Scheduler scheduler{policy(), random};
};

TEST_F(SchedulerTest, SendsWhatIsDueUpToTheConcurrency) {
    const auto actions = load({item(1, 0, 2), item(2, 0, 2), item(3, 0, 2)});
    EXPECT_EQ(sentIn(actions), (std::vector{item(1).id, item(2).id}));
    EXPECT_EQ(scheduler.wake(clock.now()), item(3).deadline);
    const auto next = finish(item(1), good);
    EXPECT_EQ(recordIn(next).ending, Ending::Delivered);
    EXPECT_EQ(recordIn(next).attempts, 1U);
    EXPECT_EQ(sentIn(next), std::vector{item(3).id});
}

TEST_F(SchedulerTest, PostponesByTheScheduleAndRemembersTheAttempt) {
    EXPECT_EQ(sentIn(load({item(1)})).size(), 1U);
    const Record record = recordIn(finish(item(1), bad));
    EXPECT_EQ(record.ending, Ending::Postponed);
    EXPECT_EQ(record.attempts, 1U);
    EXPECT_EQ(record.due, clock.now() + seconds(10));
    EXPECT_FALSE(scheduler.idle());
    EXPECT_TRUE(scheduler.step(clock.now(), Recorded{.id = item(1).id}).empty());
    EXPECT_TRUE(scheduler.idle());
    EXPECT_EQ(scheduler.wake(clock.now()), std::nullopt);
}

TEST_F(SchedulerTest, GivesUpAtTheDeadlineAndNotBefore) {
    Item late = item(1);
    late.deadline = clock.now() + seconds(3);
    EXPECT_EQ(sentIn(load({late})).size(), 1U);
    EXPECT_EQ(recordIn(finish(late, bad)).due, late.deadline);
    EXPECT_TRUE(scheduler.step(clock.now(), Recorded{.id = late.id}).empty());
    clock.advance(seconds(3));
    const auto actions = load({late});
    EXPECT_TRUE(sentIn(actions).empty());
    EXPECT_EQ(recordIn(actions).ending, Ending::Dead);
    EXPECT_EQ(recordIn(actions).outcome, std::nullopt);
}

TEST_F(SchedulerTest, LetsAnAttemptEndThatBeganBeforeTheDeadline) {
    EXPECT_EQ(sentIn(load({item(1)})).size(), 1U);
    clock.advance(hours(2));
    EXPECT_TRUE(scheduler.step(clock.now(), Tick{}).empty());
    EXPECT_EQ(recordIn(finish(item(1), good)).ending, Ending::Delivered);
}

TEST_F(SchedulerTest, EndsWhatWasRefusedOrCannotBeDelivered) {
    EXPECT_EQ(sentIn(load({item(1), item(2)})).size(), 1U);
    const auto refused = finish(item(1), {.verdict = Verdict::Refused, .problem = "refused"});
    EXPECT_EQ(recordIn(refused).ending, Ending::Dead);
    EXPECT_EQ(recordIn(finish(item(2), {.verdict = Verdict::GiveUp, .problem = "gone"})).ending,
              Ending::Dead);
}

TEST_F(SchedulerTest, SendsOneOfAnAssignmentAtATime) {
    const auto actions = load({item(1, 9, 4), item(2, 9, 4), item(3, 0, 4)});
    EXPECT_EQ(sentIn(actions), (std::vector{item(1).id, item(3).id}));
    EXPECT_TRUE(sentIn(finish(item(1), good)).empty()) << "not before the first is on disk";
    EXPECT_EQ(sentIn(scheduler.step(clock.now(), Recorded{.id = item(1).id})),
              std::vector{item(2).id});
}

TEST_F(SchedulerTest, PassesOverWhatWasRecordedWhileTheStoreWasRead) {
    EXPECT_EQ(sentIn(load({item(1)})).size(), 1U);
    EXPECT_TRUE(scheduler.step(clock.now(), Loading{}).empty());
    (void)finish(item(1), good);
    (void)scheduler.step(clock.now(), Recorded{.id = item(1).id});
    const auto actions = scheduler.step(clock.now(), Loaded{.items = {item(1)}, .limit = 64});
    EXPECT_TRUE(actions.empty());
}

TEST_F(SchedulerTest, OpensTheCircuitAndProbesWithOne) {
    std::vector<Item> items;
    for (std::uint8_t i = 1; i <= 20; ++i) items.push_back(item(i, 0, 5));
    EXPECT_EQ(sentIn(load(items)).size(), 5U);
    for (std::uint8_t i = 1; i <= 4; ++i) EXPECT_EQ(sentIn(finish(item(i), bad)).size(), 1U);
    EXPECT_TRUE(sentIn(finish(item(5), bad)).empty());
    EXPECT_EQ(scheduler.openCircuits(), 1U);
    // The four that were on their way end; nothing new goes.
    for (std::uint8_t i = 6; i <= 9; ++i) EXPECT_TRUE(sentIn(finish(item(i), bad)).empty());
    const auto wake = scheduler.wake(clock.now());
    ASSERT_TRUE(wake);
    EXPECT_LE(*wake, clock.now() + milliseconds(1'200));
    clock.advance(*wake - clock.now());
    EXPECT_EQ(sentIn(scheduler.step(clock.now(), Tick{})), std::vector{item(10).id});
    EXPECT_TRUE(sentIn(scheduler.step(clock.now(), Tick{})).empty());
    // It succeeds: two at first, then three...
    EXPECT_EQ(sentIn(finish(item(10), good)).size(), 2U);
    EXPECT_EQ(scheduler.openCircuits(), 0U);
    EXPECT_EQ(sentIn(finish(item(11), good)).size(), 2U);
}

TEST_F(SchedulerTest, HoldsEverythingBackForAProviderThatAsksForTime) {
    EXPECT_EQ(sentIn(load({item(1), item(2)})).size(), 1U);
    const auto actions = finish(item(1), {.verdict = Verdict::Retry,
                                          .problem = "throttled",
                                          .after = seconds(30),
                                          .pausesProvider = true});
    EXPECT_TRUE(sentIn(actions).empty());
    EXPECT_EQ(scheduler.wake(clock.now()), clock.now() + seconds(30));
    clock.advance(seconds(30));
    EXPECT_EQ(sentIn(scheduler.step(clock.now(), Tick{})), std::vector{item(2).id});
}

TEST_F(SchedulerTest, SendsAgainLaterWhatCouldNotBeTried) {
    EXPECT_EQ(sentIn(load({item(1)})).size(), 1U);
    const Instant until = clock.now() + seconds(1);
    EXPECT_TRUE(scheduler.step(clock.now(), Deferred{.id = item(1).id, .until = until}).empty());
    EXPECT_EQ(scheduler.wake(clock.now()), until);
    EXPECT_TRUE(load({item(1)}).empty()) << "the store has it as due still";
    clock.advance(seconds(1));
    EXPECT_EQ(sentIn(scheduler.step(clock.now(), Tick{})).size(), 1U);
    EXPECT_EQ(recordIn(finish(item(1), good)).attempts, 1U);
}

TEST_F(SchedulerTest, SendsNothingMoreOnceItStops) {
    EXPECT_EQ(sentIn(load({item(1), item(2)})).size(), 1U);
    EXPECT_TRUE(scheduler.step(clock.now(), Stop{}).empty());
    const auto actions = finish(item(1), good);
    EXPECT_EQ(recordIn(actions).ending, Ending::Delivered);
    EXPECT_TRUE(sentIn(actions).empty());
    EXPECT_TRUE(scheduler.step(clock.now(), Recorded{.id = item(1).id}).empty());
    EXPECT_TRUE(scheduler.idle());
    EXPECT_EQ(scheduler.wake(clock.now()), std::nullopt);
}

TEST_F(SchedulerTest, ForgetsWhatIsWantedNoLonger) {
    EXPECT_EQ(sentIn(load({item(1), item(2)})).size(), 1U);
    EXPECT_TRUE(scheduler.step(clock.now(), Gone{.id = item(2).id}).empty());
    EXPECT_TRUE(scheduler.step(clock.now(), Gone{.id = item(3).id}).empty());
    EXPECT_TRUE(sentIn(finish(item(1), good)).empty());
}

TEST_F(SchedulerTest, PassesOverWhatWentWhileTheStoreWasBeingRead) {
    (void)scheduler.step(clock.now(), Loading{});
    EXPECT_TRUE(scheduler.step(clock.now(), Gone{.id = item(1).id}).empty());
    EXPECT_TRUE(
        sentIn(scheduler.step(clock.now(), Loaded{.items = {item(1)}, .limit = 128})).empty());
    EXPECT_TRUE(scheduler.wantsLoad());  // it may have come back meanwhile
}

TEST_F(SchedulerTest, WantsMoreOnlyWhenThereMayBeMore) {
    std::vector<Item> items;
    for (std::uint8_t i = 1; i <= 64; ++i) items.push_back(item(i));
    EXPECT_EQ(sentIn(load(items)).size(), 1U);
    EXPECT_FALSE(scheduler.wantsLoad());  // there is no room: 63 wait
    for (std::uint8_t i = 1; i <= 40; ++i) {
        (void)finish(item(i), good);
        (void)scheduler.step(clock.now(), Recorded{.id = item(i).id});
    }
    EXPECT_TRUE(scheduler.wantsLoad());
    EXPECT_TRUE(load({}).empty());
    EXPECT_FALSE(scheduler.wantsLoad());
}

TEST_F(SchedulerTest, DoesNotAcceptTheEndOfWhatWasNotSent) {
    EXPECT_THROW((void)finish(item(1), good), InvariantBroken);
    EXPECT_THROW((void)scheduler.step(clock.now(), Recorded{.id = item(1).id}), InvariantBroken);
    EXPECT_THROW((void)scheduler.step(clock.now(), Loaded{}), InvariantBroken);
}

// ---- properties ----

const std::map<std::string, Habit> kAllHabits = {
    {"good", Habit::Good},         {"flaky", Habit::Flaky},
    {"dead", Habit::Dead},         {"throttling", Habit::Throttling},
    {"refusing", Habit::Refusing}, {"down-at-first", Habit::DownAtFirst}};

class SchedulerProperty : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SchedulerProperty, LosesNothingKeepsOrderAndBoundsConcurrency) {
    World world(GetParam(), kAllHabits);
    std::map<std::string, std::vector<AssignmentId>> assignments;
    std::size_t count = 0;
    for (int i = 0; i < 300; ++i) {
        auto habit = kAllHabits.begin();
        std::advance(habit, world.random.below(kAllHabits.size()));
        auto& known = assignments[habit->first];
        // One time in four a later delivery for an assignment that there is already.
        if (known.empty() || world.random.below(4) != 0) known.push_back(world.newAssignment());
        const Milliseconds at(static_cast<std::int64_t>(world.random.below(1'200'000)));
        const Milliseconds within(60'000 +
                                  static_cast<std::int64_t>(world.random.below(7'200'000)));
        world.arrive(world.clock.now() + at, habit->first, known[world.random.below(known.size())],
                     within);
        ++count;
    }
    ASSERT_TRUE(world.run()) << "it never comes to rest";
    ASSERT_EQ(world.rows().size(), count);
    for (const auto& [id, row] : world.rows()) {
        ASSERT_TRUE(row.final) << "lost: " << row.provider;
        if (row.provider == "good") {
            EXPECT_EQ(row.final, Ending::Delivered);
        }
        if (row.provider == "dead") {
            EXPECT_EQ(row.final, Ending::Dead);
        }
    }
    EXPECT_TRUE(world.scheduler.idle());
    EXPECT_EQ(world.scheduler.waiting(), 0U);
    // Each delivery arrives, ends and is tried again a few times; reads beyond that were idle.
    EXPECT_LT(world.loads(), 4 * world.sends() + 2 * count);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SchedulerProperty, testing::Range<std::uint64_t>(1, 21));

TEST(Scheduler, NeverDelaysAnyoneForADeadProvider) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        World world(seed, {{"good", Habit::Good}, {"dead", Habit::Dead}});
        for (int i = 0; i < 200; ++i) {
            world.arrive(world.clock.now(), "dead", world.newAssignment(), hours(1));
        }
        for (int i = 0; i < 200; ++i) {
            world.arrive(world.clock.now() + milliseconds(i * 100), "good", world.newAssignment(),
                         hours(1));
        }
        ASSERT_TRUE(world.run());
        for (const auto& [id, row] : world.rows()) {
            if (row.provider != "good") continue;
            ASSERT_TRUE(row.firstSent);
            // A read of the store takes up to 5 ms here, and one may be on its way.
            EXPECT_LE(*row.firstSent - row.created, milliseconds(15));
        }
    }
}

TEST(Scheduler, TriesADeadProviderOnlyNowAndThen) {
    World world(3, {{"dead", Habit::Dead}});
    for (int i = 0; i < 400; ++i) {
        world.arrive(world.clock.now(), "dead", world.newAssignment(), hours(6));
    }
    ASSERT_TRUE(world.run());
    // Five to open the circuit and those on their way, then a probe every minute at most.
    EXPECT_LT(world.sends(), 6U * 60 + 30);
    EXPECT_GT(world.sends(), 100U);
}

}  // namespace
}  // namespace waymark::delivery
