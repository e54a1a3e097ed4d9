// The loop on the real runtime: several threads commit and poke while it delivers. What
// ThreadSanitizer is run on.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/crypto/random.h"
#include "gateway/net/runtime.h"
#include "tests/support/loop_world.h"

namespace waymark::delivery {
namespace {

/// Goes on with the steady clock from a fixed day.
class RunningClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override {
        const auto run = std::chrono::steady_clock::now() - began_;
        return Instant(std::chrono::milliseconds(1'790'000'000'000)) +
               std::chrono::duration_cast<Milliseconds>(run);
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Fails every third request, and tells when it has succeeded often enough.
class FlakyHttp final : public net::HttpClient {
public:
    explicit FlakyHttp(int wanted) : left_(wanted) {}

    boost::asio::awaitable<net::ClientAnswer> send(net::ClientRequest) override {
        auto executor = co_await boost::asio::this_coro::executor;
        auto moving = boost::asio::post(executor, boost::asio::use_awaitable);
        co_await std::move(moving);
        net::ClientAnswer answer;
        answer.status = ++count_ % 3 == 0 ? 500 : 200;
        if (answer.status == 200 && --left_ == 0) done_.set_value();
        co_return answer;
    }
    std::future<void> done() { return done_.get_future(); }
    [[nodiscard]] int count() const { return count_; }

private:
    std::atomic<int> count_ = 0;
    std::atomic<int> left_;
    std::promise<void> done_;
};

store::Commit newReferral(const RunningClock& clock, Random& random, const referral::ReferralId& id,
                          const std::string& record) {
    const Instant now = clock.now();
    const referral::AssignmentId assignment(Uuid::version7(now, random));
    store::Commit commit;
    commit.referral = id;
    commit.create.emplace();
    commit.create->organisation = "A99901";
    commit.create->client = "client";
    commit.create->route = "all";
    commit.create->setVersion = shippedSet()->version();
    commit.create->contentType = "application/fhir+json";
    commit.create->body = std::string(kMessage);
    commit.create->record = record;
    commit.events.resize(2);
    commit.events[0].type = referral::EventType::Received;
    commit.events[0].actor = referral::Actor::Practice;
    commit.events[1].type = referral::EventType::Asked;
    commit.events[1].assignment = assignment;
    commit.events[1].provider = "hooks";
    for (referral::Event& event : commit.events) event.at = now;
    store::NewDelivery& delivery = commit.deliveries.emplace_back();
    delivery.id = referral::DeliveryId(Uuid::version7(now, random));
    delivery.assignment = assignment;
    delivery.provider = "hooks";
    delivery.due = now;
    delivery.deadline = now + std::chrono::hours(24);
    commit.clock.emplace();
    commit.clock->kind = "delivered-within";
    commit.clock->due = delivery.deadline;
    return commit;
}

TEST(LoopOnThreads, DeliversAllThatManyThreadsCommit) {
    constexpr int kThreads = 4;
    constexpr int kEach = 50;
    auto config = std::make_shared<config::Config>(LoopWorld::smallConfig());
    config->retry.schedule = {Milliseconds(2)};
    const auto lifecycle = std::make_shared<referral::Lifecycle>(shippedSet(), config);
    const auto presenter = std::make_shared<referral::Presenter>(shippedSet(), config);

    RunningClock clock;
    crypto::SystemRandom random;
    tests::CollectingSink sink;
    telemetry::Log log(clock, sink);
    telemetry::Registry metrics;
    store::MemoryStore store;
    FlakyHttp http(kThreads * kEach);
    auto done = http.done();
    net::Runtime runtime({.io = 2, .pool = 2});
    RuntimeStage stage(runtime);
    DeliveryLoop loop(
        Ports{.store = store,
              .http = http,
              .stage = stage,
              .clock = clock,
              .random = random,
              .log = log,
              .metrics = metrics,
              .rules = [=](std::string_view) {
                  return Rules{.config = config, .presenter = presenter, .lifecycle = lifecycle};
              }});
    loop.start();

    // What the intake makes of the message, once.
    LoopWorld maker;
    const std::string record = maker.dossier(maker.takeIn()).record;
    std::vector<std::vector<referral::ReferralId>> ids(kThreads);
    std::vector<std::thread> threads;
    for (auto& mine : ids) {
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) {
                mine.emplace_back(Uuid::version7(clock.now(), random));
                store.commit(newReferral(clock, random, mine.back(), record),
                             [](const Result<store::Committed>& result) { EXPECT_TRUE(result); });
                loop.poke();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(done.wait_for(std::chrono::seconds(60)), std::future_status::ready);
    EXPECT_TRUE(loop.stop(std::chrono::seconds(10)));
    runtime.stop();

    for (const auto& mine : ids) {
        for (const referral::ReferralId& id : mine) {
            const auto rows = store.deliveries(id);
            ASSERT_TRUE(rows);
            ASSERT_EQ(rows->size(), 1U);
            EXPECT_EQ(rows->at(0).state, store::DeliveryState::Delivered);
        }
    }
    EXPECT_GE(http.count(), kThreads * kEach);
}

}  // namespace
}  // namespace waymark::delivery
