#include "gateway/security/rate_limit.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::security {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Principal client(std::string id) {
    Principal principal;
    principal.kind = PrincipalKind::Client;
    principal.id = std::move(id);
    return principal;
}

config::Limits limitsOf(double rate, double burst) {
    config::Limits limits;
    limits.rate = rate;
    limits.burst = burst;
    return limits;
}

TEST(RateLimit, AllowsABurstAndThenTheRate) {
    tests::FixedClock clock;
    RateLimit limit(limitsOf(10, 3));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(client("a"), clock.now()));
    const auto refused = limit.take(client("a"), clock.now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::Throttled);
    EXPECT_EQ(refused.error().retryAfter, seconds(1));
    clock.advance(milliseconds(100));
    EXPECT_TRUE(limit.take(client("a"), clock.now()));
    EXPECT_FALSE(limit.take(client("a"), clock.now()));
    clock.advance(seconds(3600));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take(client("a"), clock.now()));
    EXPECT_FALSE(limit.take(client("a"), clock.now()));
}

TEST(RateLimit, SaysHowLongToWait) {
    tests::FixedClock clock;
    RateLimit limit(limitsOf(0.1, 1));
    EXPECT_TRUE(limit.take(client("a"), clock.now()));
    EXPECT_EQ(limit.take(client("a"), clock.now()).error().retryAfter, seconds(10));
    clock.advance(seconds(10));
    EXPECT_TRUE(limit.take(client("a"), clock.now()));
}

TEST(RateLimit, KeepsPrincipalsApart) {
    tests::FixedClock clock;
    RateLimit limit(limitsOf(1, 1));
    EXPECT_TRUE(limit.take(client("a"), clock.now()));
    EXPECT_FALSE(limit.take(client("a"), clock.now()));
    EXPECT_TRUE(limit.take(client("b"), clock.now()));
    Principal provider = client("a");
    provider.kind = PrincipalKind::Provider;
    EXPECT_TRUE(limit.take(provider, clock.now()));
}

TEST(RateLimit, SharesOneBucketBeyondItsTable) {
    tests::FixedClock clock;
    RateLimit limit(limitsOf(1, 1), 2);
    for (const char* id : {"a", "b", "c"}) EXPECT_TRUE(limit.take(client(id), clock.now())) << id;
    EXPECT_FALSE(limit.take(client("d"), clock.now()));
    clock.advance(seconds(1));
    EXPECT_TRUE(limit.take(client("d"), clock.now()));
}

TEST(RateLimit, GivesNothingForAClockThatWasSetBack) {
    tests::FixedClock clock;
    RateLimit limit(limitsOf(1, 1));
    EXPECT_TRUE(limit.take(client("a"), clock.now()));
    EXPECT_FALSE(limit.take(client("a"), clock.now() - seconds(3600)));
    clock.advance(seconds(-3599));
    EXPECT_TRUE(limit.take(client("a"), clock.now()));
}

TEST(RateLimit, OfZeroLimitsNothing) {
    tests::FixedClock clock;
    RateLimit limit(limitsOf(0, 1));
    for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(limit.take(client("a"), clock.now()));
}

}  // namespace
}  // namespace waymark::security
