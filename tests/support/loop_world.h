// The delivery loop on a stage of one thread: time stands until it is moved, the store is in
// memory, providers answer from a script. Lifecycle, presenter and mappings are the real ones.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "fhir/tree/arena.h"
#include "fhir/tree/json_reader.h"
#include "gateway/delivery/loop.h"
#include "gateway/referral/intake.h"
#include "gateway/store/memory_store.h"
#include "mappings/set.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/fixed_world.h"

namespace waymark::delivery {

/// One thread; what blocks runs at once; timers fire when time is moved past them.
class TestStage final : public Stage {
public:
    explicit TestStage(tests::FixedClock& clock) : clock_(clock) {}

    [[nodiscard]] boost::asio::any_io_executor strand() override { return io_.get_executor(); }
    void runOnPool(std::move_only_function<void()> work) override { work(); }
    void after(Milliseconds wait, std::function<void()> fire) override {
        timers_.emplace(clock_.now() + wait, std::move(fire));
    }

    /// Until nothing can go on without time.
    void settle() {
        io_.restart();
        while (io_.poll() > 0) io_.restart();
    }
    /// Moves time from timer to timer.
    void run(Milliseconds for_) {
        const Instant until = clock_.now() + for_;
        settle();
        while (!timers_.empty() && timers_.begin()->first <= until) {
            auto timer = timers_.extract(timers_.begin());
            if (timer.key() > clock_.now()) clock_.advance(timer.key() - clock_.now());
            timer.mapped()();
            ++fired_;
            settle();
        }
        if (until > clock_.now()) clock_.advance(until - clock_.now());
    }
    [[nodiscard]] std::size_t fired() const { return fired_; }
    [[nodiscard]] Milliseconds longestSleep() const override { return sleepMax; }

    Milliseconds sleepMax = std::chrono::seconds(30);

private:
    tests::FixedClock& clock_;
    boost::asio::io_context io_;
    std::multimap<Instant, std::function<void()>> timers_;
    std::size_t fired_ = 0;
};

/// Answers by a function of the request, after as long as it says.
class ScriptedHttp final : public net::HttpClient {
public:
    struct Reply {
        net::ClientAnswer answer;
        Milliseconds after{0};
    };
    struct Sent {
        Instant at{};
        net::ClientRequest request;
        [[nodiscard]] std::string field(std::string_view name) const {
            return std::string(request.fields.find(name).value_or(""));
        }
    };

    ScriptedHttp(TestStage& stage, const Clock& clock) : stage_(stage), clock_(clock) {}

    boost::asio::awaitable<net::ClientAnswer> send(net::ClientRequest request) override {
        sent.push_back({.at = clock_.now(), .request = request});
        Reply reply = answer(request);
        if (reply.after > Milliseconds(0)) {
            auto waiting = pause(&stage_, reply.after);
            co_await std::move(waiting);
        }
        co_return std::move(reply.answer);
    }

    static Reply status(unsigned status, std::string body = {}) {
        Reply reply;
        reply.answer.status = status;
        reply.answer.body = std::move(body);
        return reply;
    }
    static Reply trouble(net::Trouble trouble) {
        Reply reply;
        reply.answer.trouble = trouble;
        return reply;
    }
    [[nodiscard]] std::vector<Sent> sentTo(std::string_view url) const {
        std::vector<Sent> found;
        for (const Sent& each : sent) {
            if (each.request.url.starts_with(url)) found.push_back(each);
        }
        return found;
    }

    std::function<Reply(const net::ClientRequest&)> answer = [](const net::ClientRequest&) {
        return status(200);
    };
    std::vector<Sent> sent;

private:
    TestStage& stage_;
    const Clock& clock_;
};

/// The shipped set, loaded once. The tests run in the checkout's root.
inline std::shared_ptr<const mappings::Set> shippedSet() {
    static const std::shared_ptr<const mappings::Set> kSet = [] {
        auto set = mappings::Set::load("mappings");
        if (!set) throw std::runtime_error(std::string(set.error().text()));
        return *set;
    }();
    return kSet;
}

inline constexpr std::string_view kMessage = R"({
  "resourceType": "ServiceRequest",
  "contained": [
    {"resourceType": "Patient", "id": "p1",
     "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
     "name": [{"family": "Zebedee", "given": ["Ada"]}], "birthDate": "1950-04-01"}],
  "identifier": [{"system": "https://example.org/referral", "value": "R-1"}],
  "status": "active", "intent": "order",
  "code": {"coding": [{"system": "http://snomed.info/sct", "code": "871731000000106"}]},
  "subject": {"reference": "#p1"},
  "authoredOn": "2026-11-19T10:00:00+00:00"
})";

class LoopWorld {
public:
    LoopWorld() : config(std::make_shared<config::Config>(smallConfig())) {}

    /// "hooks" by webhook, then "garden" by FHIR server.
    static config::Config smallConfig() {
        config::Config config;
        config.publicBase = "https://gateway.example/FHIR/R4";
        config.retry.schedule = {std::chrono::seconds(10), std::chrono::minutes(5)};
        config.retry.jitter = 0;
        config::Provider hooks;
        hooks.id = "hooks";
        hooks.name = "Hooks";
        hooks.kind = config::ProviderKind::LinkWorkerService;
        hooks.url = "https://hooks.example/in";
        hooks.format = "https://waymark.health/fhir/StructureMap/referral-to-simple-json";
        hooks.webhookSecret = config::Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        config::Provider garden;
        garden.id = "garden";
        garden.name = "Garden";
        garden.kind = config::ProviderKind::LinkWorkerService;
        garden.adapter = config::AdapterKind::Fhir;
        garden.url = "https://garden.example/r4";
        garden.format = "https://waymark.health/fhir/StructureMap/referral-to-fhir-provider";
        garden.pollEvery = std::chrono::minutes(15);
        config.providers = {hooks, garden};
        config::Route route;
        route.name = "all";
        route.providers = {"hooks"};
        route.deliveredWithin = std::chrono::hours(24);
        route.answeredWithin = std::chrono::hours(120);
        config.routes = {route};
        return config;
    }

