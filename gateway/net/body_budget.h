// The bytes of all request bodies that are in memory at one time, counted and bounded. One budget
// is shared by all listeners. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace waymark::net {

class BodyBudget {
public:
    explicit BodyBudget(std::size_t bytesMax) : bytesMax_(bytesMax) {}

    [[nodiscard]] std::size_t used() const { return used_.load(std::memory_order_relaxed); }

    /// One message's part of the budget; gives it back when it ends.
    class Share {
    public:
        explicit Share(BodyBudget& budget) : budget_(budget) {}
        ~Share() { release(); }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

        /// Grows to `bytes`; false, and unchanged, when the budget has no room for it.
        [[nodiscard]] bool growTo(std::size_t bytes) {
            if (bytes <= held_) return true;
            if (!budget_.take(bytes - held_)) return false;
            held_ = bytes;
            return true;
        }
        void release() {
            if (held_ > 0) budget_.used_.fetch_sub(held_, std::memory_order_relaxed);
            held_ = 0;
        }

    private:
        BodyBudget& budget_;
        std::size_t held_ = 0;
    };

private:
    bool take(std::size_t bytes) {
        auto used = used_.load(std::memory_order_relaxed);
        do {
            if (bytes > bytesMax_ - used) return false;
        } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
        return true;
    }

    const std::size_t bytesMax_;
    std::atomic<std::size_t> used_{0};
};

}  // namespace waymark::net
