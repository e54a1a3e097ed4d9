// Whether the store may still be written. Once a fault of the disk was seen it stays unwritable:
// after a failed fsync nobody knows what is on the disk, and a later fsync may claim success for
// pages that were dropped. Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace waymark::store {

class Health {
public:
    /// `onStopped` runs once, on the thread that saw the fault, with words for the log.
    explicit Health(std::function<void(const std::string&)> onStopped)
        : onStopped_(std::move(onStopped)) {}

    [[nodiscard]] bool isWritable() const { return writable_.load(std::memory_order_acquire); }

    void stop(const std::string& why) {
        {
            const std::lock_guard lock(mutex_);
            if (why_) return;
            why_ = why;
        }
        writable_.store(false, std::memory_order_release);
        if (onStopped_) onStopped_(why);
    }
    /// Why nothing is written any more; none while all is well.
    [[nodiscard]] std::optional<std::string> why() const {
        const std::lock_guard lock(mutex_);
        return why_;
    }

private:
    std::atomic<bool> writable_{true};
    mutable std::mutex mutex_;
    std::optional<std::string> why_;
    std::function<void(const std::string&)> onStopped_;
};

}  // namespace waymark::store
