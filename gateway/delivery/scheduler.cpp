#include "gateway/delivery/scheduler.h"

#include <algorithm>
#include <utility>

#include "fhir/core/check.h"

namespace waymark::delivery {

Scheduler::Scheduler(config::RetryPolicy policy, Random& random)
    : backoff_(std::move(policy)), random_(random) {}

std::vector<Action> Scheduler::step(Instant now, const Event& event) {
    Actions actions;
    std::visit([&](const auto& each) { on(now, each, actions); }, event);
    return actions;
}

void Scheduler::on(Instant now, const Tick&, Actions& actions) {
    advanceAll(now, actions);
}

void Scheduler::on(Instant, const Loading&, Actions&) {
    check(!loading_, "the store is read once at a time");
    loading_ = true;
    reload_ = false;
    recordedWhileLoading_.clear();
    for (auto& [provider, lane] : lanes_) lane.skipped = lane.queue.size() >= kLaneMax;
}

void Scheduler::on(Instant now, const Loaded& event, Actions& actions) {
    check(loading_, "a read was announced before its result");
    loading_ = false;
    struct Seen {
        std::uint32_t all = 0;
        std::uint32_t fresh = 0;
    };
    std::map<std::string_view, Seen> seen;
    for (const Item& item : event.items) {
        Seen& count = seen[item.provider];
        ++count.all;
        if (take(item)) ++count.fresh;
    }
    recordedWhileLoading_.clear();
    for (auto& [provider, lane] : lanes_) {
        if (lane.skipped) continue;
        const Seen& count = seen[provider];
        const bool limited = count.all >= event.limit;
        // When all that was read is known here, reading again gives the same until one has ended.
        lane.more = limited && count.fresh > 0;
        lane.hidden = limited && count.fresh == 0;
    }
    advanceAll(now, actions);
}

bool Scheduler::take(const Item& item) {
    Lane& lane = lanes_[item.provider];
    lane.concurrency = item.concurrency;
    const bool idle = lane.queue.empty() && lane.sent == 0 && !lane.circuit.isOpen();
    lane.allowed = idle ? lane.concurrency : std::min(lane.allowed, lane.concurrency);
    if (recordedWhileLoading_.contains(item.id)) return false;
    if (!entries_.try_emplace(item.id, Entry{.item = item}).second) return false;
    lane.queue.emplace(item.due, item.id);
    lane.deadlines.emplace(item.deadline, item.id);
    return true;
}

void Scheduler::on(Instant now, const Finished& event, Actions& actions) {
    const auto found = entries_.find(event.id);
    check(found != entries_.end() && found->second.stage == Stage::Sent,
          "only what was sent can finish");
    Entry& entry = found->second;
    Lane& lane = laneOf(entry);
    --lane.sent;
    judge(now, lane, entry, event.outcome);

    Record what{.id = event.id, .attempts = entry.item.attempts + 1, .outcome = event.outcome};
    if (event.outcome.verdict == Verdict::Delivered) {
        what.ending = Ending::Delivered;
    } else if (event.outcome.verdict != Verdict::Retry || now >= entry.item.deadline) {
        what.ending = Ending::Dead;
    } else {
        // At its deadline it comes back once more, to be given up on time.
        const Milliseconds wait = backoff_.wait(what.attempts, event.outcome.after, random_);
        what.due = std::min(now + wait, entry.item.deadline);
    }
    record(entry, std::move(what), actions);
    advance(now, lane, actions);
}

void Scheduler::on(Instant now, const Deferred& event, Actions& actions) {
    const auto found = entries_.find(event.id);
    check(found != entries_.end() && found->second.stage == Stage::Sent,
          "only what was sent can be deferred");
    Entry& entry = found->second;
    Lane& lane = laneOf(entry);
    --lane.sent;
    lane.circuit.abandoned(entry.probe);
    // Nothing is recorded: the store has it as due still. It waits here.
    entry.stage = Stage::Queued;
    entry.probe = false;
    --active_;
    busy_.erase(entry.item.assignment);
    entry.item.due = event.until;
    lane.queue.emplace(entry.item.due, event.id);
    lane.deadlines.emplace(entry.item.deadline, event.id);
    advance(now, lane, actions);
}

void Scheduler::on(Instant now, const Recorded& event, Actions& actions) {
    const auto found = entries_.find(event.id);
    check(found != entries_.end() && found->second.stage == Stage::Recording,
          "only what is being recorded can be recorded");
    Lane& lane = laneOf(found->second);
    busy_.erase(found->second.item.assignment);
    // A later delivery of the same assignment may have waited in the store for this one's end.
    reload_ = reload_ || found->second.final;
    lane.more = lane.more || std::exchange(lane.hidden, false);
    entries_.erase(found);
    --active_;
    if (loading_) recordedWhileLoading_.insert(event.id);
    advance(now, lane, actions);
}

void Scheduler::on(Instant, const Gone& event, Actions&) {
    const auto found = entries_.find(event.id);
    if (found == entries_.end() && loading_) {
        // The read that is on its way may still have it.
        recordedWhileLoading_.insert(event.id);
        reload_ = true;
    }
    if (found == entries_.end() || found->second.stage != Stage::Queued) return;
    unqueue(laneOf(found->second), found->second.item);
    entries_.erase(found);
    if (loading_) recordedWhileLoading_.insert(event.id);
}

void Scheduler::on(Instant, const Stop&, Actions&) {
    stopping_ = true;
}

void Scheduler::advanceAll(Instant now, Actions& actions) {
    for (auto& [provider, lane] : lanes_) {
        if (!lane.queue.empty()) advance(now, lane, actions);
    }
}

void Scheduler::advance(Instant now, Lane& lane, Actions& actions) {
    if (stopping_) return;
    abandonLate(now, lane, actions);
    auto next = lane.queue.begin();
    while (next != lane.queue.end() && next->first <= now && lane.sent < lane.allowed &&
           !lane.circuit.blockedUntil(now)) {
        Entry& entry = entries_.at(next->second);
        ++next;
        if (!busy_.insert(entry.item.assignment).second) continue;
        unqueue(lane, entry.item);
        entry.stage = Stage::Sent;
        entry.probe = lane.circuit.started();
        ++lane.sent;
        ++active_;
        actions.emplace_back(Send{.id = entry.item.id});
    }
}

void Scheduler::abandonLate(Instant now, Lane& lane, Actions& actions) {
    auto next = lane.deadlines.begin();
    while (next != lane.deadlines.end() && next->first <= now) {
        Entry& entry = entries_.at(next->second);
        ++next;
        if (!busy_.insert(entry.item.assignment).second) continue;
        unqueue(lane, entry.item);
        ++active_;
        record(entry,
               {.id = entry.item.id,
                .ending = Ending::Dead,
                .attempts = entry.item.attempts,
                .outcome = std::nullopt},
               actions);
    }
}

void Scheduler::unqueue(Lane& lane, const Item& item) {
    lane.queue.erase({item.due, item.id});
    lane.deadlines.erase({item.deadline, item.id});
}

void Scheduler::judge(Instant now, Lane& lane, const Entry& entry, const Outcome& outcome) {
    if (outcome.againstProvider) {
        lane.circuit.failed(now, entry.probe, random_);
        if (lane.circuit.isOpen()) lane.allowed = 1;
    } else {
        lane.circuit.succeeded();
        lane.allowed = std::min(lane.allowed + 1, lane.concurrency);
    }
    if (outcome.pausesProvider) lane.circuit.pause(now + outcome.after.value_or(Milliseconds(0)));
}

void Scheduler::record(Entry& entry, Record what, Actions& actions) {
    entry.stage = Stage::Recording;
    entry.final = what.ending != Ending::Postponed;
    actions.emplace_back(std::move(what));
}

Scheduler::Lane& Scheduler::laneOf(const Entry& entry) {
    const auto lane = lanes_.find(entry.item.provider);
    check(lane != lanes_.end(), "each delivery has a lane");
    return lane->second;
}

std::optional<Instant> Scheduler::wake(Instant now) const {
    std::optional<Instant> earliest;
    const auto consider = [&earliest](Instant at) {
        if (!earliest || at < *earliest) earliest = at;
    };
    if (stopping_) return earliest;
    // What is due by now waits for an event: an end on its way, a record.
    const Place later{now + Milliseconds(1), DeliveryId()};
    for (const auto& [provider, lane] : lanes_) {
        const auto deadline = lane.deadlines.lower_bound(later);
        if (deadline != lane.deadlines.end()) consider(deadline->first);
        if (lane.queue.empty() || lane.sent >= lane.allowed) continue;
        if (const auto blocked = lane.circuit.blockedUntil(now)) {
            if (*blocked != Instant::max()) consider(std::max(*blocked, lane.queue.begin()->first));
            continue;
        }
        const auto due = lane.queue.lower_bound(later);
        if (due != lane.queue.end()) consider(due->first);
    }
    return earliest;
}

bool Scheduler::wantsLoad() const {
    if (loading_ || stopping_) return false;
    return reload_ || std::ranges::any_of(lanes_, [](const auto& each) {
               const Lane& lane = each.second;
               return lane.more && lane.queue.size() < kLaneMax / 2;
           });
}

std::vector<std::string> Scheduler::full() const {
    std::vector<std::string> providers;
    for (const auto& [provider, lane] : lanes_) {
        if (lane.queue.size() >= kLaneMax) providers.push_back(provider);
    }
    return providers;
}

std::size_t Scheduler::openCircuits() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        lanes_, [](const auto& each) { return each.second.circuit.isOpen(); }));
}

}  // namespace waymark::delivery
