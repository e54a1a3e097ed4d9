#include "config/units.h"

#include <gtest/gtest.h>

namespace waymark::config {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsEachUnit) {
    EXPECT_EQ(parseDuration("500ms"), milliseconds(500));
    EXPECT_EQ(parseDuration("30s"), milliseconds(30'000));
    EXPECT_EQ(parseDuration("15 m"), milliseconds(900'000));
    EXPECT_EQ(parseDuration("24h"), milliseconds(86'400'000));
    EXPECT_EQ(parseDuration("5d"), milliseconds(432'000'000));
    EXPECT_EQ(parseDuration("0s"), milliseconds(0));
}

TEST(Duration, RefusesWhatIsNone) {
    for (const char* text : {"", "5", "d", "-5d", "5 days", "5dd", "1.5h", "5  d", " 5d", "5d ",
                             "3661d", "18446744073709551615d", "99999999999999999999s", "5D"}) {
        EXPECT_EQ(parseDuration(text), std::nullopt) << text;
    }
}

TEST(Duration, IsPrintedAsItIsRead) {
    for (const char* text : {"0d", "1ms", "500ms", "90s", "15m", "36h", "3660d"}) {
        EXPECT_EQ(printDuration(parseDuration(text).value()), text);
    }
}

TEST(Size, ReadsEachUnit) {
    EXPECT_EQ(parseSize("512 B"), 512U);
    EXPECT_EQ(parseSize("64KiB"), 65'536U);
    EXPECT_EQ(parseSize("8 MiB"), 8'388'608U);
    EXPECT_EQ(parseSize("1024 GiB"), 1ULL << 40U);
}

TEST(Size, RefusesWhatIsNone) {
    for (const char* text : {"", "8", "8 MB", "8 Mib", "-1 B", "1025 GiB", "1.5 MiB"}) {
        EXPECT_EQ(parseSize(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace waymark::config
