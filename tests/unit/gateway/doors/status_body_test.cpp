#include "gateway/doors/provider/status_body.h"

#include <gtest/gtest.h>

namespace waymark::doors::provider {
namespace {

TEST(StatusBody, IsReadWhole) {
    const auto report = readStatusBody(R"({
        "status": "completed", "businessStatus": "first-contact",
        "reason": {"code": "other", "text": "moved on"}, "note": "Well done",
        "worker": {"name": "Ann Link", "contact": "ann@links.example"},
        "outcome": {"summary": "Joined the walking group", "support": ["walking group", "debt advice"]},
        "at": "2026-11-20T10:00:00+01:00"})");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->status, referral::Status::Completed);
    EXPECT_EQ(report->businessStatus, "first-contact");
    EXPECT_EQ(report->reasonCode, "other");
    EXPECT_EQ(report->detail.reasonText, "moved on");
    EXPECT_EQ(report->detail.workerName, "Ann Link");
    EXPECT_EQ(report->detail.support, (std::vector<std::string>{"walking group", "debt advice"}));
    EXPECT_EQ(report->at, Instant(std::chrono::seconds(1795165200)));
}

struct Case {
    const char* body;
    const char* pointer;
};

TEST(StatusBody, NamesEveryFaultByItsPointer) {
    for (const Case& c :
         {Case{"{}", "/status"},
          {R"({"status": "done"})", "/status"},
          {R"({"status": 1})", "/status"},
          {R"({"status": "accepted", "resaon": {}})", "/resaon"},
          {R"({"status": "accepted", "reason": "full"})", "/reason"},
          {R"({"status": "accepted", "at": "tomorrow"})", "/at"},
          {R"({"status": "accepted", "at": "2026-11-20T10:00:00"})", "/at"},
          {R"({"status": "accepted", "outcome": {"support": [1]}})", "/outcome/support"},
          {"[]", ""}}) {
        const auto report = readStatusBody(c.body);
        ASSERT_FALSE(report) << c.body;
        EXPECT_EQ(report.error().kind, Kind::Incorrect);
        EXPECT_EQ(report.error().issues.front().expression, c.pointer) << c.body;
    }
}

TEST(StatusBody, RefusesWhatIsNotJson) {
    for (const char* body : {"", "{", "status=accepted", "{\"status\": \"accepted\"} x"}) {
        EXPECT_FALSE(readStatusBody(body)) << body;
    }
}

}  // namespace
}  // namespace waymark::doors::provider
