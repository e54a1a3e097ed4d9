// What is particular to the SQLite store: who may open it, what stands in its file, its log, its
// blind index, its queries' plans.
#include "gateway/store/sqlite/sqlite_store.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "gateway/crypto/random.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/fresh_blinds.h"
#include "gateway/store/sqlite/schema.h"
#include "whole.h"
#include "world.h"

namespace waymark::store::tests {
namespace {

std::string bytesOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SqliteStore, IsOpenInOneProcessAtATime) {
    const Folder folder;
    crypto::SystemRandom random;
    const auto path = folder / "store.db";
    auto store = openSqlite(path);
    const auto second = SqliteStore::open({.path = path}, testRing(), random);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Kind::Conflict);
    store.reset();
    EXPECT_TRUE(SqliteStore::open({.path = path}, testRing(), random));
}

TEST(SqliteStore, IsReadableByItsOwnerOnly) {
    const Folder folder;
    auto store = openSqlite(folder / "store.db");
    for (const char* name : {"store.db", "store.db-wal", "store.db-shm"}) {
        struct stat facts{};
        ASSERT_EQ(::stat((folder / name).c_str(), &facts), 0) << name;
        EXPECT_EQ(facts.st_mode & 0077U, 0U) << name;
    }
}

TEST(SqliteStore, RefusesAFolderThatIsNotThere) {
    crypto::SystemRandom random;
    const auto store = SqliteStore::open({.path = "/nonexistent/store.db"}, testRing(), random);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Kind::Unavailable);
}

TEST(SqliteStore, KeepsNothingOfThePatientInTheOpen) {
    const Folder folder;
    World world;
    {
        auto store = openSqlite(folder / "store.db");
        auto commit = world.accepted();
        commit.create->body = "{\"family\":\"Markedname\"}" + std::string(5000, 'x');
        commit.create->record = "{\"town\":\"Markedtown\"}";
        commit.create->nhsNumber = "9990001111";
        commit.create->identifiers = {{"urn:marked", "MARKED-IDENTIFIER"}};
        commit.verdicts.front().key = "rest|MARKED-KEY";
        commit.events.back().detail.note = "Markednote";
        ASSERT_TRUE(commitNow(*store, commit));
        auto moved = world.moved(store->referral(*commit.referral, nullptr)->value(),
                                 referral::Status::Accepted);
        moved.events.back().detail.workerName = "Markedworker";
        ASSERT_TRUE(commitNow(*store, moved));
        Commit payload;
        payload.changes.push_back({.id = commit.deliveries.front().id,
                                   .payload = "{\"phone\":\"Markedphone\"}",
                                   .contentType = "application/json"});
        payload.verdicts.push_back({.key = "MARKED-OTHER",
                                    .fingerprint = "Markedprint",
                                    .status = 422,
                                    .body = "Markedbody"});
        ASSERT_TRUE(commitNow(*store, payload));
        for (const char* name : {"store.db", "store.db-wal"}) {
            const auto bytes = bytesOf(folder / name);
            EXPECT_EQ(bytes.find("arked"), std::string::npos) << name;
            EXPECT_EQ(bytes.find("MARKED"), std::string::npos) << name;
            EXPECT_EQ(bytes.find("9990001111"), std::string::npos) << name;
        }
        EXPECT_NE(bytesOf(folder / "store.db-wal").find("G82080"), std::string::npos)
            << "the search itself must be able to find";
    }
    EXPECT_EQ(bytesOf(folder / "store.db").find("arked"), std::string::npos);
}

TEST(SqliteStore, BringsItsLogBackWhileCommitsGoOn) {
    const Folder folder;
    World world;
    SqliteOptions options;
    options.path = folder / "store.db";
    options.logPagesMax = 200;
    auto store = openSqlite(options);
    std::vector<Commit> commits;
    std::atomic<int> kept{0};
    for (int i = 0; i < 1500; ++i) commits.push_back(world.accepted());
    for (const auto& commit : commits) {
        store->commit(commit, [&](const Result<Committed>& result) { kept += result ? 1 : 0; });
    }
    ASSERT_TRUE(commitNow(*store, world.accepted()));
    EXPECT_EQ(kept, 1500);
    EXPECT_GT(store->activity().checkpoints, 0U);
    EXPECT_LT(std::filesystem::file_size(folder / "store.db-wal"), 3000U * 4120U);
    for (std::size_t i = 0; i < commits.size(); i += 50) EXPECT_TRUE(isWhole(*store, commits[i]));
}

