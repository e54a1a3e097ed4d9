// Brings the write-ahead log back into the file when it has grown, on a thread and a connection of
// its own. Most of it happens while commits go on; the rest, and the log's new beginning, between
// two groups. A fault of the disk here stops the store as one in a commit does.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/gate.h"
#include "gateway/store/sqlite/health.h"

namespace waymark::store {

class Checkpointer {
public:
    /// `pagesMax`: the log's length at which a checkpoint begins.
    Checkpointer(std::unique_ptr<Database> database, Gate& gate, Health& health, int pagesMax);
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;
    /// After the writer and the readers have gone: moves the whole log into the file.
    ~Checkpointer();

    /// The log has so many pages now. Any thread.
    void note(int pages);
    /// Checkpoints since the start. Any thread.
    [[nodiscard]] std::uint64_t count() const;

private:
    void run();
    void checkpoint();
    /// False when the disk is at fault.
    bool pass(int mode);

    std::unique_ptr<Database> database_;
    Gate& gate_;
    Health& health_;
    const int pagesMax_;
    mutable std::mutex mutex_;
    std::condition_variable grown_;
    int pages_ = 0;
    std::uint64_t count_ = 0;
    bool isEnding_ = false;
    std::thread thread_;
};

}  // namespace waymark::store
