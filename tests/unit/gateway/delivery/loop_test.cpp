#include "gateway/delivery/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fhir/core/check.h"
#include "fhir/json/value.h"
#include "gateway/delivery/webhook.h"
#include "gateway/store/decision_commit.h"
#include "tests/support/loop_world.h"

namespace waymark::delivery {
namespace {

using net::Trouble;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using store::DeliveryState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class LoopTest : public testing::Test, protected LoopWorld {
protected:
    using Reply = ScriptedHttp::Reply;

    /// Answers in this order; the last repeats.
    void script(std::vector<Reply> replies) {
        auto left = std::make_shared<std::deque<Reply>>(replies.begin(), replies.end());
        http->answer = [left](const net::ClientRequest&) {
            Reply reply = left->front();
            if (left->size() > 1) left->pop_front();
            return reply;
        };
    }
    static Reply askingFor(unsigned status, std::string wait) {
        Reply reply = ScriptedHttp::status(status);
        reply.answer.fields.set("Retry-After", std::move(wait));
        return reply;
    }
};

TEST_F(LoopTest, DeliversAndTellsTheJournal) {
    start();
    const auto id = takeIn();
    ASSERT_EQ(http->sent.size(), 1U);
    EXPECT_EQ(http->sent[0].request.url, "https://hooks.example/in");
    const auto body = json::Value::parse(http->sent[0].request.body);
    ASSERT_TRUE(body);
    EXPECT_EQ((*body)["type"].asString(), "referral.created");
    EXPECT_EQ((*body)["data"]["id"].asString(), id.get().text());
    const auto rows = deliveries(id);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ((*body)["data"]["assignment"].asString(), rows[0].assignment.get().text());
    EXPECT_EQ(http->sent[0].field("webhook-id"), rows[0].id.get().text());
    EXPECT_EQ(rows[0].state, DeliveryState::Delivered);
    EXPECT_EQ(rows[0].attempts, 1U);
    EXPECT_EQ(rows[0].payload, http->sent[0].request.body);
    EXPECT_THAT(story(id), ElementsAre("received", "asked hooks", "delivered"));
    EXPECT_TRUE(dossier(id).state.assignments.at(0).delivered);
    EXPECT_EQ(store.nextDue(clock.now()).value_or(std::nullopt), clock.now() + hours(120))
        << "the clock is now that of the answer";
    EXPECT_EQ(store.audit().back().action, "deliver");
    EXPECT_EQ(store.audit().back().outcome, "ok");
}

TEST_F(LoopTest, DeliversWhatWasDueBeforeItBegan) {
    const auto id = takeIn();
    EXPECT_TRUE(http->sent.empty());
    start();
    EXPECT_EQ(http->sent.size(), 1U);
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Delivered);
}

TEST_F(LoopTest, SendsTheSameBytesUnderTheSameKeyByTheSchedule) {
    script({ScriptedHttp::status(500), ScriptedHttp::trouble(Trouble::TimedOut),
            ScriptedHttp::status(302), ScriptedHttp::status(200)});
    start();
    const auto id = takeIn();
    const Instant began = clock.now();
    stage->run(hours(1));
    ASSERT_EQ(http->sent.size(), 4U);
    const milliseconds waits[] = {seconds(0), seconds(10), seconds(310), seconds(610)};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& sent = http->sent[i];
        EXPECT_LE(sent.at - began, waits[i] + milliseconds(20)) << i;
        EXPECT_GE(sent.at - began, waits[i]) << i;
        EXPECT_EQ(sent.request.body, http->sent[0].request.body);
        EXPECT_EQ(sent.field("webhook-id"), http->sent[0].field("webhook-id"));
        EXPECT_EQ(sent.field("idempotency-key"), http->sent[0].field("webhook-id"));
        EXPECT_EQ(sent.field("webhook-signature"),
                  webhook::signature(config->providers[0].webhookSecret, sent.field("webhook-id"),
                                     sent.field("webhook-timestamp"), sent.request.body));
    }
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries(id).at(0).attempts, 4U);
    EXPECT_EQ(deliveries(id).at(0).lastProblem, "redirected 302");
}

