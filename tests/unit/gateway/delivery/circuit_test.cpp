#include "gateway/delivery/circuit.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::delivery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CircuitTest : public testing::Test {
protected:
    void fail(int times) {
        for (int i = 0; i < times; ++i) circuit.failed(clock.now(), circuit.started(), random);
    }
    Circuit circuit;
    tests::FixedClock clock;
    tests::SeededRandom random;
};

TEST_F(CircuitTest, OpensAfterFiveFailuresInARow) {
    fail(4);
    EXPECT_EQ(circuit.blockedUntil(clock.now()), std::nullopt);
    circuit.succeeded();
    fail(4);
    EXPECT_FALSE(circuit.isOpen());
    fail(1);
    EXPECT_TRUE(circuit.isOpen());
    const auto until = circuit.blockedUntil(clock.now());
    ASSERT_TRUE(until);
    EXPECT_GE(*until, clock.now() + milliseconds(800));
    EXPECT_LE(*until, clock.now() + milliseconds(1200));
}

TEST_F(CircuitTest, LetsOneProbeThroughAndClosesWhenItSucceeds) {
    fail(5);
    clock.advance(seconds(2));
    EXPECT_EQ(circuit.blockedUntil(clock.now()), std::nullopt);
    EXPECT_TRUE(circuit.started());
    EXPECT_EQ(circuit.blockedUntil(clock.now()), Instant::max());
    circuit.succeeded();
    EXPECT_FALSE(circuit.isOpen());
    EXPECT_EQ(circuit.blockedUntil(clock.now()), std::nullopt);
    EXPECT_FALSE(circuit.started());
}

TEST_F(CircuitTest, WaitsTwiceAsLongAfterEachFailedProbeUpToAMinute) {
    fail(5);
    milliseconds before{};
    for (int i = 0; i < 12; ++i) {
        const milliseconds wait = *circuit.blockedUntil(clock.now()) - clock.now();
        EXPECT_GE(wait, std::min(before, milliseconds(48'000)));
        EXPECT_LE(wait, milliseconds(72'000));
        before = wait;
        clock.advance(wait);
        circuit.failed(clock.now(), circuit.started(), random);
    }
    EXPECT_GE(before, milliseconds(48'000));
}

TEST_F(CircuitTest, LearnsNothingFromAttemptsThatWereOnTheirWay) {
    fail(5);
    const auto until = circuit.blockedUntil(clock.now());
    for (int i = 0; i < 10; ++i) circuit.failed(clock.now(), false, random);
    EXPECT_EQ(circuit.blockedUntil(clock.now()), until);
}

TEST_F(CircuitTest, ProbesAgainWhenAProbeToldNothing) {
    fail(5);
    clock.advance(seconds(2));
    circuit.abandoned(circuit.started());
    EXPECT_EQ(circuit.blockedUntil(clock.now()), std::nullopt);
    EXPECT_TRUE(circuit.isOpen());
}

TEST_F(CircuitTest, KeepsAPauseThatWasAskedFor) {
    circuit.pause(clock.now() + seconds(30));
    circuit.pause(clock.now() + seconds(10));
    EXPECT_EQ(circuit.blockedUntil(clock.now()), clock.now() + seconds(30));
    circuit.succeeded();  // of an attempt that was on its way
    EXPECT_EQ(circuit.blockedUntil(clock.now()), clock.now() + seconds(30));
    clock.advance(seconds(30));
    EXPECT_EQ(circuit.blockedUntil(clock.now()), std::nullopt);
}

}  // namespace
}  // namespace waymark::delivery
