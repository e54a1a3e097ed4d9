#include "gateway/delivery/loop.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "fhir/core/check.h"
#include "gateway/delivery/addressees.h"
#include "gateway/delivery/attempt.h"
#include "gateway/delivery/backoff.h"
#include "gateway/delivery/classifier.h"
#include "gateway/delivery/measures.h"
#include "gateway/delivery/overdue.h"
#include "gateway/delivery/poller.h"
#include "gateway/delivery/recorder.h"
#include "gateway/delivery/scheduler.h"
#include "gateway/referral/clock.h"

namespace waymark::delivery {
namespace {

using boost::asio::awaitable;

constexpr std::uint32_t kLoadLimit = 2 * Scheduler::kLaneMax;
constexpr std::uint32_t kClocksMax = 64;
/// While the store cannot be read or written.
constexpr Milliseconds kStoreWait = std::chrono::seconds(1);
constexpr Milliseconds kBugWait = std::chrono::minutes(10);
constexpr Milliseconds kSleepMin{1};
constexpr Milliseconds kFirstPollWithin = std::chrono::seconds(5);
constexpr double kPollJitter = 0.1;

/// What one look into the store gave.
struct Read {
    std::vector<store::Delivery> deliveries;
    std::vector<store::DueClock> clocks;
    std::optional<Instant> next;
};

Result<Read> readStore(store::Store& store, Instant now, const std::vector<std::string>& skip) {
    Read read;
    auto deliveries = store.dueDeliveries(now, kLoadLimit, skip);
    if (!deliveries) return std::unexpected(std::move(deliveries.error()));
    read.deliveries = std::move(*deliveries);
    auto clocks = store.dueClocks(now, kClocksMax);
    if (!clocks) return std::unexpected(std::move(clocks.error()));
    read.clocks = std::move(*clocks);
    const auto next = store.nextDue(now);
    if (!next) return std::unexpected(next.error());
    read.next = *next;
    return read;
}

}  // namespace

/// Everything runs on one strand but what says otherwise. Held by its own work, so that a callback
/// that comes late finds it.
class DeliveryLoop::Core : public std::enable_shared_from_this<Core> {
public:
    explicit Core(Ports ports)
        : ports_(std::move(ports)),
          strand_(ports_.stage.strand()),
          measures_(ports_.metrics),
          scheduler_(ports_.rules({}).config->retry, ports_.random) {}

    void start() {
        onStrand([](Core& core) {
            core.startPolls();
            core.poked_ = true;
            core.turn(Tick{});
        });
    }

    void poke() {
        // Many commits, one look.
        if (pokePending_.exchange(true)) return;
        onStrand([](Core& core) {
            core.pokePending_ = false;
            core.poked_ = true;
            core.turn(Tick{});
        });
    }

    void moved(std::vector<DeliveryId> deliveries) {
        onStrand([deliveries = std::move(deliveries)](Core& core) {
            for (const DeliveryId& each : deliveries) core.turn(Gone{.id = each});
            core.poked_ = true;
            core.turn(Tick{});
        });
    }

    void configured() {
        onStrand([](Core& core) {
            core.startPolls();
            core.turn(Tick{});
        });
    }

    void requestStop(std::function<void()> done) {
        stopping_ = true;
        onStrand([done = std::move(done)](Core& core) mutable {
            core.stopped_ = std::move(done);
            core.turn(Stop{});
        });
    }

private:
    struct Poll {
        Instant next{};
        bool running = false;
        std::shared_ptr<Seen> seen = std::make_shared<Seen>();
    };
    using Row = std::shared_ptr<store::Delivery>;