TEST_F(LoopTest, WaitsAsLongAsTheProviderAsks) {
    script({askingFor(429, "1800"), ScriptedHttp::status(200)});
    start();
    const auto first = takeIn();
    const Instant began = clock.now();
    const auto second = takeIn();  // the pause is the provider's, not the delivery's
    EXPECT_EQ(http->sent.size(), 1U);
    stage->run(minutes(29));
    EXPECT_EQ(http->sent.size(), 1U);
    stage->run(minutes(10));
    ASSERT_EQ(http->sent.size(), 3U);
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_GE(http->sent[i].at - began, minutes(30));
        EXPECT_LE(http->sent[i].at - began, minutes(34));
    }
    EXPECT_EQ(deliveries(first).at(0).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries(second).at(0).state, DeliveryState::Delivered);
}

TEST_F(LoopTest, AsksTheNextProviderWhenOneRefuses) {
    config->routes[0].providers = {"hooks", "garden"};
    http->answer = [](const net::ClientRequest& request) {
        if (request.url.starts_with("https://hooks")) return ScriptedHttp::status(422);
        return ScriptedHttp::status(
            200, R"({"resourceType":"Bundle","type":"transaction-response","entry":[
                    {"response":{"status":"201","location":"Task/5/_history/1"}}]})");
    };
    start();
    const auto id = takeIn();
    const auto rows = deliveries(id);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].state, DeliveryState::Dead);
    EXPECT_EQ(rows[0].lastProblem, "refused 422");
    EXPECT_EQ(rows[1].state, DeliveryState::Delivered);
    EXPECT_EQ(rows[1].provider, "garden");
    EXPECT_EQ(rows[1].remote, "Task/5");
    const auto told = dossier(id);
    EXPECT_EQ(told.state.status, referral::Status::Requested);
    const auto undeliverable =
        std::ranges::find(told.events, referral::EventType::Undeliverable, &referral::Event::type);
    ASSERT_NE(undeliverable, told.events.end());
    EXPECT_EQ(undeliverable->detail.reasonText,
              "Delivery was given up after 1 attempt: its system refused the referral as it was "
              "sent.");
}

TEST_F(LoopTest, TellsThePracticeWhenNobodyCouldBeReached) {
    script({ScriptedHttp::trouble(Trouble::Refused)});
    config->routes[0].deliveredWithin = minutes(12);
    start();
    const auto id = takeIn();
    stage->run(minutes(11));
    EXPECT_EQ(dossier(id).state.status, referral::Status::Requested);
    stage->run(minutes(2));
    const auto told = dossier(id);
    EXPECT_EQ(told.state.status, referral::Status::Failed);
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Dead);
    EXPECT_GE(http->sent.size(), 3U);
    EXPECT_LT(http->sent.back().at, told.events.back().at);
    const auto clocks = store.dueClocks(clock.now() + hours(24 * 30), 9);
    ASSERT_EQ(clocks->size(), 1U);
    EXPECT_EQ(clocks->front().kind, "told-within");
    const std::size_t sent = http->sent.size();
    stage->run(hours(48));
    EXPECT_EQ(http->sent.size(), sent);
}

TEST_F(LoopTest, GoesOnAfterACrashWithTheBytesThatWereCommitted) {
    bool stored = false;
    http->answer = [&](const net::ClientRequest& request) {
        const auto rows = store.dueDeliveries(clock.now(), 10, {});
        stored = rows && rows->size() == 1 && rows->at(0).payload == request.body;
        Reply never = ScriptedHttp::status(200);
        never.after = hours(1);
        return never;
    };
    start();
    const auto id = takeIn();
    ASSERT_EQ(http->sent.size(), 1U);
    EXPECT_TRUE(stored) << "the bytes are on disk before they are sent";
    crash();
    clock.advance(minutes(3));
    http->answer = [](const net::ClientRequest&) { return ScriptedHttp::status(200); };
    start();
    ASSERT_EQ(http->sent.size(), 2U);
    EXPECT_EQ(http->sent[1].request.body, http->sent[0].request.body);
    EXPECT_EQ(http->sent[1].field("webhook-id"), http->sent[0].field("webhook-id"));
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Delivered);
}

