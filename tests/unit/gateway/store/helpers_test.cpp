// The small parts: cursors, the order of changes, dates in UTC.
#include <gtest/gtest.h>

#include "gateway/crypto/base64.h"
#include "gateway/store/authored.h"
#include "gateway/store/change_clock.h"
#include "gateway/store/cursor.h"
#include "tests/support/fixed_world.h"

namespace waymark::store {
namespace {

TEST(Cursor, ReadsBackWhatItPrinted) {
    for (const Cursor& cursor : {Cursor{}, Cursor{.change = 1, .total = 2},
                                 Cursor{.change = INT64_MAX, .total = UINT64_MAX}}) {
        EXPECT_EQ(parseCursor(print(cursor)).value(), cursor);
    }
}

TEST(Cursor, RefusesAnyOtherBytes) {
    tests::SeededRandom random(3);
    for (std::size_t length = 0; length < 40; ++length) {
        std::string bytes(length, '\0');
        random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
        EXPECT_FALSE(parseCursor(bytes));
        const auto encoded = parseCursor(crypto::base64Url(bytes));
        if (encoded) {
            EXPECT_EQ(print(*encoded), crypto::base64Url(bytes));
        }
    }
    EXPECT_FALSE(parseCursor(print({.change = -1})));
}

TEST(ChangeClock, GrowsEvenWhenTimeStandsOrGoesBack) {
    ChangeClock clock;
    const Instant now(Milliseconds(1'790'000'000'000));
    const auto first = clock.next(now);
    const auto second = clock.next(now);
    const auto third = clock.next(now - std::chrono::hours(1));
    EXPECT_EQ(first, ChangeClock::lowest(now));
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_GE(clock.next(now + Milliseconds(1)), ChangeClock::lowest(now + Milliseconds(1)));
    EXPECT_GT(ChangeClock(third).next(now), third);
}

TEST(InUtc, MovesTimesAndKeepsDates) {
    EXPECT_EQ(inUtc("2026-11-20T23:30:00-02:00"), "2026-11-21T01:30:00.000");
    EXPECT_EQ(inUtc("2026-11-20T10:00:00Z"), "2026-11-20T10:00:00.000");
    EXPECT_EQ(inUtc("2026-11-20T10:00:00.25+01:00"), "2026-11-20T09:00:00.250");
    EXPECT_EQ(inUtc("2026-11-20"), "2026-11-20");
    EXPECT_EQ(inUtc("2026"), "2026");
    EXPECT_EQ(inUtc(""), "");
    EXPECT_EQ(inUtc("yesterday"), "");
}

}  // namespace
}  // namespace waymark::store
