// The whole gateway in one thread, by seed: see README.md.
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "fhir/json/value.h"
#include "gateway/notify/loop.h"
#include "gateway/referral/clock.h"
#include "gateway/store/decision_commit.h"
#include "tests/support/loop_world.h"
#include "tests/support/subscription_sample.h"

namespace waymark::simulation {
namespace {

using delivery::ScriptedHttp;
using referral::ReferralId;
using referral::Status;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kDaysOfAWorld = 40;
constexpr int kReferrals = 10;
constexpr std::string_view kHook = "https://surgery.example/hook";

/// A promise that was broken.
struct Broken {
    std::string what;
};

void promise(bool holds, const std::string& what) {
    if (!holds) throw Broken{what};
}

/// A provider's system, or the practice's endpoint: what it has taken, and how it is today.
struct Peer {
    enum class Mood : std::uint8_t { Well, Down, Slow, Confused, LosesAnswers, Busy };
    Mood mood = Mood::Well;
    std::map<std::string, std::string> taken;      ///< id of a delivery -> its bytes
    std::map<std::string, std::string> seenBytes;  ///< also of what it refused
    std::set<std::string> cancelled;               ///< assignments
};

class World : public delivery::LoopWorld {
public:
    World(std::uint64_t seed, bool tells) : chance_(seed), tells_(tells) {
        random = waymark::tests::SeededRandom(seed ^ 0xabcdefULL);
        shape();
        begin();
    }

    void live() {
        subscribe();
        int left = kReferrals;
        const Instant end = clock.now() + hours(24 * kDaysOfAWorld);
        while (clock.now() < end) {
            if (left > 0 && chance_.below(5) == 0) {
                --left;
                refer();
            }
            happen();
            stage->run(minutes(static_cast<int>(chance_.below(60 * 18))));
            http->sent.clear();
            check();
        }
        heal();
        checkEnd();
    }

    [[nodiscard]] std::vector<Status> ends() {
        std::vector<Status> all;
        for (const auto& id : referrals_) all.push_back(dossier(id).state.status);
        return all;
    }

private:
    /// A configuration by chance.
    void shape() {
        using enum config::ClockStep;
        config->clients.emplace_back().id = "client";
        config::Route& route = config->routes.front();
        route.providers = {"hooks", "garden", "third"};
        config::Provider third = config->providers.front();
        third.id = "third";
        third.url = "https://third.example/in";
        config->providers.push_back(third);
        config->providers[1].pollEvery = hours(6);
        config->retry.schedule = {seconds(10), minutes(5), hours(1), hours(5)};
        config->retry.jitter = 0.2;
        route.askAtOnce = 1 + static_cast<std::uint32_t>(chance_.below(2));
        route.workingTime = chance_.below(2) == 0;
        if (chance_.below(2) == 0) route.ifNotAnswered = {Remind, Tell, Next};
        if (chance_.below(2) == 0) {
            route.firstContact = config::ClockRule{hours(24 * 5), {Remind, Tell}};
        }
        if (chance_.below(3) == 0) route.news = {hours(24 * 7), {Tell, Next}};
    }

    void begin() {
        const auto lifecycle =
            std::make_shared<referral::Lifecycle>(delivery::shippedSet(), config);
        const auto presenter =
            std::make_shared<referral::Presenter>(delivery::shippedSet(), config);
        http->answer = [this](const net::ClientRequest& request) { return answerOf(request); };
        stage->sleepMax = hours(12);
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
        notify_ = std::make_unique<notify::NotifyLoop>(ports, registry_, [this] { loop->poke(); });
        ports.addressees = notify_.get();
        loop = std::make_unique<delivery::DeliveryLoop>(ports);
        loop->start();
        promise(notify_->start().has_value(), "the registry can be read");
        stage->settle();
    }

