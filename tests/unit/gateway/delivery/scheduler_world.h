// A small world around the scheduler: a store of rows that keeps the port's promises, providers
// with habits, and time that jumps from event to event. Everything follows from the seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/delivery/scheduler.h"
#include "tests/support/fixed_world.h"

namespace waymark::delivery {

enum class Habit : std::uint8_t { Good, Flaky, Dead, Throttling, Refusing, DownAtFirst };

struct Row {
    DeliveryId id;
    AssignmentId assignment;
    std::string provider;
    Instant due{};
    Instant deadline{};
    std::uint32_t attempts = 0;
    std::optional<Ending> final = std::nullopt;
    std::optional<Instant> firstSent = std::nullopt;
    Instant created{};
};

class World {
public:
    static constexpr std::uint32_t kConcurrency = 3;
    static constexpr std::uint32_t kLoadLimit = 16;

    World(std::uint64_t seed, std::map<std::string, Habit> providers)
        : random(seed),
          scheduler(policy(), random),
          providers_(std::move(providers)),
          start_(clock.now()) {}

    /// A delivery that falls due at `at`, the next of its assignment.
    void arrive(Instant at, const std::string& provider, const AssignmentId& assignment,
                Milliseconds within) {
        at_.emplace(at, [=, this] {
            const DeliveryId id(Uuid::version7(clock.now(), random));
            rows_[id] = Row{.id = id,
                            .assignment = assignment,
                            .provider = provider,
                            .due = clock.now(),
                            .deadline = clock.now() + within,
                            .created = clock.now()};
            order_[assignment].push_back(id);
            open_[assignment].push_back(id);
            poked_ = true;
        });
    }

    AssignmentId newAssignment() { return AssignmentId(Uuid::version7(clock.now(), random)); }

    /// Until nothing more will happen; false when it goes on and on.
    [[nodiscard]] bool run() {
        for (std::size_t turns = 0; turns < kTurnsMax; ++turns) {
            settle();
            const auto next = nextInstant();
            if (!next) return true;
            if (*next < clock.now()) {
                ADD_FAILURE() << "time ran backwards";
                return false;
            }
            clock.advance(*next - clock.now());
            while (!at_.empty() && at_.begin()->first <= clock.now()) {
                const auto happen = std::move(at_.begin()->second);
                at_.erase(at_.begin());
                happen();
            }
        }
        return false;
    }

    [[nodiscard]] const std::map<DeliveryId, Row>& rows() const { return rows_; }
    [[nodiscard]] std::size_t loads() const { return loads_; }
    [[nodiscard]] std::size_t sends() const { return sends_; }

    tests::FixedClock clock;
    tests::SeededRandom random;
    Scheduler scheduler;

private:
    static constexpr std::size_t kTurnsMax = 2'000'000;

    static config::RetryPolicy policy() {
        config::RetryPolicy policy;
        policy.schedule = {std::chrono::seconds(1), std::chrono::seconds(10),
                           std::chrono::minutes(2)};
        return policy;
    }

    void settle() {
        act(scheduler.step(clock.now(), Tick{}));
        if (!loading_ && (poked_ || scheduler.wantsLoad() || (timer_ && *timer_ <= clock.now()))) {
            load();
        }
    }

    std::optional<Instant> nextInstant() const {
        std::optional<Instant> next = scheduler.wake(clock.now());
        if (timer_ && !loading_ && (!next || *timer_ < *next)) next = timer_;
        if (!at_.empty() && (!next || at_.begin()->first < *next)) next = at_.begin()->first;
        return next;
    }

    /// Reads now, answers later: what is recorded meanwhile is not in the answer.
    void load() {
        poked_ = false;
        loading_ = true;
        timer_.reset();
        ++loads_;
        const std::vector<std::string> skip = scheduler.full();
        act(scheduler.step(clock.now(), Loading{}));
        Loaded loaded{.items = due(skip), .limit = kLoadLimit};
        const auto timer = nextDue();
        later(5, [=, this] {
            loading_ = false;
            if (timer) wakeAt(*timer);
            act(scheduler.step(clock.now(), loaded));
        });
    }

    void wakeAt(Instant at) {
        if (!timer_ || at < *timer_) timer_ = at;
    }

    std::vector<Item> due(const std::vector<std::string>& skip) const {
        std::vector<const Row*> ready;
        for (const auto& [assignment, ids] : open_) {
            const Row& row = rows_.at(ids.front());  // later ones wait for it
            if (row.due <= clock.now() && std::ranges::find(skip, row.provider) == skip.end()) {
                ready.push_back(&row);
            }
        }
        std::ranges::sort(ready, {}, [](const Row* row) { return std::pair(row->due, row->id); });
        std::map<std::string, std::uint32_t> count;
        std::vector<Item> items;
        for (const Row* row : ready) {
            if (++count[row->provider] > kLoadLimit) continue;
            items.push_back({.id = row->id,
                             .assignment = row->assignment,
                             .provider = row->provider,
                             .due = row->due,
                             .deadline = row->deadline,
                             .attempts = row->attempts,
                             .concurrency = kConcurrency});
        }
        return items;
    }

