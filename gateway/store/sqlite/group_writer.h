// The one thread that writes. It takes what has gathered in the queue, writes it in one transaction
// with one fsync, and only then answers. A commit that cannot be written spoils the transaction for
// its neighbours, so the group is then rolled back and each commit written alone; what a commit may
// be refused for is looked at before it writes, so that this is rare.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "gateway/store/sqlite/commit_queue.h"
#include "gateway/store/sqlite/commit_writer.h"
#include "gateway/store/sqlite/gate.h"
#include "gateway/store/sqlite/health.h"

namespace waymark::store {

class GroupWriter {
public:
    struct Parts {
        std::unique_ptr<Database> database;
        std::unique_ptr<CommitWriter> commits;
        CommitQueue& queue;
        Gate& gate;
        Health& health;
        std::size_t groupMax;
        /// Called after each commit with the number of pages in the write-ahead log.
        std::function<void(int)> onLogged;
    };
    explicit GroupWriter(Parts parts);
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;
    /// After the queue was closed: writes what is left in it and ends.
    ~GroupWriter();

    struct Totals {
        std::int64_t referrals = 0;
        std::int64_t open = 0;
        std::int64_t due = 0;
        std::int64_t dead = 0;
        std::uint64_t groups = 0;  ///< transactions since the start
    };
    /// As of the last commit. Any thread.
    [[nodiscard]] Totals totals() const;

private:
    void run();
    void writeGroup(std::vector<std::unique_ptr<Prepared>>& group,
                    std::vector<Result<Committed>>& results);
    /// False when the transaction was rolled back and its commits are to be written alone.
    bool writeTogether(std::vector<std::unique_ptr<Prepared>>& group,
                       std::vector<Result<Committed>>& results);
    Result<Committed> writeAlone(Prepared& prepared);
    [[nodiscard]] bool begin();
    /// False when it failed; the transaction is over either way.
    [[nodiscard]] bool commit();
    void rollBack();
    void stopIfBroken();
    void publish(std::uint64_t groups);

    Parts parts_;
    Statement begin_;
    Statement commit_;
    Statement rollBack_;
    mutable std::mutex totalsMutex_;
    Totals totals_;
    std::thread thread_;
};

}  // namespace waymark::store