    void say(const std::string& line) const {
        if (!tells_) return;
        fmt::print("{:>10} {}\n", clock.now().time_since_epoch().count() / 60'000, line);
    }

    // ---- the network ----

    Peer& peerOf(const net::ClientRequest& request) {
        const auto slash = request.url.find('/', std::strlen("https://"));
        return peers_[request.url.substr(0, slash)];
    }

    ScriptedHttp::Reply answerOf(const net::ClientRequest& request) {
        Peer& peer = peerOf(request);
        const std::string id(request.fields.find("Idempotency-Key").value_or(""));
        if (!id.empty()) {
            const auto first = peer.seenBytes.emplace(id, request.body).first;
            promise(first->second == request.body, "attempts of one delivery have the same bytes");
        }
        switch (peer.mood) {
            case Peer::Mood::Down:
                return ScriptedHttp::trouble(net::Trouble::Refused);
            case Peer::Mood::Confused:
                return ScriptedHttp::status(chance_.below(2) == 0 ? 500 : 302, "<html>");
            case Peer::Mood::Busy: {
                auto reply = ScriptedHttp::status(429);
                reply.answer.fields.set("Retry-After", "600");
                return reply;
            }
            case Peer::Mood::LosesAnswers:
                take(peer, id, request);
                return ScriptedHttp::trouble(net::Trouble::TimedOut);
            case Peer::Mood::Slow: {
                auto reply = take(peer, id, request);
                reply.after = seconds(15);
                return reply;
            }
            case Peer::Mood::Well:
                return take(peer, id, request);
        }
        return ScriptedHttp::status(500);
    }

    ScriptedHttp::Reply take(Peer& peer, const std::string& id, const net::ClientRequest& request) {
        if (request.url.starts_with(kHook)) return ScriptedHttp::status(200);
        if (request.url.starts_with("https://garden")) return takeAtFhirServer(request);
        const bool fresh = peer.taken.emplace(id, request.body).second;
        const auto body = json::Value::parse(request.body);
        promise(body.has_value(), "a webhook is JSON");
        const auto type = (*body)["type"].asString().value_or("");
        const std::string assignment((*body)["data"]["assignment"].asString().value_or(""));
        if (type == "referral.cancelled") {
            peer.cancelled.insert(assignment);
        } else if (fresh) {
            promise(!peer.cancelled.contains(assignment),
                    "nothing new arrives after its cancellation");
        }
        return ScriptedHttp::status(200);
    }

    ScriptedHttp::Reply takeAtFhirServer(const net::ClientRequest& request) {
        if (request.method == "GET") {
            const char* const statuses[] = {"requested", "accepted", "in-progress", "completed"};
            return ScriptedHttp::status(
                200, fmt::format(R"({{"resourceType":"Task","id":"1","status":"{}"}})",
                                 statuses[chance_.below(4)]));
        }
        if (request.method == "PATCH") {
            return ScriptedHttp::status(chance_.below(3) == 0 ? 404 : 200);
        }
        return ScriptedHttp::status(
            200, fmt::format(R"({{"resourceType":"Bundle","type":"transaction-response",
                    "entry":[{{"response":{{"status":"201","location":"Task/{}"}}}}]}})",
                             ++tasks_));
    }

    // ---- what people and machines do ----

    void subscribe() {
        std::string text = notify::tests::subscription();
        // A beat a minute for seventy days says nothing new.
        text.replace(text.find("valueUnsignedInt\": 60"), 21, "valueUnsignedInt\": 0");
        const auto value = json::Value::parse(text);
        auto made = *notify::readSubscription(*value, *config->client("client"));
        made.id = Uuid::version7(clock.now(), random);
        made.created = clock.now();
        made.updated = clock.now();
        subscription_ = made.id;
        store::Commit commit;
        commit.records.push_back(notify::recordOf(made));
        store.commit(std::move(commit), [](const auto&) {});
        registry_.put(made);
        wake();
    }

    void wake() {
        loop->poke();
        notify_->poke();
        stage->settle();
    }

    void refer() {
        if (!store.writable()) return;  // the practice is told 503, and nothing is promised
        const auto id = takeIn();
        referrals_.push_back(id);
        say("referred " + id.get().text());
        wake();
    }

