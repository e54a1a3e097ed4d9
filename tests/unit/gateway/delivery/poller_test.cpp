// The loop and a provider with a FHIR server: its Task is looked at, and what it says is taken in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/loop_world.h"

namespace waymark::delivery {
namespace {

using referral::Status;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class PollerTest : public testing::Test, protected LoopWorld {
protected:
    PollerTest() {
        config->routes[0].providers = {"garden"};
        http->answer = [this](const net::ClientRequest& request) { return serve(request); };
    }

    ScriptedHttp::Reply serve(const net::ClientRequest& request) {
        if (request.method == "POST") {
            return ScriptedHttp::status(
                201, R"({"resourceType":"Bundle","type":"transaction-response","entry":[
                        {"response":{"location":"https://garden.example/r4/Task/5/_history/1"}}]})");
        }
        ++looks;
        if (down) return ScriptedHttp::trouble(net::Trouble::TimedOut);
        if (request.fields.find("if-none-match") == etag()) {
            ++unchanged;
            return ScriptedHttp::status(304);
        }
        ScriptedHttp::Reply reply = ScriptedHttp::status(200, task);
        reply.answer.fields.set("ETag", etag());
        return reply;
    }
    [[nodiscard]] std::string etag() const { return "W/\"" + std::to_string(version) + "\""; }

    void becomes(std::string_view status, std::string_view rest = "") {
        task = R"({"resourceType":"Task","id":"5","status":")" + std::string(status) + "\"" +
               std::string(rest) + "}";
        ++version;
    }
    /// Long enough for a round, whatever its jitter.
    void pollOnce() { stage->run(minutes(17)); }

    std::string task = R"({"resourceType":"Task","id":"5","status":"requested"})";
    int version = 1;
    int looks = 0;
    int unchanged = 0;
    bool down = false;
};

TEST_F(PollerTest, FollowsTheTaskToItsEnd) {
    start();
    const auto id = takeIn();
    EXPECT_EQ(deliveries(id).at(0).remote, "Task/5");
    becomes("accepted");
    pollOnce();
    EXPECT_EQ(dossier(id).state.status, Status::Accepted);
    becomes("in-progress");
    pollOnce();
    EXPECT_EQ(dossier(id).state.status, Status::InProgress);
    becomes("completed", R"(,"output":[{"type":{"text":"outcome"},"valueString":"Grows beans"}])");
    pollOnce();
    const auto told = dossier(id);
    EXPECT_EQ(told.state.status, Status::Completed);
    EXPECT_EQ(told.state.assignments.at(0).detail.outcomeSummary, "Grows beans");
    EXPECT_EQ(told.events.back().actor, referral::Actor::Provider);
    EXPECT_EQ(told.events.back().actorId, "garden");
    const int before = looks;
    stage->run(hours(3));
    EXPECT_EQ(looks, before) << "what has ended is not looked at";
}

TEST_F(PollerTest, AsksOnlyForChanges) {
    start();
    const auto id = takeIn();
    becomes("accepted");
    stage->run(hours(3));
    EXPECT_GE(looks, 10);
    EXPECT_GE(unchanged, looks - 2);
    EXPECT_THAT(story(id),
                ElementsAre("received", "asked garden", "delivered", "status-changed accepted"));
}

TEST_F(PollerTest, LooksNoMoreOftenThanConfigured) {
    start();
    takeIn();
    stage->run(hours(10));
    EXPECT_LE(looks, 10 * 60 / 13);
    EXPECT_GE(looks, 10 * 60 / 17);
}

TEST_F(PollerTest, TakesInTheSameOnceFromAServerWithoutVersions) {
    http->answer = [this](const net::ClientRequest& request) {
        auto reply = serve(request);
        reply.answer.fields = {};
        return reply;
    };
    start();
    const auto id = takeIn();
    becomes("on-hold", R"(,"statusReason":{"text":"Away until May"})");
    stage->run(hours(3));
    EXPECT_THAT(story(id), ElementsAre("received", "asked garden", "delivered",
                                       "status-changed accepted", "status-changed on-hold"));
    EXPECT_EQ(dossier(id).state.assignments.at(0).detail.reasonText, "Away until May");
}

TEST_F(PollerTest, TakesInAStatusWhoseReasonMayNotStandThere) {
    start();
    const auto id = takeIn();
    becomes("rejected", R"(,"statusReason":{"coding":[{"code":"no-such-code","system":
        "https://waymark.health/fhir/CodeSystem/status-reason"}]})");
    pollOnce();
    EXPECT_EQ(dossier(id).state.assignments.at(0).status, Status::Rejected);
    EXPECT_EQ(dossier(id).state.assignments.at(0).detail.reasonText, "no-such-code");
}

TEST_F(PollerTest, LooksAgainAtWhatTheStoreCouldNotTake) {
    start();
    const auto id = takeIn();
    becomes("accepted");
    store.refuseAsFull(store::Lane::Delivery, 1);
    stage->run(seconds(6));
    EXPECT_EQ(looks, 1);
    EXPECT_EQ(dossier(id).state.status, Status::Requested);
    pollOnce();
    EXPECT_EQ(dossier(id).state.status, Status::Accepted);
}

TEST_F(PollerTest, SurvivesATaskThatCannotBeRead) {
    start();
    const auto id = takeIn();
    task = "<html>Please log in</html>";
    ++version;
    pollOnce();
    EXPECT_EQ(dossier(id).state.status, Status::Requested);
    EXPECT_THAT(sink.text(), HasSubstr("poll.not-understood"));
    becomes("accepted");
    stage->run(hours(1));
    EXPECT_EQ(dossier(id).state.status, Status::Accepted);
}

TEST_F(PollerTest, LeavesAProviderThatDoesNotAnswerUntilTheNextRound) {
    start();
    for (int i = 0; i < 5; ++i) takeIn();
    down = true;
    const int before = looks;
    pollOnce();
    EXPECT_LE(looks - before, 2);
}

}  // namespace
}  // namespace waymark::delivery