TEST(SqliteStore, FindsByTheBlindIndexWhileAndAfterItIsMerged) {
    const Folder folder;
    World world;
    SqliteOptions options;
    options.path = folder / "store.db";
    std::vector<Commit> commits;
    {
        auto store = openSqlite(options);
        // Enough entries for a round of merging, which then runs with the groups that follow.
        for (int i = 0; i < 400; ++i) {
            auto commit = world.accepted();
            const std::string name = commit.referral->get().text();
            for (int k = 0; k < 60; ++k) {
                commit.create->identifiers.push_back({"urn:many", name + std::to_string(k)});
            }
            commits.push_back(commit);
        }
        for (auto& commit : commits) store->commit(commit, [](const Result<Committed>&) {});
        for (int i = 0; i < 700; ++i) {
            ASSERT_TRUE(commitNow(*store, world.accepted()));
            if (i % 20 == 0) {
                ASSERT_TRUE(isWhole(*store, commits[static_cast<std::size_t>(i / 2)]));
            }
        }
        for (const auto& commit : commits) ASSERT_TRUE(isWhole(*store, commit));
        auto again = world.accepted();
        again.verdicts = commits.front().verdicts;
        EXPECT_EQ(commitNow(*store, again).error().kind, Kind::Conflict);
    }
    auto database = *Database::open(options.path, Access::Read);
    EXPECT_GT(database->number("SELECT count(*) FROM blind").value(), 16'000);
    auto store = openSqlite(options);
    for (const auto& commit : commits) ASSERT_TRUE(isWhole(*store, commit));
}

TEST(SqliteStore, RefusesAnotherProgramsDatabaseAndANewerOnesStore) {
    const Folder folder;
    crypto::SystemRandom random;
    const auto path = folder / "other.db";
    {
        auto other = *Database::open(path, Access::Create);
        ASSERT_TRUE(other->run("CREATE TABLE theirs(x); INSERT INTO theirs VALUES (1)"));
    }
    auto store = SqliteStore::open({.path = path}, testRing(), random);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Kind::Unprocessable);
    const auto newer = folder / "newer.db";
    openSqlite(newer).reset();
    {
        auto database = *Database::open(newer, Access::Write);
        ASSERT_TRUE(database->run("PRAGMA user_version = 99"));
    }
    store = SqliteStore::open({.path = newer}, testRing(), random);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Kind::Unprocessable);
    EXPECT_NE(store.error().text().find("newer"), std::string_view::npos);
}

TEST(SqliteStore, HasTheSchemaThatItsVersionSays) {
    const Folder folder;
    openSqlite(folder / "store.db").reset();
    auto database = *Database::open(folder / "store.db", Access::Read);
    EXPECT_EQ(database->number("PRAGMA user_version").value(), kSchemaVersion);
    EXPECT_EQ(database->number("PRAGMA application_id").value(), kApplicationId);
    EXPECT_EQ(database
                  ->number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' "
                           "AND sql NOT LIKE '%STRICT%'")
                  .value(),
              0);
}

TEST(FreshBlinds, ReadsBackWhatItEncoded) {
    waymark::tests::SeededRandom random;
    std::vector<BlindEntry> entries(5);
    for (auto& entry : entries) {
        random.fill(entry.hash);
        entry.target = static_cast<std::int64_t>(random.next());
    }
    EXPECT_EQ(decodeBlinds(encodeBlinds(entries)).value(), entries);
    EXPECT_FALSE(decodeBlinds("too short"));
}

}  // namespace
}  // namespace waymark::store::tests
