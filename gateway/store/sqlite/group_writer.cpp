#include "gateway/store/sqlite/group_writer.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <pthread.h>
#include <sqlite3.h>

#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

int noteLogged(void* context, sqlite3*, const char*, int pages) {
    (*static_cast<std::function<void(int)>*>(context))(pages);
    return SQLITE_OK;
}

void refuse(std::vector<Result<Committed>>& results, const Failure& why) {
    for (auto& result : results) result = std::unexpected(why);
}

}  // namespace

GroupWriter::GroupWriter(Parts parts)
    : parts_(std::move(parts)),
      begin_(*parts_.database, "BEGIN IMMEDIATE"),
      commit_(*parts_.database, "COMMIT"),
      rollBack_(*parts_.database, "ROLLBACK") {
    if (parts_.onLogged) {
        sqlite3_wal_hook(parts_.database->handle(), &noteLogged, &parts_.onLogged);
    }
    publish(0);
    thread_ = std::thread([this] { run(); });
}

GroupWriter::~GroupWriter() {
    thread_.join();
}

GroupWriter::Totals GroupWriter::totals() const {
    const std::lock_guard lock(totalsMutex_);
    return totals_;
}

void GroupWriter::run() {
    ::pthread_setname_np(::pthread_self(), "store-writer");
    for (;;) {
        auto group = parts_.queue.pop(parts_.groupMax);
        if (group.empty()) return;
        std::vector<Result<Committed>> results(group.size());
        // A bug here must not take the process down with commits unanswered, and must not go on
        // writing either: the store stops, as after a fault of the disk.
        try {
            if (parts_.health.isWritable()) writeGroup(group, results);
        } catch (const std::exception& bug) {
            parts_.health.stop(std::string("a fault in the writer: ") + bug.what());
        }
        if (!parts_.health.isWritable()) refuse(results, notWritable());
        for (std::size_t i = 0; i < group.size(); ++i) group[i]->done(std::move(results[i]));
    }
}

void GroupWriter::writeGroup(std::vector<std::unique_ptr<Prepared>>& group,
                             std::vector<Result<Committed>>& results) {
    const Gate::ForGroup held(parts_.gate);
    if (writeTogether(group, results)) return;
    for (std::size_t i = 0; i < group.size() && parts_.health.isWritable(); ++i) {
        results[i] = writeAlone(*group[i]);
    }
}

bool GroupWriter::writeTogether(std::vector<std::unique_ptr<Prepared>>& group,
                                std::vector<Result<Committed>>& results) {
    const Ledger before = parts_.commits->ledger();
    parts_.commits->beginGroup(before);
    if (!begin()) {
        refuse(results, parts_.database->failure());
        return true;
    }
    bool isWritten = false;
    for (std::size_t i = 0; i < group.size(); ++i) {
        results[i] = parts_.commits->write(*group[i]);
        isWritten = isWritten || results[i].has_value();
        if (!parts_.commits->isTainted()) continue;
        rollBack();
        parts_.commits->beginGroup(before);
        return false;
    }
    if (!isWritten) {
        rollBack();
        return true;
    }
    if (parts_.commits->finishGroup() && parts_.commits->mergeBlinds() && commit()) {
        parts_.commits->publishGroup();
        publish(1);
        return true;
    }
    rollBack();
    parts_.commits->beginGroup(before);
    return false;
}

Result<Committed> GroupWriter::writeAlone(Prepared& prepared) {
    const Ledger before = parts_.commits->ledger();
    parts_.commits->beginGroup(before);
    if (!begin()) return std::unexpected(parts_.database->failure());
    auto result = parts_.commits->write(prepared);
    if (result) {
        const auto finished = parts_.commits->finishGroup();
        if (finished && commit()) {
            parts_.commits->publishGroup();
            publish(1);
            return result;
        }
        result = std::unexpected(parts_.database->failure());
    }
    rollBack();
    parts_.commits->beginGroup(before);
    return result;
}

bool GroupWriter::begin() {
    Run run(begin_);
    if (run.done()) return true;
    stopIfBroken();
    return false;
}

bool GroupWriter::commit() {
    Run run(commit_);
    if (run.done()) return true;
    stopIfBroken();
    return false;
}

void GroupWriter::rollBack() {
    stopIfBroken();
    if (!parts_.database->inTransaction()) return;
    Run run(rollBack_);
    if (!run.done()) stopIfBroken();
}

void GroupWriter::stopIfBroken() {
    if (!parts_.database->isBroken()) return;
    parts_.health.stop(std::string("writing failed: ") + sqlite3_errstr(parts_.database->error()));
}

void GroupWriter::publish(std::uint64_t groups) {
    const Ledger& ledger = parts_.commits->ledger();
    const std::lock_guard lock(totalsMutex_);
    totals_.referrals = ledger.referrals;
    totals_.open = ledger.open;
    totals_.due = ledger.due;
    totals_.dead = ledger.dead;
    totals_.groups += groups;
}

}  // namespace waymark::store
