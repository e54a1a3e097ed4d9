#include "gateway/notify/loop.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "gateway/delivery/classifier.h"
#include "gateway/delivery/decide.h"
#include "gateway/notify/post.h"

namespace waymark::notify {
namespace {

using boost::asio::awaitable;

constexpr std::uint32_t kPage = 64;
/// As long as the usual schedule of attempts goes on.
constexpr Milliseconds kDeliveredWithin = std::chrono::hours(96);
constexpr Milliseconds kStoreWait = std::chrono::seconds(1);

/// What the client of a Subscription sees.
store::Viewer viewerOf(const config::Config& config, const std::string& id) {
    store::Viewer viewer;
    viewer.client = id;
    if (const config::Client* const client = config.client(id)) {
        viewer.organisations = client->actsFor;
    }
    return viewer;
}

bool sees(const store::Viewer& viewer, const referral::Dossier& dossier) {
    return viewer.client == dossier.client ||
           std::ranges::find(viewer.organisations, dossier.organisation) !=
               viewer.organisations.end();
}

}  // namespace

class NotifyLoop::Core : public std::enable_shared_from_this<Core> {
public:
    Core(delivery::Ports ports, Registry& registry, std::function<void()> wakeDelivery)
        : ports_(std::move(ports)),
          registry_(registry),
          wakeDelivery_(std::move(wakeDelivery)),
          strand_(ports_.stage.strand()) {}

    Result<void> start() {
        if (auto loaded = registry_.load(ports_.store); !loaded) return loaded;
        const auto cursor = ports_.store.records(kCursorKind);
        if (!cursor) return std::unexpected(cursor.error());
        if (!cursor->empty()) reached_ = std::stoll(cursor->front().body);
        poke();
        return {};
    }

    void poke() {
        if (pokePending_.exchange(true)) return;
        onStrand([](Core& core) {
            core.pokePending_ = false;
            core.turn();
        });
    }

    void stop() { stopping_ = true; }

    Registry& registry() { return registry_; }
    delivery::Ports& ports() { return ports_; }

