#include "gateway/delivery/classifier.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::delivery {
namespace {

using net::Trouble;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Case {
    const char* name;
    Trouble trouble;
    unsigned status;
    Verdict verdict;
    bool againstProvider;
    const char* problem;
};

void PrintTo(const Case& test, std::ostream* out) {
    *out << test.name;
}

class Misbehaviour : public testing::TestWithParam<Case> {};

TEST_P(Misbehaviour, HasItsClass) {
    const Case& test = GetParam();
    net::ClientAnswer answer;
    answer.trouble = test.trouble;
    answer.status = test.status;
    const Outcome outcome = classify(answer, Instant{});
    EXPECT_EQ(outcome.verdict, test.verdict);
    EXPECT_EQ(outcome.againstProvider, test.againstProvider);
    EXPECT_EQ(problemText(outcome), test.problem);
    EXPECT_EQ(outcome.after, std::nullopt);
    EXPECT_FALSE(outcome.pausesProvider);
    if (test.verdict != Verdict::Delivered) {
        EXPECT_FALSE(clauseFor(problemText(outcome)).empty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Of, Misbehaviour,
    testing::Values(
        Case{"Ok", Trouble::None, 200, Verdict::Delivered, false, "none 200"},
        Case{"Accepted", Trouble::None, 202, Verdict::Delivered, false, "none 202"},
        Case{"NoContent", Trouble::None, 204, Verdict::Delivered, false, "none 204"},
        Case{"RefusedConnection", Trouble::Refused, 0, Verdict::Retry, true, "connection-refused"},
        Case{"NotResolved", Trouble::NotResolved, 0, Verdict::Retry, true, "not-resolved"},
        Case{"Forbidden", Trouble::AddressForbidden, 0, Verdict::Retry, true, "address-forbidden"},
        Case{"BrokenTls", Trouble::TlsFailed, 0, Verdict::Retry, true, "tls-failed"},
        Case{"WrongHost", Trouble::HostMismatch, 0, Verdict::Retry, true, "host-mismatch"},
        Case{"NeverAnswers", Trouble::TimedOut, 0, Verdict::Retry, true, "timed-out"},
        Case{"HalfAnAnswer", Trouble::ConnectionLost, 200, Verdict::Retry, true,
             "connection-lost 200"},
        Case{"Garbage", Trouble::BadAnswer, 0, Verdict::Retry, true, "bad-answer"},
        Case{"EndlessBodyOfSuccess", Trouble::AnswerTooLarge, 200, Verdict::Delivered, false,
             "none 200"},
        Case{"EndlessBodyOfFault", Trouble::AnswerTooLarge, 500, Verdict::Retry, true,
             "server-error 500"},
        Case{"EndlessHeader", Trouble::AnswerTooLarge, 0, Verdict::Retry, true, "answer-too-large"},
        Case{"BadUrl", Trouble::BadUrl, 0, Verdict::GiveUp, false, "bad-url"},
        Case{"Continue", Trouble::None, 100, Verdict::Retry, true, "bad-status 100"},
        Case{"SixHundred", Trouble::None, 600, Verdict::Retry, true, "bad-status 600"},
        Case{"MovedPermanently", Trouble::None, 301, Verdict::Retry, true, "redirected 301"},
        Case{"TemporaryRedirect", Trouble::None, 307, Verdict::Retry, true, "redirected 307"},
        Case{"BadRequest", Trouble::None, 400, Verdict::Refused, false, "refused 400"},
        Case{"Unauthorised", Trouble::None, 401, Verdict::Retry, true, "unauthorised 401"},
        Case{"NotAllowedIn", Trouble::None, 403, Verdict::Retry, true, "forbidden 403"},
        Case{"NotFound", Trouble::None, 404, Verdict::Retry, true, "not-found 404"},
        Case{"MethodNotAllowed", Trouble::None, 405, Verdict::Retry, true, "not-found 405"},
        Case{"RequestTimeout", Trouble::None, 408, Verdict::Retry, false, "timed-out 408"},
        Case{"Conflict", Trouble::None, 409, Verdict::Retry, false, "conflict 409"},
        Case{"Gone", Trouble::None, 410, Verdict::GiveUp, false, "gone 410"},
        Case{"TooLarge", Trouble::None, 413, Verdict::Refused, false, "refused 413"},
        Case{"Unprocessable", Trouble::None, 422, Verdict::Refused, false, "refused 422"},
        Case{"TooEarly", Trouble::None, 425, Verdict::Retry, false, "conflict 425"},
        Case{"Throttled", Trouble::None, 429, Verdict::Retry, false, "throttled 429"},
        Case{"ServerError", Trouble::None, 500, Verdict::Retry, true, "server-error 500"},
        Case{"NotImplemented", Trouble::None, 501, Verdict::Retry, true, "server-error 501"},
        Case{"Unavailable", Trouble::None, 503, Verdict::Retry, true, "server-error 503"}),
    [](const auto& test) { return test.param.name; });

TEST(Classifier, HasAClassForEveryStatusAndTrouble) {
    for (unsigned status = 0; status < 1000; ++status) {
        for (int trouble = 0; trouble <= static_cast<int>(Trouble::AnswerTooLarge); ++trouble) {
            net::ClientAnswer answer;
            answer.status = status;
            answer.trouble = static_cast<Trouble>(trouble);
            const Outcome outcome = classify(answer, Instant{});
            const bool success =
                status >= 200 && status < 300 &&
                (answer.trouble == Trouble::None || answer.trouble == Trouble::AnswerTooLarge);
            EXPECT_EQ(outcome.verdict == Verdict::Delivered, success);
        }
    }
}

struct RetryAfterCase {
    const char* field;
    const char* date;  ///< of the answer, or nullptr
    std::optional<milliseconds> want;
};

TEST(RetryAfter, IsReadInBothForms) {
    // 1 July 2026, 12:00:00 UTC.
    const Instant now{milliseconds(1'782'907'200'000)};
    const RetryAfterCase cases[] = {
        {"120", nullptr, seconds(120)},
        {"0", nullptr, seconds(0)},
        {"86400", nullptr, hours(24)},
        {"86401", nullptr, hours(24)},
        {"99999999999999999999", nullptr, hours(24)},
        {"Wed, 01 Jul 2026 12:01:40 GMT", nullptr, seconds(100)},
        {"Wednesday, 01-Jul-26 12:01:40 GMT", nullptr, seconds(100)},
        {"Wed Jul  1 12:01:40 2026", nullptr, seconds(100)},
        {"Wed, 01 Jul 2026 11:00:00 GMT", nullptr, seconds(0)},
        {"Fri, 31 Dec 9999 23:59:59 GMT", nullptr, hours(24)},
        // The provider's clock is an hour ahead: what counts is its own Date.
        {"Wed, 01 Jul 2026 13:01:00 GMT", "Wed, 01 Jul 2026 13:00:00 GMT", seconds(60)},
        {"Wed, 01 Jul 2026 12:01:40 GMT", "yesterday", seconds(100)},
        {"", nullptr, std::nullopt},
        {"-1", nullptr, std::nullopt},
        {"1.5", nullptr, std::nullopt},
        {"soon", nullptr, std::nullopt},
        {"Wed, 01 Jul 2026 12:01:40 GMT and more", nullptr, std::nullopt},
        {"Wed, 01 Jul 2026 12:01:40 CET", nullptr, std::nullopt},
    };
    for (const RetryAfterCase& test : cases) {
        net::Fields fields;
        fields.set("Retry-After", test.field);
        if (test.date != nullptr) fields.set("Date", test.date);
        EXPECT_EQ(retryAfter(fields, now), test.want) << test.field;
    }
    EXPECT_EQ(retryAfter(net::Fields(), now), std::nullopt);
}

TEST(RetryAfter, OfAnyBytesIsWithinBoundsOrNothing) {
    tests::SeededRandom random(7);
    constexpr std::string_view kLetters = "0123456789 ,:-GMTWedJulSun+.";
    for (int i = 0; i < 5'000; ++i) {
        std::string text;
        for (std::uint64_t n = random.below(40); n > 0; --n) {
            text += kLetters[random.below(kLetters.size())];
        }
        net::Fields fields;
        fields.set("Retry-After", text);
        const auto wait = retryAfter(fields, Instant{milliseconds(1'782'907'200'000)});
        if (wait) {
            EXPECT_GE(*wait, milliseconds(0)) << text;
            EXPECT_LE(*wait, kRetryAfterMax) << text;
        }
    }
}

TEST(Classifier, PausesTheProviderThatAsksForTime) {
    for (const unsigned status : {429U, 503U, 500U, 404U}) {
        net::ClientAnswer answer;
        answer.status = status;
        answer.fields.set("Retry-After", "30");
        const Outcome outcome = classify(answer, Instant{});
        EXPECT_EQ(outcome.verdict, Verdict::Retry);
        EXPECT_EQ(outcome.after, seconds(30));
        EXPECT_EQ(outcome.pausesProvider, status == 429 || status == 503) << status;
    }
}

}  // namespace
}  // namespace waymark::delivery
