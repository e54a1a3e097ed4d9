#include "gateway/store/sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <sqlite3.h>

#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/lock_file.h"
#include "gateway/store/sqlite/schema.h"

namespace waymark::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPagesAtOnce = 512;

std::unexpected<Failure> refused(Kind kind, const fs::path& path, std::string text) {
    auto failure = fail(kind, kind == Kind::Conflict ? IssueType::Conflict : IssueType::NoStore,
                        std::move(text));
    failure.error().issues.front().file = path.string();
    return failure;
}

std::string because(const char* what) {
    const std::string why = std::strerror(errno);
    return std::string(what) + ": " + why + ".";
}

fs::path with(fs::path path, const char* suffix) {
    path += suffix;
    return path;
}

Result<void> sync(const fs::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
    auto failure = refused(Kind::Unavailable, path, because("It cannot be written to disk"));
    if (descriptor >= 0) ::close(descriptor);
    if (!done) return failure;
    return {};
}

Result<void> syncFolderOf(const fs::path& path) {
    return sync(path.has_parent_path() ? path.parent_path() : fs::path("."),
                O_RDONLY | O_DIRECTORY);
}

Result<void> moveTo(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return refused(Kind::Unavailable, to, because("It cannot be put in its place"));
}

/// All pages as of one moment: the source's reading transaction is open, so that commits that
/// happen meanwhile neither appear nor make the copy start again.
Result<void> copyPages(Database& from, Database& to) {
    sqlite3_backup* const backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (backup == nullptr) {
        return refused(Kind::Unavailable, {}, "The copy cannot be begun.");
    }
    int code = SQLITE_OK;
    do {
        code = sqlite3_backup_step(backup, kPagesAtOnce);
    } while (code == SQLITE_OK);
    const int finished = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && finished == SQLITE_OK) return {};
    return refused(Kind::Unavailable, {},
                   std::string("The copy failed: ") + sqlite3_errstr(code) + ".");
}

Result<void> copyStore(const fs::path& from, const fs::path& to, const std::string& vfs) {
    auto source = Database::open(from, Access::Read, vfs);
    if (!source) return std::unexpected(std::move(source).error());
    if (auto done = prepareForReading(**source); !done) return done;
    if (auto done = (*source)->run("BEGIN"); !done) return done;
    const auto application = (*source)->number("PRAGMA application_id");
    const auto tables = (*source)->number("SELECT count(*) FROM sqlite_schema");
    if (!application || !tables || *application != kApplicationId || *tables == 0) {
        return refused(Kind::Unprocessable, from, "This file is no store of the gateway.");
    }
    auto target = Database::open(to, Access::Create);
    if (!target) return std::unexpected(std::move(target).error());
    if (auto done = copyPages(**source, **target); !done) return done;
    // One file that needs no log beside it.
    const auto mode = (*target)->text("PRAGMA journal_mode = DELETE");
    if (!mode || *mode != "delete") {
        return refused(Kind::Unavailable, to, "The copy cannot be closed.");
    }
    return {};
}

}  // namespace

Result<void> backupStore(const fs::path& from, const fs::path& to, const std::string& vfs) {
    std::error_code ignored;
    if (!fs::exists(from, ignored)) return refused(Kind::NotFound, from, "There is no store.");
    if (fs::exists(to, ignored)) {
        return refused(Kind::Conflict, to, "The file exists; a backup overwrites nothing.");
    }
    const auto part = with(to, ".part");
    fs::remove(part, ignored);
    if (auto made = makePrivateFile(part); !made) return made;
    auto done = copyStore(from, part, vfs);
    if (done) done = sync(part, O_RDWR);
    if (done) done = moveTo(part, to);
    if (done) done = syncFolderOf(to);
    if (!done) {
        fs::remove(part, ignored);
        return done;
    }
    return {};
}

Result<Verified> restoreStore(const fs::path& backup, const fs::path& store,
                              const crypto::KeyRing& ring, Random& random, Overwrite overwrite) {
    std::error_code error;
    if (!fs::exists(backup, error)) return refused(Kind::NotFound, backup, "There is no backup.");
    auto lock = LockFile::take(store);
    if (!lock) return std::unexpected(std::move(lock).error());
    const bool exists = fs::exists(store, error) && fs::file_size(store, error) > 0;
    if (exists && overwrite == Overwrite::No) {
        return refused(Kind::Conflict, store,
                       "A store is there already; say that it is to be overwritten.");
    }
    const auto part = with(store, ".restoring");
    fs::remove(part, error);
    if (auto made = makePrivateFile(part); !made) return std::unexpected(std::move(made).error());
    fs::copy_file(backup, part, fs::copy_options::overwrite_existing, error);
    if (error) {
        return refused(Kind::Unavailable, part,
                       "The backup cannot be copied: " + error.message() + ".");
    }
    // What is verified is the copy that will be used.
    auto verified = verifyStore(part, ring, random);
    if (verified && !verified->damage.empty()) {
        Failure damagedBackup(Kind::Unprocessable, std::move(verified->damage));
        verified = std::unexpected(std::move(damagedBackup));
    }
    if (!verified) {
        fs::remove(part, error);
        return verified;
    }
    Result<void> done = sync(part, O_RDWR);
    if (done && exists) {
        fs::remove(with(store, ".replaced"), error);
        fs::remove(with(store, ".replaced-wal"), error);
        fs::create_hard_link(store, with(store, ".replaced"), error);
        if (error) done = refused(Kind::Unavailable, store, "The old store cannot be kept.");
    }
    // The old log must never meet the new file.
    if (done && fs::exists(with(store, "-wal"), error)) {
        done = moveTo(with(store, "-wal"), with(store, ".replaced-wal"));
    }
    fs::remove(with(store, "-shm"), error);
    if (done) done = moveTo(part, store);
    if (done) done = syncFolderOf(store);
    if (!done) return std::unexpected(std::move(done).error());
    return verified;
}

}  // namespace waymark::store
