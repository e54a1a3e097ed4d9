#include "gateway/delivery/backoff.h"

#include <gtest/gtest.h>

#include "fhir/core/check.h"
#include "tests/support/fixed_world.h"

namespace waymark::delivery {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Backoff backoffOf(double jitter) {
    config::RetryPolicy policy;
    policy.schedule = {seconds(1), seconds(10), minutes(10)};
    policy.jitter = jitter;
    return Backoff(policy);
}

TEST(Backoff, FollowsTheScheduleAndRepeatsItsEnd) {
    tests::SeededRandom random;
    const Backoff backoff = backoffOf(0);
    EXPECT_EQ(backoff.wait(1, std::nullopt, random), seconds(1));
    EXPECT_EQ(backoff.wait(2, std::nullopt, random), seconds(10));
    EXPECT_EQ(backoff.wait(3, std::nullopt, random), minutes(10));
    EXPECT_EQ(backoff.wait(4, std::nullopt, random), minutes(10));
    EXPECT_EQ(backoff.wait(4'000'000'000U, std::nullopt, random), minutes(10));
}

TEST(Backoff, MovesEachWaitByUpToItsJitterEitherWay) {
    tests::SeededRandom random;
    const Backoff backoff = backoffOf(0.2);
    milliseconds least = hours(1);
    milliseconds most{};
    for (int i = 0; i < 2'000; ++i) {
        const milliseconds wait = backoff.wait(2, std::nullopt, random);
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_GE(least, milliseconds(8'000));
    EXPECT_LT(least, milliseconds(8'100));
    EXPECT_LE(most, milliseconds(12'000));
    EXPECT_GT(most, milliseconds(11'900));
}

TEST(Backoff, IsNeverSoonerThanTheProviderAsked) {
    tests::SeededRandom random;
    const Backoff backoff = backoffOf(0.5);
    for (int i = 0; i < 500; ++i) {
        const milliseconds wait = backoff.wait(3, hours(2), random);
        EXPECT_GE(wait, hours(2));
        EXPECT_LE(wait, hours(2) + minutes(12));
    }
}

TEST(Backoff, DoesNotAskEverySecondAProviderThatAlwaysSaysASecond) {
    tests::SeededRandom random;
    const Backoff backoff = backoffOf(0);
    EXPECT_GE(backoff.wait(1, seconds(0), random), seconds(1));
    EXPECT_GE(backoff.wait(2, seconds(1), random), seconds(10));
    // Nor does the schedule's ten minutes hold back one that says when it is ready.
    EXPECT_GE(backoff.wait(3, seconds(1), random), minutes(1));
    EXPECT_LE(backoff.wait(3, seconds(1), random), seconds(66));
}

TEST(Backoff, NeedsASchedule) {
    config::RetryPolicy policy;
    policy.schedule.clear();
    EXPECT_THROW(Backoff{policy}, InvariantBroken);
}

}  // namespace
}  // namespace waymark::delivery