    /// Any thread.
    void sent(const Uuid& id, Instant at) {
        onStrand([id, at](Core& core) { core.lastSent_[id] = at; });
    }
    void fail(const Uuid& id, std::string why) {
        onStrand([id, why = std::move(why)](Core& core) { core.settle(id, Standing::Error, why); });
    }

private:
    template <class Work>
    void onStrand(Work work) {
        boost::asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            work(*self);
        });
    }

    template <class T, class Then>
    void spawn(awaitable<T> flow, Then then) {
        auto ended = [self = shared_from_this(), then = std::move(then)](std::exception_ptr error,
                                                                         T result) mutable {
            self->logBug(error);
            then(*self, error != nullptr, std::move(result));
        };
        boost::asio::co_spawn(ports_.stage.strand(), std::move(flow),
                              boost::asio::bind_executor(strand_, std::move(ended)));
    }

    void logBug(const std::exception_ptr& error) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& bug) {
            ports_.log.exception("notify.bug", bug);
        }
    }

    void turn() {
        if (stopping_) return;
        shakeHands();
        beat();
        follow();
        arm();
    }

    // ---- the changes ----

    void follow() {
        if (following_) {
            again_ = true;
            return;
        }
        following_ = true;
        again_ = false;
        spawn(followAll(), [](Core& core, bool bug, bool whole) {
            core.following_ = false;
            if (core.stopping_) return;
            if (bug || !whole) {
                core.ports_.stage.after(kStoreWait, [weak = core.weak_from_this()] {
                    if (const auto self = weak.lock()) self->poke();
                });
            } else if (core.again_) {
                core.follow();
            }
        });
    }

    /// False when the store could not be read or written.
    awaitable<bool> followAll() {
        while (!stopping_) {
            const auto work = [this, after = reached_] {
                return ports_.store.changes(after, kPage);
            };
            auto reading = delivery::onPool(&ports_.stage, work);
            const auto changes = co_await std::move(reading);
            if (!changes) {
                ports_.log.failure(telemetry::Level::Warning, "notify.unread", changes.error());
                co_return false;
            }
            for (const store::Change& change : *changes) {
                auto counting = count(change);
                const bool done = co_await std::move(counting);
                if (!done) co_return false;
                reached_ = change.place;
            }
            if (changes->size() < kPage) co_return true;
        }
        co_return true;
    }

    /// The events of one changed referral, with their deliveries and the place reached, as one
    /// commit.
    awaitable<bool> count(store::Change change) {
        if (registry_.size() == 0) co_return true;
        auto numbers = std::make_shared<std::map<Uuid, std::uint64_t>>();
        delivery::Decide deciding = [this, change, numbers](const referral::Dossier& dossier) {
            return Result<std::optional<store::Commit>>(eventsOf(dossier, change, *numbers));
        };
        auto operation = delivery::decideAndCommit(&ports_, change.referral, std::move(deciding));
        const auto written = co_await std::move(operation);
        if (!written) {
            // A referral that is not there any more was erased.
            if (written.error().kind == Kind::NotFound) co_return true;
            ports_.log.failure(telemetry::Level::Warning, "notify.unwritten", written.error(),
                               {{"referral", change.referral.get()}});
            co_return false;
        }
        for (const auto& [id, number] : *numbers) registry_.counted(id, number);
        if (!numbers->empty()) wakeDelivery_();
        co_return true;
    }

    /// On the pool, perhaps again.
    std::optional<store::Commit> eventsOf(const referral::Dossier& dossier, store::Change change,
                                          std::map<Uuid, std::uint64_t>& numbers) {
        numbers.clear();
        const auto rules = ports_.rules({});
        store::Commit commit;
        commit.lane = store::Lane::Delivery;
        commit.referral = dossier.id;
        commit.expectedVersion = dossier.state.version;
        for (const Stand& stand : registry_.all()) {
            const Subscription& subscription = stand.subscription;
            if (!concerns(*rules.config, subscription, dossier)) continue;
            addEvent(commit, stand, dossier);
            numbers[subscription.id] = stand.events + 1;
        }
        if (numbers.empty()) return std::nullopt;
        commit.records.push_back(
            {.kind = std::string(kCursorKind), .id = Uuid(), .body = std::to_string(change.place)});
        return commit;
    }

    static bool concerns(const config::Config& config, const Subscription& subscription,
                         const referral::Dossier& dossier) {
        // REQ subscriptions-backport 77: while it stands on error, events are counted all the same.
        const bool counts =
            subscription.standing == Standing::Active || subscription.standing == Standing::Error;
        return counts && dossier.state.updated >= subscription.created &&
               subscription.wants(dossier.state.status) &&
               (!subscription.end || dossier.state.updated <= *subscription.end) &&
               sees(viewerOf(config, subscription.client), dossier);
    }

    void addEvent(store::Commit& commit, const Stand& stand, const referral::Dossier& dossier) {
        const Instant now = ports_.clock.now();
        const Subscription& subscription = stand.subscription;
        const EventName name{.number = stand.events + 1, .version = dossier.state.shownVersion};
        commit.notices.push_back({.list = subscription.id,
                                  .number = name.number,
                                  .referral = dossier.id,
                                  .version = name.version,
                                  .at = dossier.state.updated});
        if (subscription.standing != Standing::Active) return;
        commit.deliveries.push_back({.id = referral::DeliveryId(Uuid::version7(now, ports_.random)),
                                     .assignment = referral::AssignmentId(subscription.id),
                                     .provider = laneOf(subscription.id),
                                     .kind = store::DeliveryKind::Notified,
                                     .due = now,
                                     .deadline = now + kDeliveredWithin,
                                     .remote = text(name)});
    }

    // ---- hand-shakes and heartbeats ----

    void shakeHands() {
        for (const Stand& stand : registry_.all()) {
            const Subscription& subscription = stand.subscription;
            if (subscription.standing != Standing::Requested) continue;
            if (!shaking_.insert(subscription.id).second) continue;
            lastSent_[subscription.id] = ports_.clock.now();
            spawn(post(stand, NotificationType::Handshake),
                  [id = subscription.id, version = subscription.version](Core& core, bool bug,
                                                                         std::string fault) {
                      core.shaking_.erase(id);
                      core.shaken(id, version, bug ? "The handshake met a fault here." : fault);
                  });
        }
    }

    /// REQ subscriptions-backport 31: any error of the handshake means error.
    void shaken(const Uuid& id, std::uint32_t version, const std::string& fault) {
        const auto now = registry_.find(id);
        if (!now || now->subscription.version != version) return poke();  // another was asked for
        settle(id, fault.empty() ? Standing::Active : Standing::Error, fault);
        arm();
    }

    void settle(const Uuid& id, Standing standing, const std::string& why) {
        const auto changed = registry_.change(id, [&](Subscription& subscription) {
            if (subscription.standing == standing || subscription.standing == Standing::Off) {
                return false;
            }
            subscription.standing = standing;
            subscription.error = why;
            subscription.updated = ports_.clock.now();
            ++subscription.version;
            return true;
        });
        if (!changed) return;
        ports_.log.info("subscription.settled",
                        {{"subscription", changed->id}, {"active", standing == Standing::Active}});
        keep(*changed);
    }

    void keep(const Subscription& subscription) {
        store::Commit work;
        work.lane = store::Lane::Delivery;
        work.records.push_back(recordOf(subscription));
        spawn(delivery::commit(&ports_, std::move(work)),
              [id = subscription.id](Core& core, bool, const Result<store::Committed>& kept) {
                  if (kept) return;
                  core.ports_.log.failure(telemetry::Level::Warning, "subscription.unwritten",
                                          kept.error(), {{"subscription", id}});
                  core.keepAgain(id);
              });
    }

    void keepAgain(const Uuid& id) {
        if (stopping_) return;
        ports_.stage.after(kStoreWait, [weak = weak_from_this(), id] {
            const auto self = weak.lock();
            if (!self) return;
            self->onStrand([id](Core& core) {
                if (const auto now = core.registry_.find(id)) core.keep(now->subscription);
            });
        });
    }

    void beat() {
        const Instant now = ports_.clock.now();
        for (const Stand& stand : registry_.all()) {
            const auto due = beatDue(stand.subscription);
            if (!due || *due > now) continue;
            lastSent_[stand.subscription.id] = now;
            spawn(post(stand, NotificationType::Heartbeat), [](Core&, bool, const std::string&) {});
        }
    }

    std::optional<Instant> beatDue(const Subscription& subscription) {
        const bool beats = subscription.heartbeat && (subscription.standing == Standing::Active ||
                                                      subscription.standing == Standing::Error);
        if (!beats) return std::nullopt;
        const auto last = lastSent_.try_emplace(subscription.id, ports_.clock.now()).first->second;
        return last + *subscription.heartbeat;
    }

    /// Sends something that is no event. Gives what went wrong, for the client's eyes.
    awaitable<std::string> post(Stand stand, NotificationType type) {
        const auto rules = ports_.rules({});
        const Subscription& subscription = stand.subscription;
        auto body =
            notificationBundle(subscription, rules.config->publicBase, type, stand.events, {});
        auto request =
            requestTo(subscription, rules.config->client(subscription.client), std::move(body));
        auto sending = ports_.http.send(std::move(request));
        const auto answer = co_await std::move(sending);
        const auto outcome = delivery::classify(answer, ports_.clock.now());
        if (outcome.verdict == delivery::Verdict::Delivered) co_return std::string();
        const auto clause = delivery::clauseFor(delivery::problemText(outcome));
        co_return "The notification did not arrive: " + std::string(clause) + ".";
    }

    void arm() {
        const Instant now = ports_.clock.now();
        Instant next = now + ports_.stage.longestSleep();
        for (const Stand& stand : registry_.all()) {
            if (const auto due = beatDue(stand.subscription)) next = std::min(next, *due);
        }
        if (armed_ && *armed_ > now && *armed_ <= next) return;
        armed_ = next;
        ports_.stage.after(std::max(next - now, Milliseconds(1)), [weak = weak_from_this(), next] {
            const auto self = weak.lock();
            if (!self) return;
            self->onStrand([next](Core& core) {
                if (core.armed_ == next) core.armed_.reset();
                core.turn();
            });
        });
    }

    delivery::Ports ports_;
    Registry& registry_;
    std::function<void()> wakeDelivery_;
    boost::asio::any_io_executor strand_;
    std::int64_t reached_ = 0;  ///< place of the last change that was looked at
    bool following_ = false;
    bool again_ = false;
    std::set<Uuid> shaking_;
    std::map<Uuid, Instant> lastSent_;
    std::optional<Instant> armed_;
    std::atomic<bool> pokePending_ = false;
    std::atomic<bool> stopping_ = false;
};

