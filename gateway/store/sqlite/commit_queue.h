// The writer's queue: bounded per lane, so that a flood at the doors leaves room for delivery
// results and status. Any thread pushes; the writer pops.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/store/sqlite/prepared.h"

namespace waymark::store {

struct LaneLimits {
    std::size_t doors = 4096;
    std::size_t status = 2048;
    std::size_t delivery = 2048;
};

class CommitQueue {
public:
    explicit CommitQueue(const LaneLimits& limits)
        : limits_{limits.doors, limits.status, limits.delivery} {}

    /// A place in a lane, taken before the work of preparing, so that what will be refused costs
    /// nothing. Given back unless it is used.
    class Place {
    public:
        Place(CommitQueue& queue, Lane lane)
            : queue_(queue), lane_(lane), isTaken_(queue.reserve(lane)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (isTaken_) queue_.release(lane_);
        }
        /// False when the lane is full.
        [[nodiscard]] bool isTaken() const { return isTaken_; }
        void use() { isTaken_ = false; }

    private:
        CommitQueue& queue_;
        const Lane lane_;
        bool isTaken_;
    };

    /// Into its place. False after close(), with `prepared` untouched.
    [[nodiscard]] bool push(std::unique_ptr<Prepared>& prepared);

    /// Waits for at least one commit and takes at most `count`, oldest first. Empty only after
    /// close(), when the queue is drained.
    [[nodiscard]] std::vector<std::unique_ptr<Prepared>> pop(std::size_t count);
    /// Nothing is taken in any more; what is queued is still given out.
    void close();
    /// Commits that hold a place.
    [[nodiscard]] std::size_t size() const;

private:
    [[nodiscard]] bool reserve(Lane lane);
    void release(Lane lane);
    [[nodiscard]] static std::size_t indexOf(Lane lane) { return static_cast<std::size_t>(lane); }

    const std::array<std::size_t, 3> limits_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::array<std::size_t, 3> taken_{};
    std::deque<std::unique_ptr<Prepared>> waiting_;
    bool isClosed_ = false;
};

}  // namespace waymark::store
