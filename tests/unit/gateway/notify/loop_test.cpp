#include "gateway/notify/loop.h"

#include <gtest/gtest.h>

#include "gateway/store/decision_commit.h"
#include "tests/support/loop_world.h"
#include "tests/support/subscription_sample.h"

namespace waymark::notify {
namespace {

using delivery::ScriptedHttp;
using referral::Status;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kHook = "https://surgery.example/hook";

class NotifyTest : public testing::Test, protected delivery::LoopWorld {
protected:
    NotifyTest() {
        config::Client client;
        client.id = "client";  // as the intake of the world names the sender
        config->clients.push_back(client);
    }

    void begin() {
        const auto lifecycle =
            std::make_shared<referral::Lifecycle>(delivery::shippedSet(), config);
        const auto presenter =
            std::make_shared<referral::Presenter>(delivery::shippedSet(), config);
        delivery::Ports ports{.store = store,
                              .http = *http,
                              .stage = *stage,
                              .clock = clock,
                              .random = random,
                              .log = log,
                              .metrics = metrics,
                              .rules = [this, lifecycle, presenter](std::string_view) {
                                  return delivery::Rules{.config = config,
                                                         .presenter = presenter,
                                                         .lifecycle = lifecycle};
                              }};
        notify = std::make_unique<NotifyLoop>(ports, registry, [this] { loop->poke(); });
        ports.addressees = notify.get();
        loop = std::make_unique<delivery::DeliveryLoop>(ports);
        loop->start();
        ASSERT_TRUE(notify->start());
        stage->settle();
    }

    Uuid subscribe(std::string_view content = "id-only", bool beats = false) {
        const auto value = json::Value::parse(tests::subscription({}, content));
        auto made = *readSubscription(*value, *config->client("client"));
        made.id = Uuid::version7(clock.now(), random);
        made.created = clock.now();
        made.updated = clock.now();
        if (!beats) made.heartbeat.reset();
        keep(made);
        return made.id;
    }
    void keep(const Subscription& subscription) {
        store::Commit commit;
        commit.records.push_back(recordOf(subscription));
        store.commit(std::move(commit), [](const auto& done) { ASSERT_TRUE(done); });
        registry.put(subscription);
        notify->poke();
        stage->settle();
    }
    referral::ReferralId refer() {
        const auto id = takeIn();
        notify->poke();
        stage->settle();
        return id;
    }
    void report(const referral::ReferralId& id, Status status) {
        const auto before = dossier(id);
        referral::StatusReport said;
        said.assignment = before.state.assignments.back().id;
        said.provider = before.state.assignments.back().provider;
        said.status = status;
        if (referral::needsReason(status)) said.reasonCode = "other";
        auto decision = referral::Lifecycle(delivery::shippedSet(), config)
                            .report(before, said, clock.now(), random);
        ASSERT_TRUE(decision) << decision.error().text();
        store.commit(
            store::commitOf(before, std::move(*decision), store::Lane::Status, clock.now(), random),
            [](const auto& done) { ASSERT_TRUE(done); });
        loop->poke();
        notify->poke();
        stage->settle();
    }
    /// The statuses that were sent to the practice, in their order.
    std::vector<json::Value> told() {
        std::vector<json::Value> statuses;
        for (const auto& sent : http->sentTo(kHook)) {
            const auto bundle = json::Value::parse(sent.request.body);
            statuses.push_back((*bundle)["entry"].items()[0]["resource"]);
        }
        return statuses;
    }
    std::vector<std::string> types() {
        std::vector<std::string> types;
        for (const auto& status : told()) types.push_back(tests::parameter(status, "type"));
        return types;
    }
    Standing standing(const Uuid& id) { return registry.find(id)->subscription.standing; }