NotifyLoop::NotifyLoop(delivery::Ports ports, Registry& registry,
                       std::function<void()> wakeDelivery)
    : core_(std::make_shared<Core>(std::move(ports), registry, std::move(wakeDelivery))) {}
NotifyLoop::~NotifyLoop() = default;

Result<void> NotifyLoop::start() {
    return core_->start();
}
void NotifyLoop::poke() {
    core_->poke();
}
void NotifyLoop::stop() {
    core_->stop();
}

Result<std::optional<referral::Payload>> NotifyLoop::payload(const referral::Dossier& dossier,
                                                             const store::Delivery& row) {
    const auto id = subscriptionOf(row.provider);
    const auto name = eventNameFrom(row.remote);
    const auto stand = id ? core_->registry().find(*id) : std::nullopt;
    if (!stand || !name || stand->subscription.standing != Standing::Active) return std::nullopt;
    auto& ports = core_->ports();
    const Subscription& subscription = stand->subscription;
    const auto notices = ports.store.notices(*id, name->number, name->number, 1);
    if (!notices) return std::unexpected(notices.error());
    if (notices->empty()) return std::nullopt;
    const auto rules = ports.rules(dossier.setVersion);
    const auto shown = shownEvent(rules, dossier, subscription.topic, subscription.content,
                                  notices->front(), ports.random);
    if (!shown) return std::unexpected(shown.error());
    referral::Payload payload;
    payload.contentType = subscription.mime;
    payload.body = notificationBundle(subscription, rules.config->publicBase,
                                      NotificationType::EventNotification, name->number, {*shown});
    return payload;
}

