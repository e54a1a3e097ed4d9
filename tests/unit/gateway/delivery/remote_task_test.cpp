#include "gateway/delivery/remote_task.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::delivery {
namespace {

using referral::Status;
using referral::StatusReport;

const Instant kNow{std::chrono::milliseconds(1'790'000'000'000)};  // 2026-09-21T14:13:20Z

StatusReport read(const std::string& text) {
    const auto report = readRemoteTask(text, kNow);
    if (!report) {
        ADD_FAILURE() << report.error().text();
        return {};
    }
    return *report;
}

TEST(RemoteTask, SaysWhatAGpRecordNeeds) {
    const StatusReport report = read(R"({
        "resourceType": "Task", "id": "1", "status": "completed", "unknown-element": {"x": 1},
        "lastModified": "2026-09-21T12:00:00+00:00",
        "businessStatus": {"coding": [{"system": "https://elsewhere", "code": "x"},
            {"system": "https://waymark.health/fhir/CodeSystem/business-status", "code": "first-contact"}]},
        "note": [{"text": "First."}, {"text": "Second."}],
        "output": [
          {"type": {"coding": [{"system": "https://waymark.health/fhir/CodeSystem/task-output",
             "code": "outcome"}]}, "valueString": "Less lonely"},
          {"type": {"coding": [{"system": "https://waymark.health/fhir/CodeSystem/task-output",
             "code": "worker"}]}, "valueString": "Sam Link"},
          {"type": {"text": "activity"}, "valueCodeableConcept": {"text": "Garden group"}},
          {"type": {"text": "activity"}, "valueReference": {"display": "Choir"}},
          {"type": {"text": "activity"}, "valueReference": {"reference": "Procedure/1"}}]})");
    EXPECT_EQ(report.status, Status::Completed);
    EXPECT_EQ(report.businessStatus, "first-contact");
    EXPECT_EQ(report.detail.note, "First.\nSecond.");
    EXPECT_EQ(report.detail.outcomeSummary, "Less lonely");
    EXPECT_EQ(report.detail.workerName, "Sam Link");
    EXPECT_EQ(report.detail.support, (std::vector<std::string>{"Garden group", "Choir"}));
    EXPECT_EQ(report.at, kNow - std::chrono::milliseconds(8'000'000));
}

TEST(RemoteTask, GivesAReasonWhereOneIsNeeded) {
    const StatusReport coded = read(R"({"resourceType":"Task","status":"rejected","statusReason":
        {"coding":[{"system":"https://waymark.health/fhir/CodeSystem/status-reason",
        "code":"at-capacity"}],"text":"We are full"}})");
    EXPECT_EQ(coded.reasonCode, "at-capacity");
    EXPECT_EQ(coded.detail.reasonText, "We are full");
    const StatusReport foreign = read(R"({"resourceType":"Task","status":"rejected","statusReason":
        {"coding":[{"system":"https://elsewhere","code":"x","display":"No room"}]}})");
    EXPECT_EQ(foreign.reasonCode, "");
    EXPECT_EQ(foreign.detail.reasonText, "No room");
    const StatusReport silent = read(R"({"resourceType":"Task","status":"failed"})");
    EXPECT_EQ(silent.detail.reasonText, "The provider gave no reason.");
    EXPECT_EQ(read(R"({"resourceType":"Task","status":"accepted"})").detail.reasonText, "");
}

TEST(RemoteTask, KnowsEveryStatusOfFhir) {
    const std::pair<const char*, Status> all[] = {
        {"draft", Status::Requested},        {"requested", Status::Requested},
        {"received", Status::Requested},     {"ready", Status::Requested},
        {"accepted", Status::Accepted},      {"rejected", Status::Rejected},
        {"in-progress", Status::InProgress}, {"on-hold", Status::OnHold},
        {"completed", Status::Completed},    {"cancelled", Status::Cancelled},
        {"failed", Status::Failed},          {"entered-in-error", Status::Cancelled}};
    for (const auto& [code, status] : all) {
        EXPECT_EQ(read(std::string(R"({"resourceType":"Task","status":")") + code + "\"}").status,
                  status)
            << code;
    }
}

TEST(RemoteTask, RefusesWhatIsNoTask) {
    for (const char* body :
         {"", "{}", "[]", "<html>", R"({"resourceType":"Patient"})", R"({"resourceType":"Task"})",
          R"({"resourceType":"Task","status":7})", R"({"resourceType":"Task","status":"done"})"}) {
        const auto report = readRemoteTask(body, kNow);
        ASSERT_FALSE(report) << body;
        EXPECT_EQ(report.error().kind, Kind::Incorrect);
    }
}

