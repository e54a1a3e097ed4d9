#include "gateway/referral/event.h"

#include <gtest/gtest.h>

#include <set>

#include "gateway/referral/dossier.h"

namespace waymark::referral {
namespace {

TEST(EventType, PrintsAndReadsItsCode) {
    std::set<std::string> codes;
    for (int i = 0; i <= static_cast<int>(EventType::Told); ++i) {
        const auto type = static_cast<EventType>(i);
        EXPECT_EQ(eventTypeFrom(code(type)), type);
        codes.emplace(code(type));
    }
    EXPECT_EQ(codes.size(), 9U);
    EXPECT_EQ(eventTypeFrom(""), std::nullopt);
    EXPECT_EQ(eventTypeFrom("Received"), std::nullopt);
}

TEST(Origin, PrintsAndReadsItsCode) {
    for (const Origin origin : {Origin::ServiceRequest, Origin::Transaction, Origin::BarsMessage}) {
        EXPECT_EQ(originFrom(code(origin)), origin);
    }
    EXPECT_EQ(originFrom("fax"), std::nullopt);
}

TEST(Detail, IsEmptyWhenNothingIsKnown) {
    EXPECT_TRUE(Detail{}.empty());
    Detail detail;
    detail.support = {"choir"};
    EXPECT_FALSE(detail.empty());
}

}  // namespace
}  // namespace waymark::referral
