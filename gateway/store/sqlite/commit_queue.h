// The writer's queue: bounded per lane, so that a flood at the doors leaves room for delivery
// results and status. Any thread pushes; the writer pops.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
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

    /// Takes a place in the lane; false when there is none. Taken before the work of preparing, so
    /// that what will be refused costs nothing.
    [[nodiscard]] bool reserve(Lane lane);
    /// Gives back a place that was not used.
    void release(Lane lane);
    /// Uses a reserved place. False after close(), with `prepared` untouched.
    [[nodiscard]] bool push(std::unique_ptr<Prepared>& prepared);

    /// Waits for at least one commit and takes at most `count`, oldest first. Empty only after
    /// close(), when the queue is drained.
    [[nodiscard]] std::vector<std::unique_ptr<Prepared>> pop(std::size_t count);
    /// Nothing is taken in any more; what is queued is still given out.
    void close();
    /// Commits that hold a place.
    [[nodiscard]] std::size_t size() const;

private:
    [[nodiscard]] static std::size_t indexOf(Lane lane) { return static_cast<std::size_t>(lane); }

    const std::array<std::size_t, 3> limits_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::array<std::size_t, 3> taken_{};
    std::vector<std::unique_ptr<Prepared>> waiting_;
    std::size_t first_ = 0;  ///< of waiting_ that was not given out yet
    bool isClosed_ = false;
};

}  // namespace waymark::store
