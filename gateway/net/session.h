// One connection of a client, as the listener sees it: something with a time limit that can be told
// to end. Internal to gateway/net.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>

namespace waymark::net {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Any thread, except for the protected part, which belongs to the session's strand.
class Session {
public:
    virtual ~Session() = default;

    /// Whether the current limit has passed; then expire() is due.
    [[nodiscard]] bool overdue(SteadyTime now) const {
        return ticks(now) >= limit_.load(std::memory_order_relaxed);
    }
    /// Since when it has waited for a request; nullopt while it works on one.
    [[nodiscard]] std::optional<SteadyTime> idleSince() const;

    /// Acts on the limit that has passed, unless it has been moved meanwhile.
    virtual void expire() = 0;
    /// Ends after the request that it works on; at once when it works on none.
    virtual void finish() = 0;
    /// Cancels the handler and closes.
    virtual void abort() = 0;

protected:
    using Ticks = std::chrono::steady_clock::rep;
    static constexpr Ticks kNever = std::numeric_limits<Ticks>::max();

    static Ticks ticks(SteadyTime time) { return time.time_since_epoch().count(); }
    void setLimit(SteadyTime limit) { limit_.store(ticks(limit), std::memory_order_relaxed); }
    void setIdle(SteadyTime since) { idleSince_.store(ticks(since), std::memory_order_relaxed); }
    void setBusy() { idleSince_.store(kNever, std::memory_order_relaxed); }

private:
    std::atomic<Ticks> limit_{kNever};
    std::atomic<Ticks> idleSince_{kNever};
};

/// All sessions of a listener. One clock for all: a sweep every few milliseconds is cheaper than a
/// timer that every read and write of every connection sets and cancels. Any thread.
class SessionTable {
public:
    /// False when the table is closed; the session is not kept then.
    [[nodiscard]] bool add(std::shared_ptr<Session> session);
    void remove(const std::shared_ptr<Session>& session);
    [[nodiscard]] std::size_t size() const;

    void expireOverdue(SteadyTime now);
    /// Tells the session that has waited longest for a request to end; false when none waits.
    bool finishLongestIdle();
    /// Lets nobody in any more and tells everyone to finish.
    void finishAll();
    void abortAll();
    /// False when some are left after `patience`.
    [[nodiscard]] bool waitUntilEmpty(std::chrono::milliseconds patience);

private:
    mutable std::mutex lock_;
    std::condition_variable changed_;
    std::unordered_set<std::shared_ptr<Session>> sessions_;
    bool closed_ = false;
};

}  // namespace waymark::net