TEST_F(LoopTest, SendsNothingThatTheStoreHasNotTaken) {
    store.refuseAsFull(store::Lane::Delivery, 3);
    start();
    const auto id = takeIn();
    EXPECT_TRUE(http->sent.empty());
    stage->run(seconds(2));
    EXPECT_TRUE(http->sent.empty());
    stage->run(seconds(5));
    EXPECT_EQ(http->sent.size(), 1U);
    EXPECT_EQ(deliveries(id).at(0).attempts, 1U) << "what could not be tried does not count";
}

TEST_F(LoopTest, WritesAResultAgainAndDoesNotSendAgain) {
    http->answer = [this](const net::ClientRequest&) {
        store.refuseAsFull(store::Lane::Delivery, 4);
        return ScriptedHttp::status(200);
    };
    start();
    const auto id = takeIn();
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Due);
    stage->run(minutes(1));
    EXPECT_EQ(http->sent.size(), 1U);
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Delivered);
    EXPECT_THAT(story(id), ElementsAre("received", "asked hooks", "delivered"));
}

TEST_F(LoopTest, DecidesAgainWhenTheProviderReportsBeforeItAnswers) {
    http->answer = [this](const net::ClientRequest& request) {
        const auto body = json::Value::parse(request.body).value_or(json::Value());
        const auto uuid = Uuid::parse((*body.find("data"))["id"].asString().value_or(""));
        const auto now = dossier(referral::ReferralId(uuid.value_or(Uuid())));
        referral::StatusReport report;
        report.assignment = now.state.assignments.at(0).id;
        report.provider = "hooks";
        report.status = referral::Status::Accepted;
        auto decision =
            referral::Lifecycle(shippedSet(), config).report(now, report, clock.now(), random);
        EXPECT_TRUE(decision);
        auto commit =
            store::commitOf(now, std::move(*decision), store::Lane::Status, clock.now(), random);
        store.commit(std::move(commit), [](const auto& result) { EXPECT_TRUE(result); });
        return ScriptedHttp::status(200);
    };
    start();
    const auto id = takeIn();
    EXPECT_THAT(story(id),
                ElementsAre("received", "asked hooks", "status-changed accepted", "delivered"));
    EXPECT_EQ(dossier(id).state.status, referral::Status::Accepted);
}

TEST_F(LoopTest, GivesUpWhatCannotBeMapped) {
    start();
    // As after a change of configuration: the format that it names is no longer there.
    config->providers[0].format = "https://waymark.health/fhir/StructureMap/not-there";
    const auto id = [this] {
        auto format =
            std::exchange(config->providers[0].format,
                          "https://waymark.health/fhir/StructureMap/referral-to-simple-json");
        auto hold = std::exchange(loop, nullptr);
        const auto taken = takeIn();
        loop = std::move(hold);
        config->providers[0].format = format;
        return taken;
    }();
    loop->poke();
    stage->settle();
    EXPECT_TRUE(http->sent.empty());
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Dead);
    EXPECT_EQ(deliveries(id).at(0).lastProblem, "not-mapped");
    EXPECT_EQ(dossier(id).state.status, referral::Status::Failed);
}

TEST_F(LoopTest, AsksTheNextProviderWhenAnAnswerDoesNotCome) {
    config->routes[0].providers = {"hooks", "garden"};
    config->routes[0].answeredWithin = hours(5);
    start();
    const auto id = takeIn();
    stage->run(hours(4));
    EXPECT_EQ(http->sentTo("https://garden.example/r4").size(), 0U);
    stage->run(hours(2));
    EXPECT_GE(http->sentTo("https://garden.example/r4").size(), 1U);
    const auto lines = story(id);
    EXPECT_THAT(lines, testing::Contains("clock-ran-out"));
    EXPECT_THAT(lines, testing::Contains("asked garden"));
}

TEST_F(LoopTest, SurvivesABugInAnAttempt) {
    int calls = 0;
    http->answer = [&calls](const net::ClientRequest&) -> Reply {
        if (++calls == 1) throw InvariantBroken("a bug", std::source_location::current());
        return ScriptedHttp::status(200);
    };
    start();
    const auto id = takeIn();
    EXPECT_EQ(deliveries(id).at(0).lastProblem, "fault");
    stage->run(minutes(1));
    EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Delivered);
    EXPECT_THAT(sink.text(), HasSubstr("delivery.bug"));
}

