#include "gateway/referral/resource_id.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::referral {
namespace {

constexpr std::string_view kUuid = "01995b3c-8a00-7d3c-9e2a-0123456789ab";

ReferralId referral() {
    return ReferralId(*Uuid::parse(kUuid));
}

TEST(ResourceId, PrintsTheReferralsOwnAndThoseOfItsMessage) {
    EXPECT_EQ(print({.referral = referral(), .entry = std::nullopt}), kUuid);
    EXPECT_EQ(print({.referral = referral(), .entry = 0}), std::string(kUuid) + "-0");
    EXPECT_EQ(print({.referral = referral(), .entry = 4294967295U}),
              std::string(kUuid) + "-4294967295");
}

TEST(ResourceId, IsShortEnoughForFhir) {
    EXPECT_LE(print({.referral = referral(), .entry = 4294967295U}).size(), 64U);
}

TEST(ResourceId, ReadsWhatItPrints) {
    tests::SeededRandom random(7);
    for (int i = 0; i < 200; ++i) {
        ResourceId id{.referral = ReferralId(Uuid::version7(Instant(Milliseconds(i)), random)),
                      .entry = std::nullopt};
        if (i % 3 != 0) id.entry = static_cast<std::uint32_t>(random.next());
        const auto back = parseResourceId(print(id));
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(back->referral, id.referral);
        EXPECT_EQ(back->entry, id.entry);
    }
}

TEST(ResourceId, IsNoneForWhatWasNeverGivenOut) {
    const std::string uuid(kUuid);
    for (const std::string& text :
         {std::string(), std::string("1"), uuid.substr(1), uuid + "-", uuid + "-x", uuid + "-01",
          uuid + "--1", uuid + "-+1", uuid + "- 1", uuid + "-1 ", uuid + "-4294967296", uuid + "/1",
          uuid + "1", "01995B3C-8A00-7D3C-9E2A-0123456789AB" + std::string("-1")}) {
        EXPECT_EQ(parseResourceId(text), std::nullopt) << text;
    }
}

TEST(ResourceId, ReadsAnyBytesWithoutHarm) {
    tests::SeededRandom random(11);
    for (int i = 0; i < 2000; ++i) {
        std::string text(random.below(50), '\0');
        for (char& c : text) c = static_cast<char>(random.next());
        EXPECT_EQ(parseResourceId(text), std::nullopt);
    }
}

}  // namespace
}  // namespace waymark::referral