    std::optional<Instant> nextDue() const {
        std::optional<Instant> next;
        for (const auto& [assignment, ids] : open_) {
            for (const DeliveryId& id : ids) {
                const Instant due = rows_.at(id).due;
                if (due > clock.now() && (!next || due < *next)) next = due;
            }
        }
        return next;
    }

    void act(const std::vector<Action>& actions) {
        for (const Action& action : actions) {
            if (const auto* send = std::get_if<Send>(&action)) {
                attempt(send->id);
            } else {
                record(std::get<Record>(action));
            }
        }
    }

    void attempt(const DeliveryId& id) {
        ++sends_;
        Row& row = rows_.at(id);
        EXPECT_FALSE(row.final) << "sent after its end";
        EXPECT_LT(clock.now(), row.deadline) << "sent after its deadline";
        EXPECT_LE(++inFlight_[row.provider], kConcurrency);
        EXPECT_TRUE(assignments_.insert(row.assignment).second) << "two of one assignment at once";
        for (const DeliveryId& earlier : order_.at(row.assignment)) {
            if (earlier == id) break;
            EXPECT_TRUE(rows_.at(earlier).final) << "sent before an earlier one had ended";
        }
        if (!row.firstSent) row.firstSent = clock.now();
        const auto [outcome, after] = answer(row);
        at_.emplace(clock.now() + after, [=, this] {
            --inFlight_[rows_.at(id).provider];
            if (random.below(50) == 0) {
                assignments_.erase(rows_.at(id).assignment);
                const Instant until = clock.now() + std::chrono::seconds(1);
                act(scheduler.step(clock.now(), Deferred{.id = id, .until = until}));
            } else {
                act(scheduler.step(clock.now(), Finished{.id = id, .outcome = outcome}));
            }
        });
    }

    std::pair<Outcome, Milliseconds> answer(const Row& row) {
        const Outcome good{.verdict = Verdict::Delivered, .status = 200};
        const Outcome bad{
            .verdict = Verdict::Retry, .problem = "timed-out", .againstProvider = true};
        switch (providers_.at(row.provider)) {
            case Habit::Good:
                return {good, quick(20)};
            case Habit::Flaky:
                return {random.below(3) == 0 ? good : bad, quick(2'000)};
            case Habit::Dead:
                return {bad, std::chrono::seconds(20)};
            case Habit::Refusing:
                if (random.below(2) == 0) return {good, quick(20)};
                return {{.verdict = Verdict::Refused, .problem = "refused", .status = 422},
                        quick(20)};
            case Habit::DownAtFirst:
                if (clock.now() < start_ + std::chrono::minutes(10)) return {bad, quick(5)};
                return {good, quick(20)};
            case Habit::Throttling:
                if (random.below(2) == 0) return {good, quick(20)};
                return {{.verdict = Verdict::Retry,
                         .problem = "throttled",
                         .status = 429,
                         .after = std::chrono::seconds(5),
                         .pausesProvider = true},
                        quick(20)};
        }
        return {good, quick(20)};
    }

    void record(const Record& what) {
        if (what.ending != Ending::Postponed) {
            // Only the deadline or a verdict ends it without a delivery.
            const Row& row = rows_.at(what.id);
            const bool judged = what.outcome && what.outcome->verdict != Verdict::Retry;
            EXPECT_TRUE(judged || clock.now() >= row.deadline);
        }
        later(15, [=, this] {
            Row& row = rows_.at(what.id);
            EXPECT_FALSE(row.final) << "recorded after its end";
            row.attempts = what.attempts;
            if (what.ending == Ending::Postponed) {
                row.due = what.due;
                EXPECT_LE(row.due, row.deadline);
                wakeAt(row.due);
            } else {
                row.final = what.ending;
                const auto found = open_.find(row.assignment);
                std::erase(found->second, what.id);
                if (found->second.empty()) open_.erase(found);
            }
            assignments_.erase(row.assignment);
            act(scheduler.step(clock.now(), Recorded{.id = what.id}));
        });
    }

    void later(std::uint64_t msMax, std::function<void()> happen) {
        at_.emplace(clock.now() + quick(msMax), std::move(happen));
    }
    Milliseconds quick(std::uint64_t msMax) {
        return Milliseconds(static_cast<std::int64_t>(random.below(msMax)) + 1);
    }

    std::map<std::string, Habit> providers_;
    Instant start_;
    std::map<DeliveryId, Row> rows_;
    std::map<AssignmentId, std::vector<DeliveryId>> order_;
    std::map<AssignmentId, std::vector<DeliveryId>> open_;  ///< without what has ended
    std::multimap<Instant, std::function<void()>> at_;
    std::map<std::string, std::uint32_t> inFlight_;
    std::set<AssignmentId> assignments_;  ///< sent or being recorded
    std::optional<Instant> timer_;
    bool poked_ = false;
    bool loading_ = false;
    std::size_t loads_ = 0;
    std::size_t sends_ = 0;
};

}  // namespace waymark::delivery
