#include "gateway/store/sqlite/checkpointer.h"

#include <string>
#include <utility>

#include <pthread.h>
#include <sqlite3.h>

namespace waymark::store {
namespace {

/// How long the end of a checkpoint, which holds up commits, waits for readers.
constexpr int kReadersWaitMs = 20;

}  // namespace

Checkpointer::Checkpointer(std::unique_ptr<Database> database, Gate& gate, Health& health,
                           int pagesMax)
    : database_(std::move(database)), gate_(gate), health_(health), pagesMax_(pagesMax) {
    sqlite3_busy_timeout(database_->handle(), kReadersWaitMs);
    thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    grown_.notify_all();
    thread_.join();
    // Nobody else has the file open now: it is whole without its log, and opens quickly.
    if (health_.isWritable()) pass(SQLITE_CHECKPOINT_TRUNCATE);
}

void Checkpointer::note(int pages) {
    {
        const std::lock_guard lock(mutex_);
        pages_ = pages;
        if (pages < pagesMax_) return;
    }
    grown_.notify_one();
}

std::uint64_t Checkpointer::count() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

void Checkpointer::run() {
    ::pthread_setname_np(::pthread_self(), "store-log");
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            grown_.wait(lock, [this] { return pages_ >= pagesMax_ || isEnding_; });
            if (isEnding_) return;
        }
        if (!health_.isWritable()) return;
        checkpoint();
    }
}

void Checkpointer::checkpoint() {
    if (!pass(SQLITE_CHECKPOINT_PASSIVE)) return;
    // What was committed meanwhile, with commits held up: short, since the first pass took most.
    const Gate::ForCheckpoint held(gate_);
    if (!health_.isWritable() || !pass(SQLITE_CHECKPOINT_RESTART)) return;
    const std::lock_guard lock(mutex_);
    pages_ = 0;  // the next commit says how long the log is now
    ++count_;
}

bool Checkpointer::pass(int mode) {
    const int code =
        sqlite3_wal_checkpoint_v2(database_->handle(), nullptr, mode, nullptr, nullptr);
    const int primary = code & 0xFF;
    // Busy: a reader still needs the log; the next commit asks again.
    if (primary == SQLITE_OK || primary == SQLITE_BUSY) return true;
    if (primary == SQLITE_FULL || primary == SQLITE_NOMEM) return true;
    health_.stop(std::string("a checkpoint failed: ") + sqlite3_errstr(code));
    return false;
}

}  // namespace waymark::store
