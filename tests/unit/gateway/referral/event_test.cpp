#include "gateway/referral/event.h"

#include <gtest/gtest.h>

#include <set>

#include "gateway/referral/dossier.h"
#include "tests/support/fixed_world.h"

namespace waymark::referral {
namespace {

TEST(EventType, PrintsAndReadsItsCode) {
    std::set<std::string> codes;
    for (int i = 0; i <= static_cast<int>(EventType::Mapped); ++i) {
        const auto type = static_cast<EventType>(i);
        EXPECT_EQ(eventTypeFrom(code(type)), type);
        codes.emplace(code(type));
    }
    EXPECT_EQ(codes.size(), 11U);
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

Detail fullDetail() {
    Detail detail;
    detail.reasonText = "no places before \"spring\"";
    detail.note = "line one\nline two \xC3\xA9";
    detail.workerName = "Sam Field";
    detail.workerContact = "01632 960001";
    detail.outcomeSummary = "joined the choir";
    detail.support = {"choir", "", "debt advice"};
    detail.happened = Instant(std::chrono::milliseconds(1'790'000'000'123));
    detail.toldVersion = 7;
    detail.withheld = {"problem", "person.ethnicity"};
    detail.record = R"({"priority":"urgent"})";
    return detail;
}

TEST(Detail, ReadsWhatItWrites) {
    for (const Detail& detail : {Detail{}, fullDetail()}) {
        const auto back = detailFromJson(toJson(detail));
        ASSERT_TRUE(back.has_value()) << back.error().text();
        EXPECT_EQ(*back, detail);
    }
}

TEST(Detail, IsAnEmptyObjectWhenNothingIsKnown) {
    EXPECT_EQ(toJson(Detail{}), "{}");
}

TEST(Detail, RefusesWhatItNeverWrote) {
    for (const char* const json :
         {"", "null", "[]", "{\"note\":1}", "{\"colour\":\"red\"}", "{\"support\":\"choir\"}",
          "{\"support\":[1]}", "{\"happened\":\"yesterday\"}", "{\"happened\":5}",
          "{\"happened\":\"2026-11-20\"}", "{\"toldVersion\":-1}", "{\"toldVersion\":\"1\"}",
          "{\"toldVersion\":4294967296}", "{\"note\":\"a\""}) {
        EXPECT_FALSE(detailFromJson(json).has_value()) << json;
    }
}

TEST(Detail, ReadsAnyBytesWithoutHarm) {
    waymark::tests::SeededRandom random(3);
    const std::string whole = toJson(fullDetail());
    for (int i = 0; i < 2000; ++i) {
        std::string text = whole;
        text[random.below(text.size())] = static_cast<char>(random.next());
        const auto back = detailFromJson(text);
        if (!back) {
            EXPECT_FALSE(back.error().issues.empty());
        }
    }
}

}  // namespace
}  // namespace waymark::referral