TEST(RemoteTask, IgnoresAClockThatIsAhead) {
    const StatusReport report = read(
        R"({"resourceType":"Task","status":"accepted","lastModified":"2027-01-01T00:00:00Z"})");
    EXPECT_EQ(report.at, Instant{});
}

TEST(RemoteTask, GivesAReportOrAFailureForAnyBytes) {
    tests::SeededRandom random(5);
    const std::string sample = R"({"resourceType":"Task","status":"completed","note":[{"text":"x"}],
        "output":[{"type":{"coding":[]},"valueCoding":{"code":"y"}}],"statusReason":{"text":"z"}})";
    int reports = 0;
    for (int i = 0; i < 3'000; ++i) {
        std::string body = sample;
        for (std::uint64_t n = random.below(4); n > 0; --n) {
            body[random.below(body.size())] = static_cast<char>(32 + random.below(96));
        }
        if (readRemoteTask(body, kNow)) ++reports;
    }
    EXPECT_GT(reports, 500);
    EXPECT_LT(reports, 3'000);
}

// ---- the way from what is known to what was found ----

std::vector<Status> way(Status known, Status found) {
    StatusReport report;
    report.status = found;
    std::vector<Status> statuses;
    for (const StatusReport& each : reportsFor(known, report)) statuses.push_back(each.status);
    return statuses;
}

TEST(Reports, FillInTheStatesThatALookMissed) {
    using enum Status;
    EXPECT_EQ(way(Requested, Accepted), std::vector{Accepted});
    EXPECT_EQ(way(Requested, Rejected), std::vector{Rejected});
    EXPECT_EQ(way(Requested, InProgress), (std::vector{Accepted, InProgress}));
    EXPECT_EQ(way(Requested, OnHold), (std::vector{Accepted, OnHold}));
    EXPECT_EQ(way(Requested, Completed), std::vector{Completed});
    EXPECT_EQ(way(Requested, Failed), std::vector{Failed});
    EXPECT_EQ(way(Requested, Cancelled), std::vector{Cancelled});
    EXPECT_EQ(way(Accepted, Rejected), std::vector{Cancelled});
    EXPECT_EQ(way(InProgress, Rejected), std::vector{Cancelled});
    EXPECT_EQ(way(InProgress, Completed), std::vector{Completed});
    EXPECT_EQ(way(OnHold, InProgress), std::vector{InProgress});
}

TEST(Reports, NeverGoBackAndLeaveWhatIsFinal) {
    using enum Status;
    EXPECT_EQ(way(Accepted, Requested), std::vector<Status>{});
    EXPECT_EQ(way(InProgress, Accepted), std::vector<Status>{});
    EXPECT_EQ(way(Completed, InProgress), std::vector<Status>{});
    EXPECT_EQ(way(Failed, Completed), std::vector<Status>{});
    EXPECT_EQ(way(Cancelled, Rejected), std::vector{Cancelled});
}

TEST(Reports, AreAllowedEdgesWhateverIsKnownAndFound) {
    using enum Status;
    for (const Status known : {Requested, Accepted, Rejected, InProgress, OnHold, Completed,
                               Cancelled, Failed, EnteredInError}) {
        for (const Status found :
             {Requested, Accepted, Rejected, InProgress, OnHold, Completed, Cancelled, Failed}) {
            Status at = known;
            for (const Status next : way(known, found)) {
                const bool skips = at == Requested && (next == Completed || next == Failed);
                EXPECT_TRUE(next == at || skips || mayMove(at, next, referral::Actor::Provider));
                at = next;
            }
        }
    }
}

TEST(Reports, KeepWhatTheirCodesSaidWhenTheyAreDropped) {
    StatusReport report;
    report.reasonCode = "at-capacity";
    report.businessStatus = "seen";
    report.detail.note = "A note.";
    const StatusReport plain = withoutCodes(report);
    EXPECT_EQ(plain.reasonCode, "");
    EXPECT_EQ(plain.businessStatus, "");
    EXPECT_EQ(plain.detail.reasonText, "at-capacity");
    EXPECT_EQ(plain.detail.note, "A note.\nseen");
}

}  // namespace
}  // namespace waymark::delivery
