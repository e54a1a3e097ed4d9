// Who may write to the file now: the writer group after group, and between two groups the
// checkpointer, which goes first when it waits.
#pragma once

#include <condition_variable>
#include <mutex>

namespace waymark::store {

class Gate {
public:
    /// Held while a group of commits is written.
    class ForGroup {
    public:
        explicit ForGroup(Gate& gate) : gate_(gate) {
            std::unique_lock lock(gate_.mutex_);
            gate_.changed_.wait(lock, [&] { return !gate_.isWanted_ && !gate_.isHeld_; });
            gate_.isHeld_ = true;
        }
        ForGroup(const ForGroup&) = delete;
        ForGroup& operator=(const ForGroup&) = delete;
        ~ForGroup() { gate_.leave(); }

    private:
        Gate& gate_;
    };

    /// Held while the rest of a checkpoint is done.
    class ForCheckpoint {
    public:
        explicit ForCheckpoint(Gate& gate) : gate_(gate) {
            std::unique_lock lock(gate_.mutex_);
            gate_.isWanted_ = true;
            gate_.changed_.wait(lock, [&] { return !gate_.isHeld_; });
            gate_.isWanted_ = false;
            gate_.isHeld_ = true;
        }
        ForCheckpoint(const ForCheckpoint&) = delete;
        ForCheckpoint& operator=(const ForCheckpoint&) = delete;
        ~ForCheckpoint() { gate_.leave(); }

    private:
        Gate& gate_;
    };

private:
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            isHeld_ = false;
        }
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool isHeld_ = false;
    bool isWanted_ = false;
};

}  // namespace waymark::store
