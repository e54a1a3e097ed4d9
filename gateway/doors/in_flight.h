// The repeatable requests that are being worked on right now: the same one again is told to come
// back (BaRS: 425) instead of being done twice. Any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

namespace waymark::doors {

class InFlight {
public:
    class Mark {
    public:
        Mark(InFlight& all, std::string key) : all_(&all), key_(std::move(key)) {}
        Mark(Mark&& other) noexcept
            : all_(std::exchange(other.all_, nullptr)), key_(std::move(other.key_)) {}
        Mark& operator=(Mark&&) = delete;
        ~Mark() {
            if (all_) all_->remove(key_);
        }

    private:
        InFlight* all_;
        std::string key_;
    };

    /// nullopt when the key is marked already.
    [[nodiscard]] std::optional<Mark> mark(const std::string& key) {
        const std::lock_guard lock(mutex_);
        if (!keys_.insert(key).second) return std::nullopt;
        return std::optional<Mark>(std::in_place, *this, key);
    }

private:
    void remove(const std::string& key) {
        const std::lock_guard lock(mutex_);
        keys_.erase(key);
    }

    std::mutex mutex_;
    std::unordered_set<std::string> keys_;
};

}  // namespace waymark::doors