    void happen() {
        constexpr const char* kPeers[] = {"https://hooks.example", "https://garden.example",
                                          "https://third.example", "https://surgery.example"};
        const std::uint64_t what = chance_.below(20);
        if (what < 5) {
            peers_[kPeers[chance_.below(4)]].mood = static_cast<Peer::Mood>(chance_.below(6));
        } else if (what < 12) {
            reportSomething();
        } else if (what == 12) {
            withdrawSomething();
        } else if (what == 13) {
            readSomething();
        } else if (what == 14) {
            say("the store is full for a while");
            store.refuseAsFull(store::Lane::Delivery, static_cast<std::uint32_t>(chance_.below(4)));
        } else if (what == 15) {
            say("the store takes nothing for an hour");
            store.setWritable(false);
            stage->run(hours(1));
            store.setWritable(true);
            wake();
        } else if (what == 16) {
            say("the gateway is killed");
            notify_->stop();
            crash();
            notify_.reset();
            begin();
        } else if (what == 17) {
            askForNotificationsAgain();
        }
    }

    const ReferralId* some() {
        return referrals_.empty() ? nullptr : &referrals_[chance_.below(referrals_.size())];
    }

    /// As a door does; what the lifecycle refuses leaves nothing.
    bool carryOut(const referral::Dossier& before, Result<referral::Decision> decision) {
        if (!decision || decision->events.empty() || !store.writable()) return false;
        const auto work =
            store::commitOf(before, std::move(*decision), store::Lane::Status, clock.now(), random);
        store.commit(work, [](const auto& done) {
            promise(done.has_value(), "what was decided on the newest version can be written");
        });
        wake();
        return true;
    }

    void reportSomething() {
        const ReferralId* const id = some();
        if (id == nullptr) return;
        const auto before = dossier(*id);
        if (before.state.assignments.empty()) return;
        const auto& assignments = before.state.assignments;
        const auto& known = assignments[chance_.below(assignments.size())];
        const auto* provider = config->provider(known.provider);
        if (provider->adapter != config::AdapterKind::Webhook) return;
        referral::StatusReport said;
        said.assignment = known.id;
        said.provider = known.provider;
        said.status = static_cast<Status>(chance_.below(9));
        const char* const reasons[] = {"", "other", "at-capacity", "died", "nonsense"};
        said.reasonCode = reasons[chance_.below(5)];
        if (chance_.below(4) == 0) said.businessStatus = "first-contact";
        const bool done = carryOut(before, lifecycle().report(before, said, clock.now(), random));
        if (done) say(fmt::format("{} reported {}", known.provider, referral::code(said.status)));
    }

    void withdrawSomething() {
        const ReferralId* const id = some();
        if (id == nullptr) return;
        const auto before = dossier(*id);
        referral::Withdrawal wanted;
        wanted.organisation = before.organisation;
        if (chance_.below(4) == 0) wanted.status = Status::EnteredInError;
        const bool done = carryOut(before, lifecycle().withdraw(before, wanted, clock.now()));
        if (done) say("the practice withdrew " + id->get().text());
    }

    void readSomething() {
        const ReferralId* const id = some();
        if (id == nullptr) return;
        const auto before = dossier(*id);
        carryOut(before, lifecycle().told(before, before.state.shownVersion, clock.now()));
    }

    void askForNotificationsAgain() {
        auto stand = registry_.find(subscription_);
        if (!stand || stand->subscription.standing != notify::Standing::Error) return;
        auto asked = stand->subscription;
        asked.standing = notify::Standing::Requested;
        asked.error.clear();
        ++asked.version;
        store::Commit commit;
        commit.records.push_back(notify::recordOf(asked));
        store.commit(std::move(commit), [](const auto&) {});
        registry_.put(asked);
        wake();
    }

    referral::Lifecycle lifecycle() const { return {delivery::shippedSet(), config}; }

    // ---- the promises ----

    void check() {
        std::map<ReferralId, store::DueClock> clocks;
        const auto far = clock.now() + hours(24 * 4000);
        const auto all = store.dueClocks(far, 1'000'000);
        for (const auto& each : *all) {
            promise(clocks.emplace(each.referral, each).second, "a referral has one clock");
        }
        for (const auto& id : referrals_) {
            const auto found = dossier(id);
            const auto kind = referral::clock::kindFor(found.state, config->routes.front());
            const auto running = clocks.find(id);
            const std::string name = id.get().text();
            const std::string is = running == clocks.end() ? "none" : running->second.kind;
            promise(is == kind.value_or("none"),
                    fmt::format("referral {}, {}, has the clock {} and should have {}", name,
                                referral::code(found.state.status), is, kind.value_or("none")));
            checkEdges(id, found);
        }
        checkNotices();
    }