    template <class Work>
    void onStrand(Work work) {
        boost::asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            work(*self);
        });
    }

    /// Runs `flow` on a strand of its own, and `then(core, error, result)` on the loop's.
    template <class T, class Then>
    void spawn(awaitable<T> flow, Then then) {
        ++running_;
        auto ended = [self = shared_from_this(), then = std::move(then)](std::exception_ptr error,
                                                                         T result) mutable {
            --self->running_;
            self->logBug(error);
            then(*self, error != nullptr, std::move(result));
            self->turn(Tick{});
        };
        boost::asio::co_spawn(ports_.stage.strand(), std::move(flow),
                              boost::asio::bind_executor(strand_, std::move(ended)));
    }

    void logBug(const std::exception_ptr& error) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& bug) {
            ports_.log.exception("delivery.bug", bug);
        }
    }

    // ---- one turn ----

    void turn(const Event& event) {
        for (Action& action : scheduler_.step(ports_.clock.now(), event)) {
            if (const auto* sent = std::get_if<Send>(&action)) {
                send(sent->id);
            } else {
                write(std::get<Record>(std::move(action)));
            }
        }
        const Instant now = ports_.clock.now();
        const bool due = poked_ || scheduler_.wantsLoad() || (timer_ && *timer_ <= now);
        if (due && !loading_ && !stopping_) load(now);
        if (!stopping_) pollWhoIsDue(now);
        measures_.circuits(scheduler_.openCircuits());
        arm(now);
        if (stopped_ && running_ == 0) std::exchange(stopped_, nullptr)();
    }

    void wakeAt(Instant at) {
        if (!timer_ || at < *timer_) timer_ = at;
    }

    void arm(Instant now) {
        if (stopping_) return;
        Instant next = now + ports_.stage.longestSleep();
        if (timer_ && !loading_) next = std::min(next, *timer_);
        if (const auto wake = scheduler_.wake(now)) next = std::min(next, *wake);
        for (const auto& [provider, poll] : polls_) {
            if (!poll.running) next = std::min(next, poll.next);
        }
        if (armed_ && *armed_ <= next) return;
        armed_ = next;
        const Milliseconds wait = std::max(next - now, kSleepMin);
        ports_.stage.after(wait, [weak = weak_from_this(), next] {
            const auto self = weak.lock();
            if (!self) return;
            self->onStrand([next](Core& core) {
                if (core.armed_ == next) core.armed_.reset();
                core.turn(Tick{});
            });
        });
    }

    // ---- reading ----

    void load(Instant now) {
        loading_ = true;
        poked_ = false;
        timer_.reset();
        clocksWhileLoading_.clear();
        auto skip = scheduler_.full();
        const auto actions = scheduler_.step(now, Loading{});
        check(actions.empty(), "a read begins nothing");
        auto work = [ports = &ports_, now, skip = std::move(skip)] {
            return readStore(ports->store, now, skip);
        };
        auto reading = onPool(&ports_.stage, std::move(work));
        spawn(std::move(reading), [](Core& core, bool bug, Result<Read> read) {
            core.loading_ = false;
            if (bug || !read) {
                if (!bug)
                    core.ports_.log.failure(telemetry::Level::Warning, "delivery.unread",
                                            read.error());
                core.wakeAt(core.ports_.clock.now() + kStoreWait);
                core.turn(Loaded{});
            } else {
                core.take(std::move(*read));
            }
        });
    }

    void take(Read read) {
        if (read.next) wakeAt(*read.next);
        const Rules rules = ports_.rules({});
        Loaded loaded;
        loaded.limit = kLoadLimit;
        for (store::Delivery& delivery : read.deliveries) {
            const config::Provider* provider = rules.config->provider(delivery.provider);
            loaded.items.push_back(
                {.id = delivery.id,
                 .assignment = delivery.assignment,
                 .provider = delivery.provider,
                 .due = delivery.due,
                 .deadline = delivery.deadline,
                 .attempts = delivery.attempts,
                 .concurrency = provider != nullptr ? provider->concurrency : 1});
            const store::DeliveryId id = delivery.id;
            rows_.try_emplace(id, std::make_shared<store::Delivery>(std::move(delivery)));
        }
        turn(loaded);
        std::erase_if(rows_, [this](const auto& row) { return !scheduler_.knows(row.first); });
        if (stopping_) return;
        for (store::DueClock& clock : read.clocks) runOut(std::move(clock));
    }

    // ---- attempts ----

    void send(const DeliveryId& id) {
        const Row row = rows_.at(id);
        const Instant began = ports_.clock.now();
        spawn(attempt(&ports_, row), [id, row, began](Core& core, bool bug, Attempted attempted) {
            if (bug) attempted.outcome = outcomeOf(OwnFinding::Fault);
            if (attempted.deferredUntil) {
                core.turn(Deferred{.id = id, .until = *attempted.deferredUntil});
                return;
            }
            core.tell(*row, attempted.outcome, core.ports_.clock.now() - began);
            core.turn(Finished{.id = id, .outcome = std::move(attempted.outcome)});
        });
    }

    void tell(const store::Delivery& row, const Outcome& outcome, Milliseconds took) {
        measures_.attempted(row.provider, outcome, took);
        const bool good = outcome.verdict == Verdict::Delivered;
        ports_.log.write(good ? telemetry::Level::Info : telemetry::Level::Warning,
                         "delivery.attempted",
                         {{"delivery", row.id.get()},
                          {"provider", telemetry::Name(row.provider)},
                          {"attempt", row.attempts + 1},
                          {"outcome", word(outcome.verdict)},
                          {"problem", outcome.problem},
                          {"status", outcome.status},
                          {"duration", took}});
    }

    // ---- results ----

    void write(Record what) {
        const Row row = rows_.at(what.id);
        spawn(record(&ports_, row, what), [what, row](Core& core, bool bug, Result<void> written) {
            core.written(what, row, bug, written);
        });
    }

    void writeAlone(const Record& what, const Row& row) {
        spawn(recordAlone(&ports_, row, what),
              [what, row](Core& core, bool bug, Result<void> written) {
                  // A bug twice: nothing can be written about it, and nothing is sent again before
                  // the next start.
                  if (!bug) core.written(what, row, false, written);
              });
    }

    void written(const Record& what, const Row& row, bool bug, const Result<void>& result) {
        if (bug) return writeAlone(what, row);
        const bool absent = !result && result.error().kind == Kind::NotFound;
        if (!result) {
            ports_.log.failure(telemetry::Level::Error, "delivery.unwritten", result.error(),
                               {{"delivery", row->id.get()}});
            // The provider may have it by now, so it is not sent again: only the result is written
            // again. A stop need not wait for a store that takes nothing.
            if (stopping_) return;
            if (absent) return forget(what.id);
            spawn(pauseFor(kStoreWait), [what](Core& core, bool, bool) { core.write(what); });
            return;
        }
        if (what.ending == Ending::Postponed) wakeAt(what.due);
        if (what.ending == Ending::Delivered) {
            measures_.delivered(row->provider, since(row->id.get(), ports_.clock.now()));
        }
        if (what.ending == Ending::Dead) {
            measures_.dead(row->provider);
            if (row->kind == store::DeliveryKind::Notified && ports_.addressees != nullptr) {
                ports_.addressees->gaveUp(*row);
            }
            ports_.log.warning("delivery.dead", {{"delivery", row->id.get()},
                                                 {"provider", telemetry::Name(row->provider)},
                                                 {"attempts", what.attempts}});
        }
        if (what.ending != Ending::Postponed) poked_ = true;  // it may have asked the next provider
        forget(what.id);
    }

    void tellAddressees() {
        if (ports_.addressees != nullptr) ports_.addressees->changed();
    }

    void forget(const DeliveryId& id) {
        rows_.erase(id);
        tellAddressees();
        turn(Recorded{.id = id});
    }

    awaitable<bool> pauseFor(Milliseconds wait) {
        auto pausing = pause(&ports_.stage, wait);
        co_await std::move(pausing);
        co_return true;
    }

    // ---- clocks ----

    void runOut(store::DueClock clock) {
        const referral::ReferralId id = clock.referral;
        const Instant now = ports_.clock.now();
        std::erase_if(heldClocks_, [now](const auto& held) { return held.second <= now; });
        if (clocksWhileLoading_.contains(id) || heldClocks_.contains(id)) return;
        if (!clocks_.insert(id).second) return;
        measures_.ranOut(clock.kind);
        if (clock.kind == referral::clock::kToldWithin) {
            ports_.log.warning("referral.untold", {{"referral", id.get()}});
        } else {
            ports_.log.info("clock.ran-out",
                            {{"referral", id.get()}, {"clock", telemetry::Name(clock.kind)}});
        }
        using Ended = Result<std::vector<DeliveryId>>;
        spawn(runClock(&ports_, std::move(clock)), [id](Core& core, bool bug, Ended ended) {
            core.clocks_.erase(id);
            if (core.loading_) core.clocksWhileLoading_.insert(id);
            if (bug || !ended) return core.hold(id, bug, ended);
            for (const DeliveryId& each : *ended) core.turn(Gone{.id = each});
            core.tellAddressees();
            core.poked_ = true;
        });
    }

    /// A clock that could not be run is run again, but not at once.
    void hold(const referral::ReferralId& id, bool bug,
              const Result<std::vector<DeliveryId>>& ended) {
        if (!bug) {
            ports_.log.failure(telemetry::Level::Error, "clock.not-run", ended.error(),
                               {{"referral", id.get()}});
        }
        const Instant until = ports_.clock.now() + (bug ? kBugWait : kStoreWait);
        heldClocks_[id] = until;
        wakeAt(until);
    }

    // ---- polls ----

    void startPolls() {
        const Rules rules = ports_.rules({});
        for (const config::Provider& provider : rules.config->providers) {
            if (provider.adapter != config::AdapterKind::Fhir) continue;
            if (polls_.contains(provider.id)) continue;
            const Milliseconds within = std::min(kFirstPollWithin, provider.pollEvery);
            const auto first = ports_.random.below(static_cast<std::uint64_t>(within.count()) + 1);
            polls_[provider.id].next =
                ports_.clock.now() + Milliseconds(static_cast<std::int64_t>(first));
        }
    }

    void pollWhoIsDue(Instant now) {
        for (auto& [id, poll] : polls_) {
            if (poll.running || poll.next > now) continue;
            poll.running = true;
            spawn(round(id, poll.seen),
                  [provider = id](Core& core, bool, bool) { core.pollAgain(provider); });
        }
    }

    awaitable<bool> round(std::string provider, std::shared_ptr<Seen> seen) {
        auto looking =
            pollRound(&ports_, &measures_, std::move(provider), std::move(seen), &stopping_);
        co_await std::move(looking);
        co_return true;
    }

    void pollAgain(const std::string& id) {
        const Rules rules = ports_.rules({});
        const config::Provider* provider = rules.config->provider(id);
        if (provider == nullptr) {
            polls_.erase(id);
            return;
        }
        Poll& poll = polls_.at(id);
        poll.running = false;
        poll.next = ports_.clock.now() + jittered(provider->pollEvery, kPollJitter, ports_.random);
        poked_ = true;  // what was found may have asked another provider
        tellAddressees();
    }

    Ports ports_;
    boost::asio::any_io_executor strand_;
    Measures measures_;
    Scheduler scheduler_;
    std::unordered_map<DeliveryId, Row> rows_;  ///< of what the scheduler knows
    std::set<referral::ReferralId> clocks_;     ///< being run
    std::set<referral::ReferralId> clocksWhileLoading_;
    std::map<referral::ReferralId, Instant> heldClocks_;
    std::map<std::string, Poll> polls_;
    std::optional<Instant> timer_;  ///< when the store has something new
    std::optional<Instant> armed_;
    std::size_t running_ = 0;
    bool poked_ = false;
    bool loading_ = false;
    std::atomic<bool> pokePending_ = false;
    std::atomic<bool> stopping_ = false;
    std::function<void()> stopped_;
};

DeliveryLoop::DeliveryLoop(Ports ports) : core_(std::make_shared<Core>(std::move(ports))) {}
DeliveryLoop::~DeliveryLoop() = default;

void DeliveryLoop::start() {
    core_->start();
}
void DeliveryLoop::poke() {
    core_->poke();
}

void DeliveryLoop::moved(std::vector<store::DeliveryId> deliveries) {
    core_->moved(std::move(deliveries));
}

void DeliveryLoop::configured() {
    core_->configured();
}

void DeliveryLoop::requestStop(std::function<void()> done) {
    core_->requestStop(std::move(done));
}

bool DeliveryLoop::stop(std::chrono::milliseconds within) {
    auto over = std::make_shared<std::promise<void>>();
    const auto future = over->get_future();
    core_->requestStop([over] { over->set_value(); });
    return future.wait_for(within) == std::future_status::ready;
}

}  // namespace waymark::delivery
