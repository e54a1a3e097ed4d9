#include "gateway/store/sqlite/commit_queue.h"

#include <algorithm>
#include <utility>

#include "fhir/core/check.h"

namespace waymark::store {

bool CommitQueue::reserve(Lane lane) {
    const std::lock_guard lock(mutex_);
    auto& taken = taken_[indexOf(lane)];
    if (taken >= limits_[indexOf(lane)]) return false;
    ++taken;
    return true;
}

void CommitQueue::release(Lane lane) {
    const std::lock_guard lock(mutex_);
    auto& taken = taken_[indexOf(lane)];
    check(taken > 0, "a place is released that was reserved");
    --taken;
}

bool CommitQueue::push(std::unique_ptr<Prepared>& prepared) {
    {
        const std::lock_guard lock(mutex_);
        if (isClosed_) return false;
        waiting_.push_back(std::move(prepared));
    }
    filled_.notify_one();
    return true;
}

std::vector<std::unique_ptr<Prepared>> CommitQueue::pop(std::size_t count) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !waiting_.empty() || isClosed_; });
    std::vector<std::unique_ptr<Prepared>> taken;
    taken.reserve(std::min(count, waiting_.size()));
    while (taken.size() < count && !waiting_.empty()) {
        --taken_[indexOf(waiting_.front()->commit.lane)];
        taken.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return taken;
}

void CommitQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        isClosed_ = true;
    }
    filled_.notify_all();
}

std::size_t CommitQueue::size() const {
    const std::lock_guard lock(mutex_);
    return taken_[0] + taken_[1] + taken_[2];
}

}  // namespace waymark::store