    void checkEdges(const ReferralId& id, const referral::Dossier& found) {
        for (const auto& assignment : found.state.assignments) {
            const auto was = statuses_.find(assignment.id);
            if (was != statuses_.end() && isFinal(was->second)) {
                promise(
                    assignment.status == was->second || assignment.status == Status::EnteredInError,
                    "a final state stays: " + id.get().text());
            }
            statuses_[assignment.id] = assignment.status;
        }
    }

    void checkNotices() {
        const auto last = *store.lastNotice(subscription_);
        const auto all = *store.notices(subscription_, 1, last, 1'000'000);
        promise(all.size() == last, "event numbers have no gaps");
    }

    void heal() {
        say("everything heals");
        for (auto& [url, peer] : peers_) peer.mood = Peer::Mood::Well;
        // No more senseless answers of the FHIR server's people either: time enough for every
        // clock.
        for (int day = 0; day < 30; ++day) {
            askForNotificationsAgain();
            stage->run(hours(24));
            wake();
        }
        check();
    }

    void checkEnd() {
        const Instant late = clock.now() - hours(2);
        const auto due = *store.dueDeliveries(clock.now(), 1000, {});
        for (const auto& each : due) {
            promise(each.due > late, "no delivery is left behind: " + each.id.get().text());
        }
        const auto overdue = store.dueClocks(late, 1000);
        for (const auto& each : *overdue) {
            promise(false, "no clock is left behind: " + each.referral.get().text());
        }
        for (const auto& id : referrals_) {
            const auto found = dossier(id);
            std::set<referral::AssignmentId> brought;
            for (const auto& each : deliveries(id)) brought.insert(each.assignment);
            for (const auto& each : found.state.assignments) {
                promise(brought.contains(each.id), "whoever is asked is brought something");
            }
        }
    }

    waymark::tests::SeededRandom chance_;
    bool tells_;
    notify::Registry registry_;
    std::unique_ptr<notify::NotifyLoop> notify_;
    std::map<std::string, Peer> peers_;
    std::vector<ReferralId> referrals_;
    std::map<referral::AssignmentId, Status> statuses_;
    Uuid subscription_{};
    std::uint64_t tasks_ = 0;
};

using Ends = std::map<std::string, int, std::less<>>;

/// False when a promise was broken; counts how the referrals stand in the end.
bool runSeed(std::uint64_t seed, bool tells, Ends& ends) {
    try {
        World world(seed, tells);
        world.live();
        for (const Status status : world.ends()) ++ends[std::string(referral::code(status))];
        return true;
    } catch (const Broken& broken) {
        fmt::print(stderr, "seed {}: broken: {}\n", seed, broken.what);
    } catch (const std::exception& error) {
        fmt::print(stderr, "seed {}: {}\n", seed, error.what());
    }
    return false;
}

std::uint64_t numberOf(int count, char** arguments, const char* name, std::uint64_t usual) {
    for (int i = 1; i + 1 < count; ++i) {
        if (std::strcmp(arguments[i], name) == 0) return std::stoull(arguments[i + 1]);
    }
    return usual;
}

}  // namespace
}  // namespace waymark::simulation

int main(int count, char** arguments) {
    using namespace waymark::simulation;
    const std::uint64_t seed = numberOf(count, arguments, "--seed", 0);
    Ends ends;
    if (seed != 0) return runSeed(seed, true, ends) ? 0 : 1;
    const std::uint64_t days = numberOf(count, arguments, "--days", 2000);
    const std::uint64_t worlds = (days + kDaysOfAWorld - 1) / kDaysOfAWorld;
    std::uint64_t broken = 0;
    for (std::uint64_t world = 1; world <= worlds; ++world) {
        if (!runSeed(world, false, ends)) ++broken;
    }
    for (const auto& [status, number] : ends) fmt::print("{} {}\n", status, number);
    fmt::print("{} worlds of {} days: {} broken\n", worlds, kDaysOfAWorld, broken);
    return broken == 0 ? 0 : 1;
}
