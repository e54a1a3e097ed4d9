// A referral that is taken back reaches whoever may have it, by the same engine.
#include <gtest/gtest.h>

#include "fhir/json/value.h"
#include "gateway/store/decision_commit.h"
#include "tests/support/loop_world.h"

namespace waymark::delivery {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::DeliveryKind;
using store::DeliveryState;

class WithdrawalTest : public testing::Test, protected LoopWorld {
protected:
    /// As a door commits the practice's word.
    void withdraw(const referral::ReferralId& id,
                  referral::Status status = referral::Status::Cancelled) {
        const referral::Lifecycle lifecycle(shippedSet(), config);
        const auto before = dossier(id);
        auto decision = lifecycle.withdraw(before,
                                           {.status = status,
                                            .organisation = before.organisation,
                                            .reasonCode = {},
                                            .reasonText = {}},
                                           clock.now());
        ASSERT_TRUE(decision) << decision.error().text();
        store.commit(
            store::commitOf(before, std::move(*decision), store::Lane::Status, clock.now(), random),
            [](const Result<store::Committed>& done) { ASSERT_TRUE(done); });
        if (loop) loop->poke();
        stage->settle();
    }
    json::Value bodyOf(std::size_t sent) {
        return *json::Value::parse(http->sent.at(sent).request.body);
    }
};

TEST_F(WithdrawalTest, TellsTheProviderThatHasIt) {
    start();
    const auto id = takeIn();
    withdraw(id);
    ASSERT_EQ(http->sent.size(), 2U);
    const auto body = bodyOf(1);
    EXPECT_EQ(body["type"].asString(), "referral.cancelled");
    EXPECT_EQ(body["data"]["id"].asString(), id.get().text());
    EXPECT_EQ(body["data"]["status"].asString(), "cancelled");
    EXPECT_EQ(body["data"]["reason"]["code"].asString(), "withdrawn-by-practice");
    EXPECT_EQ(deliveries(id)[1].state, DeliveryState::Delivered);
    EXPECT_EQ(dossier(id).state.status, referral::Status::Cancelled);
}

TEST_F(WithdrawalTest, IsDeliveredUntilItIsKnownWithTheSameBytes) {
    start();
    const auto id = takeIn();
    http->answer = [this](const net::ClientRequest&) {
        return ScriptedHttp::status(http->sent.size() < 4 ? 503 : 200);
    };
    withdraw(id, referral::Status::EnteredInError);
    stage->run(hours(1));
    ASSERT_EQ(http->sent.size(), 4U);
    EXPECT_EQ(http->sent[1].request.body, http->sent[3].request.body);
    EXPECT_EQ(http->sent[1].field("webhook-id"), http->sent[3].field("webhook-id"));
    EXPECT_EQ(bodyOf(3)["data"]["status"].asString(), "entered-in-error");
    EXPECT_EQ(deliveries(id)[1].state, DeliveryState::Delivered);
}

TEST_F(WithdrawalTest, DoesNotSendAgainWhatWasTakenBackMeanwhile) {
    start();
    http->answer = [](const net::ClientRequest&) { return ScriptedHttp::status(503); };
    const auto id = takeIn();  // tried once; it may have arrived
    ASSERT_EQ(http->sent.size(), 1U);
    http->answer = [](const net::ClientRequest&) { return ScriptedHttp::status(200); };
    withdraw(id);
    stage->run(hours(30));
    ASSERT_EQ(http->sent.size(), 2U);
    EXPECT_EQ(bodyOf(1)["type"].asString(), "referral.cancelled");
    const auto rows = deliveries(id);
    EXPECT_EQ(rows[0].state, DeliveryState::Dropped);
    EXPECT_EQ(rows[1].state, DeliveryState::Delivered);
    EXPECT_EQ(store.counts()->deliveriesDead, 0U);
}

TEST_F(WithdrawalTest, SaysNothingToAProviderThatNeverSawIt) {
    const auto id = takeIn();  // and nothing runs yet
    withdraw(id);
    start();
    stage->run(hours(30));
    EXPECT_TRUE(http->sent.empty());
    for (const auto& row : deliveries(id)) EXPECT_EQ(row.state, DeliveryState::Dropped);
}

TEST_F(WithdrawalTest, EndsTheTaskAtAFhirServerByItsIdThere) {
    config->routes.front().providers = {"garden"};
    start();
    http->answer = [](const net::ClientRequest& request) {
        return ScriptedHttp::status(
            200, request.method == "POST"
                     ? R"({"resourceType":"Bundle","type":"transaction-response",
                           "entry":[{"response":{"status":"201","location":"Task/77"}}]})"
                     : R"({"resourceType":"Task","id":"77","status":"cancelled"})");
    };
    const auto id = takeIn();
    withdraw(id);
    ASSERT_EQ(http->sent.size(), 2U);
    EXPECT_EQ(http->sent[1].request.method, "PATCH");
    EXPECT_EQ(http->sent[1].request.url, "https://garden.example/r4/Task/77");
    EXPECT_EQ(http->sent[1].field("Content-Type"), "application/json-patch+json");
    EXPECT_EQ(bodyOf(1).items()[0]["value"].asString(), "cancelled");
    EXPECT_EQ(deliveries(id)[1].state, DeliveryState::Delivered);
}

TEST_F(WithdrawalTest, FindsTheTaskByItsIdentifierWhenTheAnswerGotLost) {
    config->routes.front().providers = {"garden"};
    start();
    http->answer = [](const net::ClientRequest& request) {
        return request.method == "POST" ? ScriptedHttp::trouble(net::Trouble::TimedOut)
                                        : ScriptedHttp::status(404);
    };
    const auto id = takeIn();
    withdraw(id);
    const auto rows = deliveries(id);
    ASSERT_EQ(http->sent.size(), 2U);
    EXPECT_EQ(http->sent[1].request.url,
              "https://garden.example/r4/Task?identifier="
              "https%3A%2F%2Fwaymark.health%2Ffhir%2FId%2Fassignment%7C" +
                  rows[0].assignment.get().text());
    EXPECT_EQ(rows[1].state, DeliveryState::Delivered);
}

TEST_F(WithdrawalTest, RemindsAProviderThatIsSilent) {
    config->routes.front().ifNotAnswered = {config::ClockStep::Remind, config::ClockStep::Next};
    start();
    const auto id = takeIn();
    stage->run(hours(121));
    ASSERT_EQ(http->sent.size(), 2U);
    EXPECT_EQ(bodyOf(1)["type"].asString(), "referral.updated");
    EXPECT_EQ(dossier(id).state.status, referral::Status::Requested);
    stage->run(hours(121));
    ASSERT_EQ(http->sent.size(), 3U);
    EXPECT_EQ(bodyOf(2)["type"].asString(), "referral.cancelled");
    EXPECT_EQ(dossier(id).state.status, referral::Status::Failed);
}

}  // namespace
}  // namespace waymark::delivery
