#include "gateway/telemetry/log.h"

#include <concepts>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "fhir/core/check.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/fixed_world.h"

namespace waymark::telemetry {
namespace {

class LogTest : public testing::Test {
protected:
    tests::FixedClock clock_{Instant(std::chrono::milliseconds(1'790'000'000'007))};
    tests::CollectingSink sink_;
    Log log_{clock_, sink_};
};

TEST_F(LogTest, WritesOneObjectALine) {
    log_.info("delivery.sent", {{"attempt", 3},
                                {"referral", Id("0190163d-8694-739b-aea5-966c26f8ad91")},
                                {"provider", Name("green-gym")},
                                {"durable", true},
                                {"duration", std::chrono::microseconds(12'034)},
                                {"trouble", "none"}});
    EXPECT_EQ(sink_.text(),
              R"({"time":"2026-09-21T14:13:20.007Z","level":"info","event":"delivery.sent",)"
              R"("attempt":3,"referral":"0190163d-8694-739b-aea5-966c26f8ad91",)"
              R"("provider":"green-gym","durable":true,"duration":12.034,"trouble":"none"})"
              "\n");
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
    log_.debug("store.read");
    EXPECT_TRUE(sink_.lines().empty());
    Log all(clock_, sink_, Level::Debug);
    all.debug("store.read");
    EXPECT_EQ(sink_.lines().size(), 1U);
}

TEST_F(LogTest, SaysOfAFailureItsKindAndPlaceOnly) {
    const auto refused = fail(Kind::Unprocessable, IssueType::Value, "MARKED-NAME", "Patient.name");
    log_.failure(Level::Warning, "intake.refused", refused.error());
    const auto line = sink_.text();
    EXPECT_NE(line.find(R"("kind":"unprocessable")"), std::string::npos) << line;
    EXPECT_NE(line.find("log_test.cpp"), std::string::npos) << line;
    EXPECT_EQ(line.find("MARKED"), std::string::npos) << line;
    EXPECT_EQ(line.find("Patient"), std::string::npos) << line;
}

TEST_F(LogTest, SaysOfABrokenInvariantWhichAndOfAnotherExceptionItsType) {
    log_.exception("request.failed",
                   InvariantBroken("the queue is open", std::source_location::current()));
    log_.exception("request.failed", std::invalid_argument("MARKED-NAME"));
    const auto lines = sink_.lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NE(lines[0].find("the queue is open"), std::string::npos) << lines[0];
    EXPECT_NE(lines[1].find("std::invalid_argument"), std::string::npos) << lines[1];
    EXPECT_EQ(lines[1].find("MARKED"), std::string::npos) << lines[1];
}

struct NameCase {
    const char* what;
    std::string in;
    bool printed;
};

class NameTest : public testing::TestWithParam<NameCase> {};

TEST_P(NameTest, PrintsOnlyWhatLooksLikeAName) {
    const auto& [what, in, printed] = GetParam();
    EXPECT_EQ(Name(in).text(), printed ? in : "(withheld)");
}

INSTANTIATE_TEST_SUITE_P(Names, NameTest,
                         testing::Values(NameCase{"Route", "/FHIR/R4/ServiceRequest/{id}", true},
                                         NameCase{"Operation", "/FHIR/R4/$process-message", true},
                                         NameCase{"Provider", "green-gym.example", true},
                                         NameCase{"Ods", "G82080", true},
                                         NameCase{"Nothing", "", false},
                                         NameCase{"NhsNumber", "9990000018", false},
                                         NameCase{"NhsNumberInPath", "/Patient/9990000018", false},
                                         NameCase{"Query", "/Patient?name=Smith", false},
                                         NameCase{"Words", "Mary Smith", false},
                                         NameCase{"Mail", "mary@example.org", false},
                                         NameCase{"LineFeed", "a\nb", false},
                                         NameCase{"Long", std::string(97, 'a'), false}),
                         [](const auto& test) { return test.param.what; });

TEST(Id, PrintsOnlyAUuid) {
    EXPECT_EQ(Id("0190163D-8694-739b-aea5-966c26f8ad91").text(),
              "0190163D-8694-739b-aea5-966c26f8ad91");
    EXPECT_EQ(Id("9990000018").text(), "(withheld)");
    EXPECT_EQ(Id("0190163d-8694-739b-aea5-966c26f8ad9g").text(), "(withheld)");
    EXPECT_EQ(Id("0190163d08694-739b-aea5-966c26f8ad91").text(), "(withheld)");
}

// The promise of the API: text that is not known when the program is compiled does not compile.
static_assert(!std::convertible_to<std::string, Value>);
static_assert(!std::convertible_to<const std::string&, Value>);
static_assert(!std::convertible_to<std::string_view, Value>);
static_assert(!std::convertible_to<const char*, Value>);
static_assert(!std::convertible_to<char, Value>);
static_assert(!std::constructible_from<Value, std::string>);
static_assert(!std::constructible_from<Word, std::string>);
static_assert(!std::constructible_from<Word, const char*>);

}  // namespace
}  // namespace waymark::telemetry