    Registry registry;
    std::unique_ptr<NotifyLoop> notify;
};

// REQ subscriptions-backport 26, 27, 31.
TEST_F(NotifyTest, ShakesHandsBeforeAnythingElse) {
    begin();
    const auto id = subscribe();
    ASSERT_EQ(types(), std::vector<std::string>{"handshake"});
    const auto sent = http->sentTo(kHook).front();
    EXPECT_EQ(sent.field("Content-Type"), "application/fhir+json");
    EXPECT_EQ(sent.field("Authorization"), "Bearer abc");
    EXPECT_EQ(tests::parameter(told()[0], "status"), "requested");
    EXPECT_EQ(tests::parameter(told()[0], "events-since-subscription-start"), "0");
    EXPECT_EQ(standing(id), Standing::Active);
}

TEST_F(NotifyTest, StandsOnErrorWhenTheHandshakeFails) {
    begin();
    http->answer = [](const net::ClientRequest&) { return ScriptedHttp::status(404); };
    const auto id = subscribe();
    EXPECT_EQ(standing(id), Standing::Error);
    EXPECT_NE(registry.find(id)->subscription.error.find("did not arrive"), std::string::npos);
    // It is on disk.
    Registry again;
    ASSERT_TRUE(again.load(store));
    EXPECT_EQ(again.find(id)->subscription.standing, Standing::Error);
}

TEST_F(NotifyTest, SendsEachChangeWithNumbersWithoutGaps) {
    begin();
    subscribe();
    const auto id = refer();
    report(id, Status::Accepted);
    report(id, Status::Completed);
    const auto all = told();
    ASSERT_GE(all.size(), 4U);
    for (std::size_t i = 1; i < all.size(); ++i) {
        EXPECT_EQ(tests::parameter(all[i], "type"), "event-notification");
        EXPECT_EQ(tests::parameter(all[i], "events-since-subscription-start"), std::to_string(i));
    }
    EXPECT_EQ(*store.lastNotice(registry.all().front().subscription.id), all.size() - 1);
}

TEST_F(NotifyTest, TellsThePracticeOfTheEnd) {
    begin();
    subscribe("full-resource");
    const auto id = refer();
    report(id, Status::Accepted);
    report(id, Status::Completed);
    const auto state = dossier(id).state;
    EXPECT_EQ(state.toldVersion, state.shownVersion);
    EXPECT_TRUE(store.dueClocks(clock.now() + hours(24 * 365), 9)->empty()) << "no clock is left";
    const auto bundle = json::Value::parse(http->sentTo(kHook).back().request.body);
    const auto& task = (*bundle)["entry"].items()[1]["resource"];
    EXPECT_EQ(task["resourceType"].asString(), "Task");
    EXPECT_EQ(task["status"].asString(), "completed");
}

TEST_F(NotifyTest, DoesNotCountAnEmptyNotificationAsTelling) {
    begin();
    subscribe("empty");
    const auto id = refer();
    report(id, Status::Completed);
    EXPECT_EQ(dossier(id).state.toldVersion, 0U);
}

TEST_F(NotifyTest, ShowsNothingOfAnothersReferral) {
    config::Client other;
    other.id = "other";
    config->clients.push_back(other);
    begin();
    const auto value = json::Value::parse(tests::subscription());
    auto made = *readSubscription(*value, other);
    made.id = Uuid::version7(clock.now(), random);
    made.created = clock.now();
    keep(made);
    refer();
    EXPECT_EQ(types(), std::vector<std::string>{"handshake"});
    EXPECT_EQ(registry.find(made.id)->events, 0U);
}

// REQ subscriptions-backport 77 to 80: errors are counted through, recovery is the client's.
TEST_F(NotifyTest, CountsOnWhenNothingArrivesAndGoesOnWhenAsked) {
    begin();
    const auto id = subscribe();
    bool down = true;
    http->answer = [&down](const net::ClientRequest& request) {
        const bool hook = request.url.starts_with(kHook);
        return ScriptedHttp::status(hook && down ? 503 : 200);
    };
    const auto referral = refer();
    stage->run(hours(100));
    EXPECT_EQ(standing(id), Standing::Error);
    const auto counted = registry.find(id)->events;
    report(referral, Status::Accepted);
    EXPECT_EQ(registry.find(id)->events, counted + 1);
    const auto before = http->sentTo(kHook).size();
    stage->run(minutes(10));
    EXPECT_EQ(http->sentTo(kHook).size(), before) << "until the client asks, nothing is sent";

    down = false;
    auto asked = registry.find(id)->subscription;
    asked.standing = Standing::Requested;
    asked.error.clear();
    ++asked.version;
    keep(asked);
    EXPECT_EQ(standing(id), Standing::Active);
    report(referral, Status::InProgress);
    EXPECT_EQ(types().back(), "event-notification");
    EXPECT_EQ(tests::parameter(told().back(), "events-since-subscription-start"),
              std::to_string(counted + 2));
}

TEST_F(NotifyTest, SendsTheSameBytesAgainUntilTheyArrive) {
    begin();
    subscribe();
    int failures = 2;
    http->answer = [&failures](const net::ClientRequest& request) {
        const bool fails = request.url.starts_with(kHook) && failures > 0;
        if (fails) --failures;
        return ScriptedHttp::status(fails ? 500 : 200);
    };
    const auto id = refer();
    stage->run(minutes(30));
    const auto sent = http->sentTo(kHook);
    ASSERT_GE(sent.size(), 4U);
    EXPECT_EQ(sent[1].request.body, sent[2].request.body);
    EXPECT_EQ(sent[1].request.body, sent[3].request.body);
    EXPECT_EQ(dossier(id).state.status, Status::Requested);
}

TEST_F(NotifyTest, BeatsOnlyWhenNothingElseWasSent) {
    begin();
    subscribe("id-only", true);
    stage->run(minutes(5) + seconds(1));
    const auto all = types();
    EXPECT_EQ(std::ranges::count(all, "heartbeat"), 5);
    EXPECT_EQ(tests::parameter(told().back(), "events-since-subscription-start"), "0");
}

TEST_F(NotifyTest, GoesOnAfterAStopWithoutAGapOrARepeat) {
    begin();
    const auto id = subscribe();
    const auto referral = refer();
    const auto counted = registry.find(id)->events;
    notify->stop();
    notify.reset();
    crash();
    begin();
    EXPECT_EQ(registry.find(id)->events, counted);
    report(referral, Status::Accepted);
    EXPECT_EQ(registry.find(id)->events, counted + 1);
}

}  // namespace
}  // namespace waymark::notify
