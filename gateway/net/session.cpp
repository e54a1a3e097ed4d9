#include "gateway/net/session.h"

#include <utility>

namespace waymark::net {

std::optional<SteadyTime> Session::idleSince() const {
    const auto since = idleSince_.load(std::memory_order_relaxed);
    if (since == kNever) return std::nullopt;
    return SteadyTime(SteadyTime::duration(since));
}

bool SessionTable::add(std::shared_ptr<Session> session) {
    const std::lock_guard guard(lock_);
    if (closed_) return false;
    sessions_.insert(std::move(session));
    return true;
}

void SessionTable::remove(const std::shared_ptr<Session>& session) {
    {
        const std::lock_guard guard(lock_);
        sessions_.erase(session);
    }
    changed_.notify_all();
}

std::size_t SessionTable::size() const {
    const std::lock_guard guard(lock_);
    return sessions_.size();
}

void SessionTable::expireOverdue(SteadyTime now) {
    const std::lock_guard guard(lock_);
    for (const auto& session : sessions_) {
        if (session->overdue(now)) session->expire();
    }
}

bool SessionTable::finishLongestIdle() {
    std::shared_ptr<Session> longest;
    auto earliest = SteadyTime::max();
    const std::lock_guard guard(lock_);
    for (const auto& session : sessions_) {
        const auto since = session->idleSince();
        if (since && *since < earliest) {
            earliest = *since;
            longest = session;
        }
    }
    if (longest) longest->finish();
    return longest != nullptr;
}

void SessionTable::finishAll() {
    const std::lock_guard guard(lock_);
    closed_ = true;
    for (const auto& session : sessions_) session->finish();
}

void SessionTable::abortAll() {
    const std::lock_guard guard(lock_);
    for (const auto& session : sessions_) session->abort();
}

bool SessionTable::waitUntilEmpty(std::chrono::milliseconds patience) {
    std::unique_lock guard(lock_);
    return changed_.wait_for(guard, patience, [this] { return sessions_.empty(); });
}

}  // namespace waymark::net
