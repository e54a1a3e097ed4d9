#include "fhir/core/uuid.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark {
namespace {

TEST(Uuid, PrintsWhatItParsed) {
    const auto id = Uuid::parse("0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->text(), "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");
}

TEST(Uuid, RefusesWhatIsNone) {
    for (const char* text : {"", "0190a1b2", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5", "x190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
                             "0190a1b2c3d4-7e5f-8a9b-0c1d2e3f4a5bb-"}) {
        EXPECT_FALSE(Uuid::parse(text)) << text;
    }
}

TEST(Uuid, VersionSevenCarriesTheTimeAndSortsByIt) {
    tests::SeededRandom random;
    const Instant early(std::chrono::milliseconds(1'700'000'000'000));
    const auto first = Uuid::version7(early, random);
    const auto second = Uuid::version7(early + Milliseconds(1), random);
    EXPECT_LT(first, second);
    EXPECT_EQ(first.text().substr(0, 13), "018bcfe5-6800");
    EXPECT_EQ(first.text()[14], '7');
}

}  // namespace
}  // namespace waymark
