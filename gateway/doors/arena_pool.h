// Arenas for requests: borrowed for one request, given back emptied, so that a message costs no
// allocation once the pool is warm. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "fhir/tree/arena.h"

namespace waymark::doors {

class ArenaPool {
public:
    class Lease {
    public:
        Lease(ArenaPool& pool, std::unique_ptr<tree::Arena> arena)
            : pool_(&pool), arena_(std::move(arena)) {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (arena_) pool_->giveBack(std::move(arena_));
        }
        [[nodiscard]] tree::Arena& operator*() const { return *arena_; }

    private:
        ArenaPool* pool_;
        std::unique_ptr<tree::Arena> arena_;
    };

    [[nodiscard]] Lease borrow() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return {*this, std::make_unique<tree::Arena>()};
        auto arena = std::move(free_.back());
        free_.pop_back();
        return {*this, std::move(arena)};
    }

private:
    /// More than these, or larger ones, are freed: one huge message must not be kept for ever.
    static constexpr std::size_t kKept = 16;
    static constexpr std::size_t kKeptBytes = 1024 * 1024;

    void giveBack(std::unique_ptr<tree::Arena> arena) {
        if (arena->used() > kKeptBytes) return;
        arena->reset();
        const std::lock_guard lock(mutex_);
        if (free_.size() < kKept) free_.push_back(std::move(arena));
    }

    std::mutex mutex_;
    std::vector<std::unique_ptr<tree::Arena>> free_;
};

}  // namespace waymark::doors
