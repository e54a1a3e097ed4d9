#include "gateway/store/sqlite/schema.h"

#include <array>
#include <string>

#include <sqlite3.h>

namespace waymark::store {
namespace {

constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta(
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tally(
    one INTEGER PRIMARY KEY CHECK (one = 1),
    referrals INTEGER NOT NULL,
    open INTEGER NOT NULL,
    due INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    change INTEGER NOT NULL
) STRICT;
INSERT INTO tally VALUES (1, 0, 0, 0, 0, 0);

CREATE TABLE referral(
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    organisation TEXT NOT NULL,
    client TEXT NOT NULL,
    origin INTEGER NOT NULL,
    route TEXT NOT NULL,
    set_version TEXT NOT NULL,
    authored TEXT NOT NULL,
    patient TEXT NOT NULL,
    ring INTEGER,
    data_key BLOB,
    version INTEGER NOT NULL,
    status INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    change INTEGER NOT NULL,
    clock_kind TEXT,
    clock_due INTEGER
) STRICT;
CREATE UNIQUE INDEX referral_id ON referral(id);
CREATE INDEX referral_of_organisation ON referral(organisation, change, status);
CREATE INDEX referral_of_client ON referral(client, change, status);
CREATE INDEX referral_clock ON referral(clock_due) WHERE clock_due IS NOT NULL;

CREATE TABLE journal(
    entry INTEGER PRIMARY KEY,
    skeleton BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE assignment(
    id BLOB PRIMARY KEY,
    referral INTEGER NOT NULL,
    provider TEXT NOT NULL,
    status INTEGER NOT NULL,
    version INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    change INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_change ON assignment(provider, change);

CREATE TABLE delivery(
    place INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    assignment BLOB NOT NULL,
    provider TEXT NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    due INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    problem TEXT NOT NULL,
    content_type TEXT NOT NULL,
    remote TEXT NOT NULL,
    next_due INTEGER,
    polled INTEGER
) STRICT;
CREATE UNIQUE INDEX delivery_id ON delivery(id);
CREATE INDEX delivery_next ON delivery(provider, next_due) WHERE next_due IS NOT NULL;
CREATE INDEX delivery_polled ON delivery(provider, id) WHERE polled IS NOT NULL;

CREATE TABLE payload(
    place INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE blind(
    hash BLOB NOT NULL,
    target INTEGER NOT NULL,
    PRIMARY KEY (hash, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE blind_fresh(
    no INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;

CREATE TABLE verdict(
    no INTEGER PRIMARY KEY,
    referral INTEGER,
    status INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    change INTEGER NOT NULL
) STRICT;

CREATE TABLE audit(
    no INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request TEXT NOT NULL
) STRICT;
)sql";

constexpr const char* kVersion2 = R"sql(
CREATE TABLE record(
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice(
    list BLOB NOT NULL,
    number INTEGER NOT NULL,
    referral BLOB NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (list, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX referral_change ON referral(change);
)sql";

/// kMigrations[n] leads from version n to n + 1.
constexpr std::array<const char*, kSchemaVersion> kMigrations{kVersion1, kVersion2};

Result<void> refused(const char* text) {
    return fail(Kind::Unprocessable, IssueType::NotSupported, text);
}

Result<void> runAll(Database& database, std::initializer_list<const char*> statements) {
    for (const char* const sql : statements) {
        if (auto done = database.run(sql); !done) return done;
    }
    return {};
}

Result<void> migrateFrom(Database& database, std::int64_t version) {
    for (auto from = version; from < kSchemaVersion; ++from) {
        if (auto done = database.run(kMigrations[static_cast<std::size_t>(from)]); !done)
            return done;
    }
    const auto mark = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                      "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
    return database.run(mark.c_str());
}

}  // namespace

Result<void> migrate(Database& database) {
    const auto version = database.number("PRAGMA user_version");
    const auto application = database.number("PRAGMA application_id");
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!version || !application || !tables) return std::unexpected(database.failure());
    if (*application != kApplicationId && *tables > 0) {
        return refused("This file is a database of another program.");
    }
    if (*version > kSchemaVersion) {
        return refused("This store was written by a newer version of the gateway.");
    }
    return *version < kSchemaVersion ? migrateFrom(database, *version) : Result<void>();
}

Result<void> prepareForWriting(Database& database) {
    const auto prepared =
        runAll(database, {"PRAGMA page_size = 4096", "PRAGMA journal_mode = WAL",
                          "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 0",
                          "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY",
                          "PRAGMA cache_size = -6000", "PRAGMA trusted_schema = OFF"});
    if (!prepared) return prepared;
    const auto mode = database.text("PRAGMA journal_mode");
    if (!mode || *mode != "wal") {
        return fail(Kind::Unavailable, IssueType::NoStore,
                    "The store's folder does not take a write-ahead log; it must be a local disk.");
    }
    sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return {};
}

Result<void> prepareForReading(Database& database) {
    return runAll(database, {"PRAGMA query_only = ON", "PRAGMA temp_store = MEMORY",
                             "PRAGMA cache_size = -1000", "PRAGMA trusted_schema = OFF"});
}

}  // namespace waymark::store