std::optional<net::ClientRequest> NotifyLoop::request(const store::Delivery& row,
                                                      const delivery::Parcel& parcel) {
    const auto id = subscriptionOf(row.provider);
    const auto stand = id ? core_->registry().find(*id) : std::nullopt;
    if (!stand || stand->subscription.standing != Standing::Active) return std::nullopt;
    auto& ports = core_->ports();
    core_->sent(*id, ports.clock.now());
    const auto rules = ports.rules({});
    return requestTo(stand->subscription, rules.config->client(stand->subscription.client),
                     parcel.body);
}

std::uint32_t NotifyLoop::toldBy(const store::Delivery& row) const {
    const auto id = subscriptionOf(row.provider);
    const auto name = eventNameFrom(row.remote);
    const auto stand = id ? core_->registry().find(*id) : std::nullopt;
    // An empty notification does not say which referral it is about.
    const bool says = stand && stand->subscription.content != Content::Empty;
    return says && name ? name->version : 0;
}

void NotifyLoop::gaveUp(const store::Delivery& row) {
    const auto id = subscriptionOf(row.provider);
    if (!id) return;
    core_->fail(*id,
                "Notifications did not arrive for days; $events has those that are missing. "
                "Set status to requested to have them sent again.");
}

}  // namespace waymark::notify