TEST_F(LoopTest, StopsWhenWhatIsOnItsWayHasEnded) {
    http->answer = [](const net::ClientRequest&) {
        Reply slow = ScriptedHttp::status(200);
        slow.after = seconds(5);
        return slow;
    };
    start();
    const auto first = takeIn();
    bool stopped = false;
    loop->requestStop([&stopped] { stopped = true; });
    stage->settle();
    EXPECT_FALSE(stopped);
    const auto second = takeIn();
    stage->run(seconds(6));
    EXPECT_TRUE(stopped);
    EXPECT_EQ(deliveries(first).at(0).state, DeliveryState::Delivered);
    EXPECT_EQ(deliveries(second).at(0).state, DeliveryState::Due);
    EXPECT_EQ(http->sent.size(), 1U);
}

TEST_F(LoopTest, StopsAlthoughTheStoreTakesNothing) {
    http->answer = [this](const net::ClientRequest&) {
        store.setWritable(false);
        return ScriptedHttp::status(200);
    };
    start();
    takeIn();
    bool stopped = false;
    loop->requestStop([&stopped] { stopped = true; });
    stage->run(seconds(3));
    EXPECT_TRUE(stopped);
}

TEST_F(LoopTest, SleepsWhenThereIsNothingToDo) {
    start();
    takeIn();
    const std::size_t fired = stage->fired();
    stage->run(hours(1));
    // The timer looks every half minute at most, and the FHIR provider is looked at now and then.
    EXPECT_LT(stage->fired() - fired, 140U);
}

TEST_F(LoopTest, SleepsWhileAProviderIsDown) {
    script({ScriptedHttp::trouble(Trouble::Refused)});
    start();
    for (int i = 0; i < 200; ++i) takeIn();
    const std::size_t fired = stage->fired();
    stage->run(hours(1));
    EXPECT_LT(http->sent.size(), 120U) << "a probe a minute, and the first few";
    EXPECT_LT(stage->fired() - fired, 1'000U);
}

TEST_F(LoopTest, DeliversAllOnceAProviderIsBack) {
    bool up = false;
    http->answer = [&up](const net::ClientRequest&) {
        return up ? ScriptedHttp::status(200) : ScriptedHttp::trouble(Trouble::Refused);
    };
    start();
    std::vector<referral::ReferralId> all;
    for (int i = 0; i < 300; ++i) all.push_back(takeIn());
    stage->run(minutes(30));
    up = true;
    stage->run(minutes(10));
    for (const auto& id : all) EXPECT_EQ(deliveries(id).at(0).state, DeliveryState::Delivered);
    std::map<std::string, std::string> bytes;
    for (const auto& sent : http->sent) {
        const auto [known, fresh] = bytes.emplace(sent.field("webhook-id"), sent.request.body);
        EXPECT_EQ(known->second, sent.request.body);
    }
    EXPECT_EQ(bytes.size(), all.size());
}

TEST_F(LoopTest, LogsAndCountsWithoutPatientData) {
    script({ScriptedHttp::status(500, "Zebedee is not known here"), ScriptedHttp::status(200)});
    start();
    takeIn();
    stage->run(minutes(1));
    const std::string seen = sink.text() + metrics.text();
    EXPECT_THAT(seen, HasSubstr("delivery.attempted"));
    EXPECT_THAT(seen, HasSubstr("\"provider\":\"hooks\""));
    EXPECT_THAT(seen, HasSubstr("waymark_delivery_attempts_total{provider=\"hooks\",outcome="
                                "\"retry\",problem=\"server-error\"} 1"));
    EXPECT_THAT(seen, HasSubstr("waymark_delivery_attempts_total{provider=\"hooks\",outcome="
                                "\"delivered\",problem=\"none\"} 1"));
    for (const char* secret :
         {"Zebedee", "9990000018", "1950-04-01", "R-1", "whsec", "hooks.example"}) {
        EXPECT_THAT(seen, Not(HasSubstr(secret)));
    }
}

}  // namespace
}  // namespace waymark::delivery
