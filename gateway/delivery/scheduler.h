// Which delivery goes next: a synchronous machine. Events in, actions out; it knows no store, no
// socket and no clock of its own. Each provider has its own lane: a short queue read from the
// store, its own concurrency (after an outage let in one by one), its own circuit; so a dead
// provider keeps nobody waiting. Of one assignment one delivery goes at a time. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "fhir/core/world.h"
#include "gateway/delivery/backoff.h"
#include "gateway/delivery/circuit.h"
#include "gateway/delivery/outcome.h"
#include "gateway/referral/ids.h"

namespace waymark::delivery {

using referral::AssignmentId;
using referral::DeliveryId;

/// A due delivery, as read from the store.
struct Item {
    DeliveryId id;
    AssignmentId assignment;
    std::string provider;
    Instant due{};
    Instant deadline{};  ///< then it is given up
    std::uint32_t attempts = 0;
    std::uint32_t concurrency = 1;  ///< of the provider
};

// ---- events ----
/// Time has passed.
struct Tick {};
/// The store is being read.
struct Loading {};
/// What the read gave. What was recorded since Loading is passed over: the read may not know it.
struct Loaded {
    std::vector<Item> items;
    std::uint32_t limit = 0;  ///< per provider; a provider with as many has more
};
/// An attempt ended.
struct Finished {
    DeliveryId id;
    Outcome outcome;
};
/// An attempt could not be made for a reason of ours (the store was busy): it does not count.
struct Deferred {
    DeliveryId id;
    Instant until{};
};
/// A Record is on disk.
struct Recorded {
    DeliveryId id;
};
/// It is wanted no longer (a clock ended its assignment).
struct Gone {
    DeliveryId id;
};
/// Nothing more is sent; what is on its way comes to its end.
struct Stop {};
using Event = std::variant<Tick, Loading, Loaded, Finished, Deferred, Recorded, Gone, Stop>;

// ---- actions ----
struct Send {
    DeliveryId id;
};
enum class Ending : std::uint8_t { Delivered, Postponed, Dead };
/// To be written to the store, then answered by Recorded.
struct Record {
    DeliveryId id;
    Ending ending = Ending::Postponed;
    std::uint32_t attempts = 0;
    Instant due{};  ///< of Postponed
    std::optional<Outcome>
        outcome;  ///< of the last attempt; nullopt: the deadline passed, or Deferred
};
using Action = std::variant<Send, Record>;

class Scheduler {
public:
    /// A provider's lane wants no more than this from the store.
    static constexpr std::size_t kLaneMax = 64;

    /// `random` outlives it.
    Scheduler(config::RetryPolicy policy, Random& random);

    [[nodiscard]] std::vector<Action> step(Instant now, const Event& event);

    /// When to step again if nothing else happens; nullopt: only when something does.
    [[nodiscard]] std::optional<Instant> wake(Instant now) const;
    /// Whether the store should be read again: there is room for what it may hold.
    [[nodiscard]] bool wantsLoad() const;
    /// Providers whose lanes are full: to be skipped by the read that Loading announces.
    [[nodiscard]] std::vector<std::string> full() const;
    [[nodiscard]] bool knows(const DeliveryId& id) const { return entries_.contains(id); }
    /// Nothing is on its way or being recorded.
    [[nodiscard]] bool idle() const { return active_ == 0; }
    /// Sent or being recorded, waiting in lanes.
    [[nodiscard]] std::size_t active() const { return active_; }
    [[nodiscard]] std::size_t waiting() const { return entries_.size() - active_; }
    [[nodiscard]] std::size_t openCircuits() const;

private:
    enum class Stage : std::uint8_t { Queued, Sent, Recording };
    struct Entry {
        Item item;
        Stage stage = Stage::Queued;
        bool probe = false;
        bool final = false;  ///< what is being recorded ends the delivery
    };
    using Place = std::pair<Instant, DeliveryId>;
    struct Lane {
        std::uint32_t concurrency = 1;
        std::uint32_t allowed = 1;  ///< grows to concurrency with each success
        std::uint32_t sent = 0;
        bool more = false;          ///< the store holds more than was read
        bool hidden = false;        ///< it does, but behind what is here already
        bool skipped = false;       ///< was full when the read began, and so is not in it
        std::set<Place> queue;      ///< by due
        std::set<Place> deadlines;  ///< of the same
        Circuit circuit;
    };
    using Actions = std::vector<Action>;

    void on(Instant now, const Tick& event, Actions& actions);
    void on(Instant now, const Loading& event, Actions& actions);
    void on(Instant now, const Loaded& event, Actions& actions);
    void on(Instant now, const Finished& event, Actions& actions);
    void on(Instant now, const Deferred& event, Actions& actions);
    void on(Instant now, const Recorded& event, Actions& actions);
    void on(Instant now, const Gone& event, Actions& actions);
    void on(Instant now, const Stop& event, Actions& actions);

    /// False when it is known already.
    bool take(const Item& item);
    void advanceAll(Instant now, Actions& actions);
    void advance(Instant now, Lane& lane, Actions& actions);
    void abandonLate(Instant now, Lane& lane, Actions& actions);
    void unqueue(Lane& lane, const Item& item);
    void judge(Instant now, Lane& lane, const Entry& entry, const Outcome& outcome);
    void record(Entry& entry, Record what, Actions& actions);
    Lane& laneOf(const Entry& entry);

    Backoff backoff_;
    Random& random_;
    std::map<std::string, Lane, std::less<>> lanes_;
    std::unordered_map<DeliveryId, Entry> entries_;
    std::unordered_set<AssignmentId> busy_;  ///< of entries that are sent or being recorded
    std::unordered_set<DeliveryId> recordedWhileLoading_;
    std::size_t active_ = 0;
    bool loading_ = false;
    bool reload_ = false;
    bool stopping_ = false;
};

}  // namespace waymark::delivery
