#include "gateway/doors/fhir/search_parameters.h"

#include <gtest/gtest.h>

namespace waymark::doors::fhir {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

const auto kTaskStatus = [](referral::Status status) {
    return std::string(referral::code(status));
};

Result<ParsedSearch> parse(const Parameters& parameters, bool strict = false) {
    return parseSearch("Task", parameters, {}, kTaskStatus, strict);
}

constexpr const char* kId = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

TEST(SearchParameters, AreReadIntoTheQuery) {
    const auto parsed = parse({{"_id", kId},
                               {"identifier", "https://gp.example/ref|A-1"},
                               {"patient", std::string("Patient/") + kId + "-3"},
                               {"status", "requested,in-progress"},
                               {"_count", "7"}});
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->query.id->get().text(), kId);
    EXPECT_EQ(parsed->query.identifier->system, "https://gp.example/ref");
    EXPECT_EQ(parsed->query.identifier->value, "A-1");
    EXPECT_EQ(parsed->query.patientId, std::string(kId) + "-3");
    EXPECT_EQ(parsed->query.statuses,
              (std::vector{referral::Status::Requested, referral::Status::InProgress}));
    EXPECT_EQ(parsed->query.count, 7U);
    EXPECT_FALSE(parsed->impossible);
}

TEST(SearchParameters, TakeAnNhsNumberWithOrWithoutSystem) {
    for (const char* value : {"9990000018", "https://fhir.nhs.uk/Id/nhs-number|999 000 0018"}) {
        const auto parsed = parse({{"patient:identifier", value}});
        ASSERT_TRUE(parsed) << value;
        EXPECT_EQ(parsed->query.nhsNumber, "9990000018");
    }
    EXPECT_TRUE(parse({{"patient:identifier", "https://other.example|9990000018"}})->impossible);
    EXPECT_FALSE(parse({{"patient:identifier", "Smith"}}));
}

struct DateCase {
    const char* value;
    std::int64_t from;  // seconds; 0: open
    std::int64_t to;
};

TEST(SearchParameters, ReadDatesByTheirPrecisionAndPrefix) {
    constexpr std::int64_t kDay = 1795132800;  // 2026-11-20T00:00:00Z
    for (const DateCase& c : {DateCase{"2026-11-20", kDay, kDay + 86400},
                              {"ge2026-11-20", kDay, 0},
                              {"gt2026-11-20", kDay + 86400, 0},
                              {"lt2026-11-20", 0, kDay},
                              {"le2026-11-20T10:00:00Z", 0, kDay + 36001},
                              {"2026-11-20T10:00:00+01:00", kDay + 32400, kDay + 32401}}) {
        const auto parsed = parse({{"_lastUpdated", c.value}});
        ASSERT_TRUE(parsed) << c.value;
        const auto [from, to] = *parsed->query.updated;
        using std::chrono::seconds;
        EXPECT_EQ(from, c.from ? Instant(seconds(c.from)) : Instant::min()) << c.value;
        EXPECT_EQ(to, c.to ? Instant(seconds(c.to)) : Instant::max()) << c.value;
    }
}

TEST(SearchParameters, NarrowARangeByRepetition) {
    const auto parsed = parse({{"_lastUpdated", "ge2026-11-20"}, {"_lastUpdated", "lt2026-11-21"}});
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->query.updated->second - parsed->query.updated->first, std::chrono::hours(24));
    EXPECT_TRUE(
        parse({{"_lastUpdated", "ge2026-11-20"}, {"_lastUpdated", "lt2026-11-20"}})->impossible);
}

TEST(SearchParameters, RefuseWhatTheyCannotRead) {
    for (const Parameters& parameters : {Parameters{{"_lastUpdated", "yesterday"}},
                                         {{"identifier", "A-1"}},
                                         {{"_count", "many"}},
                                         {{"authored-on", "xx2026"}},
                                         {{"_id", "a,b"}}}) {
        const auto parsed = parse(parameters);
        ASSERT_FALSE(parsed) << parameters.front().first;
        EXPECT_EQ(parsed.error().kind, Kind::Incorrect);
    }
}

TEST(SearchParameters, ClampTheCount) {
    EXPECT_EQ(parse({{"_count", "100000"}})->query.count, kMaximalCount);
    EXPECT_EQ(parse({{"_count", "99999999999999999999"}})->query.count, kMaximalCount);
}

TEST(SearchParameters, IgnoreUnknownOnesUnlessStrict) {
    const auto lenient = parse({{"_include", "Task:focus"}, {"status", "accepted"}});
    ASSERT_TRUE(lenient);
    EXPECT_EQ(lenient->understood, (Parameters{{"status", "accepted"}}));
    EXPECT_FALSE(parse({{"_include", "Task:focus"}}, true));
}

TEST(SearchParameters, FindNothingForIdsThatWereNeverGiven) {
    EXPECT_TRUE(parse({{"_id", "example"}})->impossible);
    EXPECT_TRUE(parse({{"status", "ready"}})->impossible);
}

}  // namespace
}  // namespace waymark::doors::fhir