    /// After this the configuration stays.
    void start() {
        makeLoop();
        loop->start();
        stage->settle();
    }

    /// The process dies: what was on its way is gone, the store stays.
    void crash() {
        loop.reset();
        stage = std::make_unique<TestStage>(clock);
        auto script = std::move(http->answer);
        auto sent = std::move(http->sent);
        http = std::make_unique<ScriptedHttp>(*stage, clock);
        http->answer = std::move(script);
        http->sent = std::move(sent);
    }

    void makeLoop() {
        const auto lifecycle = std::make_shared<referral::Lifecycle>(shippedSet(), config);
        const auto presenter = std::make_shared<referral::Presenter>(shippedSet(), config);
        loop = std::make_unique<DeliveryLoop>(Ports{
            .store = store,
            .http = *http,
            .stage = *stage,
            .clock = clock,
            .random = random,
            .log = log,
            .metrics = metrics,
            .rules = [this, lifecycle, presenter](std::string_view) {
                return Rules{.config = config, .presenter = presenter, .lifecycle = lifecycle};
            }});
    }

    /// A referral comes in by the real intake and is committed as a door does.
    referral::ReferralId takeIn() {
        auto intake = referral::Intake::make(shippedSet(), config);
        if (!intake) throw std::runtime_error(std::string(intake.error().text()));
        tree::Arena arena;
        const std::string body(kMessage);
        const auto document = tree::readJson(body, shippedSet()->model(), arena);
        if (!document) throw std::runtime_error(std::string(document.error().text()));
        referral::Submission submission;
        submission.origin = referral::Origin::ServiceRequest;
        submission.document = &*document;
        submission.organisation = "A99901";
        submission.anyOrganisation = true;
        submission.client = "client";
        submission.id = referral::ReferralId(Uuid::version7(clock.now(), random));
        submission.now = clock.now();
        const auto accepted = (*intake)->accept(submission, arena, random);
        if (!accepted) throw std::runtime_error(std::string(accepted.error().text()));
        commitNew(submission, *accepted, body);
        return submission.id;
    }

    [[nodiscard]] referral::Dossier dossier(const referral::ReferralId& id) {
        const auto found = store.referral(id, nullptr);
        if (!found || !*found) throw std::runtime_error("the referral is not there");
        return **found;
    }
    [[nodiscard]] std::vector<store::Delivery> deliveries(const referral::ReferralId& id) {
        return store.deliveries(id).value_or(std::vector<store::Delivery>());
    }
    /// The events: "received", "asked hooks", "delivered", "status-changed accepted"...
    [[nodiscard]] std::vector<std::string> story(const referral::ReferralId& id) {
        std::vector<std::string> lines;
        for (const referral::Event& event : dossier(id).events) {
            std::string line(referral::code(event.type));
            if (event.type == referral::EventType::Asked) {
                line += " " + event.provider;
            } else if (event.status) {
                line += " " + std::string(referral::code(*event.status));
            }
            lines.push_back(std::move(line));
        }
        return lines;
    }

    tests::FixedClock clock;
    tests::SeededRandom random;
    tests::CollectingSink sink;
    telemetry::Log log{clock, sink, telemetry::Level::Debug};
    telemetry::Registry metrics;
    store::MemoryStore store;
    std::shared_ptr<config::Config> config;
    std::unique_ptr<TestStage> stage = std::make_unique<TestStage>(clock);
    std::unique_ptr<ScriptedHttp> http = std::make_unique<ScriptedHttp>(*stage, clock);
    std::unique_ptr<DeliveryLoop> loop;

private:
    void commitNew(const referral::Submission& submission, const referral::Accepted& accepted,
                   const std::string& body) {
        store::Commit commit;
        commit.referral = submission.id;
        commit.create.emplace();
        commit.create->organisation = accepted.organisation;
        commit.create->client = submission.client;
        commit.create->route = accepted.route;
        commit.create->setVersion = shippedSet()->version();
        commit.create->contentType = "application/fhir+json";
        commit.create->body = body;
        commit.create->record = accepted.record;
        commit.events = accepted.events;
        for (const referral::Event& event : accepted.events) {
            if (event.type != referral::EventType::Asked) continue;
            store::NewDelivery& delivery = commit.deliveries.emplace_back();
            delivery.id = referral::DeliveryId(Uuid::version7(clock.now(), random));
            delivery.assignment = *event.assignment;
            delivery.provider = event.provider;
            delivery.due = clock.now();
            delivery.deadline = accepted.clockDue;
        }
        commit.clock.emplace();
        commit.clock->kind = accepted.clock;
        commit.clock->due = accepted.clockDue;
        std::optional<Result<store::Committed>> committed;
        store.commit(std::move(commit),
                     [&committed](Result<store::Committed> result) { committed = result; });
        if (!committed || !*committed) throw std::runtime_error("the store took no referral");
        if (loop) loop->poke();
        stage->settle();
    }
};

}  // namespace waymark::delivery
