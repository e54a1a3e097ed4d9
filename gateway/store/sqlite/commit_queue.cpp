#include "gateway/store/sqlite/commit_queue.h"

#include <algorithm>
#include <iterator>
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
    std::vector<std::unique_ptr<Prepared>> taken;
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return first_ < waiting_.size() || isClosed_; });
    const std::size_t last = std::min(waiting_.size(), first_ + count);
    if (first_ == 0 && last == waiting_.size()) {
        taken.swap(waiting_);
    } else {
        const auto begin = waiting_.begin() + static_cast<std::ptrdiff_t>(first_);
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(last);
        taken.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
        first_ = last;
        if (first_ == waiting_.size()) {
            waiting_.clear();
            first_ = 0;
        }
    }
    for (const auto& prepared : taken) --taken_[indexOf(prepared->commit.lane)];
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
