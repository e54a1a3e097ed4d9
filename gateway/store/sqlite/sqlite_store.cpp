#include "gateway/store/sqlite/sqlite_store.h"

#include <array>
#include <utility>

#include <sqlite3.h>

#include "gateway/store/refusal.h"
#include "gateway/store/sqlite/backup.h"
#include "gateway/store/sqlite/checkpointer.h"
#include "gateway/store/sqlite/gathering_vfs.h"
#include "gateway/store/sqlite/group_writer.h"
#include "gateway/store/sqlite/lock_file.h"
#include "gateway/store/sqlite/reader_pool.h"
#include "gateway/store/sqlite/schema.h"
#include "gateway/store/sqlite/store_key.h"

namespace waymark::store {

/// In the order in which they are made; the threads end first.
struct SqliteStore::Parts {
    Parts(SqliteOptions chosen, LockFile taken, const crypto::KeyRing& ring, Random& entropy)
        : options(std::move(chosen)),
          lock(std::move(taken)),
          vfs(options.vfs),
          random(entropy),
          sealing(ring),
          queue(options.lanes),
          health(options.onStopped) {}

    Result<std::unique_ptr<Database>> connect(Access access) const;
    Result<void> prepareFile(Database& database);
    Result<void> start();

    SqliteOptions options;
    LockFile lock;
    GatheringVfs vfs;
    Random& random;
    Sealing sealing;
    crypto::Key storeKey{};
    FreshBlinds blinds{};
    CommitQueue queue;
    Gate gate{};
    Health health;
    std::unique_ptr<ReaderPool> readers{};
    std::unique_ptr<Checkpointer> checkpointer{};
    std::unique_ptr<GroupWriter> writer{};
};

Result<std::unique_ptr<Database>> SqliteStore::Parts::connect(Access access) const {
    auto database = Database::open(options.path, access, vfs.name());
    if (!database) return database;
    auto prepared =
        access == Access::Read ? prepareForReading(**database) : prepareForWriting(**database);
    if (!prepared) return std::unexpected(std::move(prepared).error());
    // After a fault of the disk, nothing may be moved from the log to the file any more.
    sqlite3_db_config((*database)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return database;
}

/// Tables and key in one transaction: a new store is there whole or not at all.
Result<void> SqliteStore::Parts::prepareFile(Database& database) {
    if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
    auto prepared = migrate(database);
    if (prepared) {
        auto key = loadStoreKey(database, sealing, random);
        if (key) {
            storeKey = *key;
            prepared = database.run("COMMIT");
        } else {
            prepared = std::unexpected(std::move(key).error());
        }
    }
    if (!prepared && database.inTransaction()) {
        if (auto undone = database.run("ROLLBACK"); !undone) return undone;
    }
    return prepared;
}

Result<void> SqliteStore::Parts::start() {
    auto database = connect(Access::Create);
    if (!database) return std::unexpected(std::move(database).error());
    if (auto done = prepareFile(**database); !done) return done;
    sqlite3_limit((*database)->handle(), SQLITE_LIMIT_LENGTH,
                  static_cast<int>(options.bodyBytesMax));
    auto commits = CommitWriter::open(**database, sealing, blinds, random);
    if (!commits) return std::unexpected(std::move(commits).error());

    auto forCheckpoints = connect(Access::Write);
    if (!forCheckpoints) return std::unexpected(std::move(forCheckpoints).error());
    checkpointer = std::make_unique<Checkpointer>(std::move(*forCheckpoints), gate, health,
                                                  options.logPagesMax);
    readers = std::make_unique<ReaderPool>(
        [this]() -> Result<std::unique_ptr<Reader>> {
            auto forReading = connect(Access::Read);
            if (!forReading) return std::unexpected(std::move(forReading).error());
            return std::make_unique<Reader>(std::move(*forReading), sealing, storeKey, blinds);
        },
        options.readers);
    writer = std::make_unique<GroupWriter>(
        GroupWriter::Parts{.database = std::move(*database),
                           .commits = std::move(*commits),
                           .queue = queue,
                           .gate = gate,
                           .health = health,
                           .groupMax = options.groupMax,
                           .onLogged = [this](int pages) { checkpointer->note(pages); }});
    return {};
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options,
                                                       const crypto::KeyRing& ring,
                                                       Random& random) {
    auto lock = LockFile::take(options.path);
    if (!lock) return std::unexpected(std::move(lock).error());
    if (auto made = makePrivateFile(options.path); !made) {
        return std::unexpected(std::move(made).error());
    }
    auto parts = std::make_unique<Parts>(std::move(options), std::move(*lock), ring, random);
    if (auto started = parts->start(); !started) {
        started.error().issues.front().file = parts->options.path.string();
        return std::unexpected(std::move(started).error());
    }
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() {
    parts_->queue.close();
    parts_->writer.reset();
    parts_->readers.reset();
    parts_->checkpointer.reset();
}

void SqliteStore::commit(Commit commit, Done done) {
    if (!parts_->health.isWritable()) return done(std::unexpected(notWritable()));
    CommitQueue::Place place(parts_->queue, commit.lane);
    if (!place.isTaken()) return done(std::unexpected(queueFull()));
    auto prepared = std::make_unique<Prepared>();
    auto ready = prepare(std::move(commit),
                         {.sealing = parts_->sealing,
                          .storeKey = parts_->storeKey,
                          .random = parts_->random,
                          .packingLevel = parts_->options.packingLevel},
                         *prepared);
    if (!ready) return done(std::unexpected(std::move(ready).error()));
    prepared->done = std::move(done);
    if (parts_->queue.push(prepared)) {
        place.use();
    } else {
        prepared->done(std::unexpected(notWritable()));
    }
}

template <class Work>
auto SqliteStore::read(Work&& work) -> decltype(work(std::declval<Reader&>())) {
    auto lease = parts_->readers->take();
    if (!lease) return std::unexpected(std::move(lease).error());
    return work(**lease);
}

Result<std::optional<referral::Dossier>> SqliteStore::referral(const ReferralId& id,
                                                               const Viewer* viewer) {
    return read([&](Reader& reader) { return reader.referral(id, viewer); });
}

Result<std::optional<referral::Dossier>> SqliteStore::assignment(const AssignmentId& id,
                                                                 std::string_view provider) {
    return read([&](Reader& reader) { return reader.assignment(id, provider); });
}

Result<std::optional<referral::Dossier>> SqliteStore::assignment(const AssignmentId& id,
                                                                 const Viewer& viewer) {
    return read([&](Reader& reader) { return reader.assignment(id, viewer); });
}

Result<SearchPage> SqliteStore::search(const SearchQuery& query) {
    return read([&](Reader& reader) { return reader.search(query); });
}

Result<AssignmentPage> SqliteStore::assignments(const AssignmentQuery& query) {
    return read([&](Reader& reader) { return reader.assignments(query); });
}

Result<std::optional<Verdict>> SqliteStore::verdict(std::string_view key) {
    return read([&](Reader& reader) { return reader.verdict(key); });
}

Result<std::vector<Delivery>> SqliteStore::dueDeliveries(Instant now, std::uint32_t limit,
                                                         const std::vector<std::string>& skip) {
    return read([&](Reader& reader) { return reader.dueDeliveries(now, limit, skip); });
}

Result<std::optional<Instant>> SqliteStore::nextDue(Instant after) {
    return read([&](Reader& reader) { return reader.nextDue(after); });
}

Result<std::vector<DueClock>> SqliteStore::dueClocks(Instant now, std::uint32_t limit) {
    return read([&](Reader& reader) { return reader.dueClocks(now, limit); });
}

Result<std::vector<Delivery>> SqliteStore::deliveries(const ReferralId& id) {
    return read([&](Reader& reader) { return reader.deliveries(id); });
}

Result<std::vector<Delivery>> SqliteStore::pollable(std::string_view provider,
                                                    const DeliveryId& after, std::uint32_t limit) {
    return read([&](Reader& reader) { return reader.pollable(provider, after, limit); });
}

Result<std::vector<Delivery>> SqliteStore::findDeliveries(const DeliveryQuery& query) {
    return read([&](Reader& reader) { return reader.findDeliveries(query); });
}

Result<Account> SqliteStore::account(Instant from, Instant to) {
    return read([&](Reader& reader) { return reader.account(from, to); });
}

Result<std::vector<DueClock>> SqliteStore::clocksOf(std::string_view kind, std::uint32_t limit) {
    return read([&](Reader& reader) { return reader.clocksOf(kind, limit); });
}

Result<std::set<std::string>> SqliteStore::openSetVersions() {
    return read([&](Reader& reader) { return reader.openSetVersions(); });
}

Result<std::vector<Record>> SqliteStore::records(std::string_view kind) {
    return read([&](Reader& reader) { return reader.records(kind); });
}

Result<std::vector<Notice>> SqliteStore::notices(const Uuid& list, std::uint64_t from,
                                                 std::uint64_t until, std::uint32_t limit) {
    return read([&](Reader& reader) { return reader.notices(list, from, until, limit); });
}

Result<std::uint64_t> SqliteStore::lastNotice(const Uuid& list) {
    return read([&](Reader& reader) { return reader.lastNotice(list); });
}

Result<std::vector<Change>> SqliteStore::changes(std::int64_t after, std::uint32_t limit) {
    return read([&](Reader& reader) { return reader.changes(after, limit); });
}

Result<Counts> SqliteStore::counts() {
    const auto totals = parts_->writer->totals();
    return Counts{.referrals = static_cast<std::uint64_t>(totals.referrals),
                  .open = static_cast<std::uint64_t>(totals.open),
                  .deliveriesDue = static_cast<std::uint64_t>(totals.due),
                  .deliveriesDead = static_cast<std::uint64_t>(totals.dead),
                  .queued = parts_->queue.size()};
}

bool SqliteStore::writable() const {
    return parts_->health.isWritable();
}

std::optional<std::string> SqliteStore::whyStopped() const {
    return parts_->health.why();
}

SqliteStore::Activity SqliteStore::activity() const {
    return {.groups = parts_->writer->totals().groups,
            .checkpoints = parts_->checkpointer->count()};
}

Result<void> SqliteStore::backup(const std::filesystem::path& to) const {
    return backupStore(parts_->options.path, to, parts_->options.vfs);
}

}  // namespace waymark::store
