#include "gateway/store/sqlite/backup.h"

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "gateway/crypto/random.h"
#include "gateway/store/sqlite/database.h"
#include "whole.h"
#include "world.h"

namespace waymark::store::tests {
namespace {

class Backup : public testing::Test {
protected:
    std::vector<Commit> fill(SqliteStore& store, int count) {
        std::vector<Commit> commits;
        for (int i = 0; i < count; ++i) {
            commits.push_back(world_.accepted());
            EXPECT_TRUE(commitNow(store, commits.back()));
        }
        return commits;
    }

    Folder folder_;
    World world_;
    crypto::SystemRandom random_;
    std::filesystem::path path_ = folder_ / "store.db";
    std::filesystem::path backup_ = folder_ / "store.backup";
};

TEST_F(Backup, OfARunningStoreIsRestoredWhole) {
    std::vector<Commit> before;
    std::vector<Commit> after;
    {
        auto store = openSqlite(path_);
        before = fill(*store, 30);
        const auto done = store->backup(backup_);
        ASSERT_TRUE(done) << done.error().text();
        after = fill(*store, 5);
    }
    const auto restored = folder_ / "restored.db";
    const auto verified = restoreStore(backup_, restored, testRing(), random_, Overwrite::No);
    ASSERT_TRUE(verified) << verified.error().text();
    EXPECT_EQ(verified->referrals, 30U);
    EXPECT_EQ(verified->deliveries, 30U);
    EXPECT_EQ(verified->verdicts, 30U);
    EXPECT_EQ(verified->events, 60U);
    auto store = openSqlite(restored);
    for (const auto& commit : before) EXPECT_TRUE(isWhole(*store, commit));
    for (const auto& commit : after) EXPECT_TRUE(isAbsent(*store, commit));
    EXPECT_EQ(store->counts()->referrals, 30U);
    EXPECT_TRUE(commitNow(*store, after.front()));
}

TEST_F(Backup, IsConsistentWhileCommitsGoOn) {
    SqliteOptions options;
    options.path = path_;
    options.logPagesMax = 50;
    auto store = openSqlite(options);
    auto early = fill(*store, 50);
    std::atomic<bool> isEnding{false};
    std::vector<Commit> later;
    for (int i = 0; i < 3000; ++i) later.push_back(world_.accepted());
    std::jthread busy([&] {
        for (const auto& commit : later) {
            if (isEnding) return;
            ASSERT_TRUE(commitNow(*store, commit));
        }
    });
    for (int i = 0; i < 3; ++i) {
        const auto to = folder_ / ("backup-" + std::to_string(i)).c_str();
        ASSERT_TRUE(store->backup(to));
        const auto verified = verifyStore(to, testRing(), random_);
        ASSERT_TRUE(verified);
        EXPECT_TRUE(verified->damage.empty()) << verified->damage.front().text;
        EXPECT_GE(verified->referrals, 50U);
        EXPECT_EQ(verified->referrals, verified->deliveries);
        auto database = *Database::open(to, Access::Read);
        EXPECT_EQ(
            static_cast<std::uint64_t>(database->number("SELECT referrals FROM tally").value()),
            verified->referrals);
    }
    isEnding = true;
}

TEST_F(Backup, OfAStoreAtRestIsTheSame) {
    const auto commits = [&] {
        auto store = openSqlite(path_);
        return fill(*store, 3);
    }();
    ASSERT_TRUE(backupStore(path_, backup_));
    const auto verified = verifyStore(backup_, testRing(), random_);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->referrals, 3U);
    EXPECT_TRUE(verified->damage.empty());
}

TEST_F(Backup, OverwritesNothing) {
    openSqlite(path_).reset();
    std::ofstream(backup_) << "precious";
    const auto done = backupStore(path_, backup_);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::Conflict);
    EXPECT_EQ(std::filesystem::file_size(backup_), 8U);
}

TEST_F(Backup, OfNothingOrOfAnotherFileIsRefused) {
    const auto absent = backupStore(folder_ / "absent.db", backup_);
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind, Kind::NotFound);
    {
        auto other = *Database::open(folder_ / "other.db", Access::Create);
        ASSERT_TRUE(other->run("CREATE TABLE theirs(x)"));
    }
    EXPECT_FALSE(backupStore(folder_ / "other.db", backup_));
    EXPECT_FALSE(std::filesystem::exists(backup_));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "store.backup.part"));
}

TEST_F(Backup, IsNotRestoredOverAStoreInUse) {
    auto store = openSqlite(path_);
    const auto commits = fill(*store, 2);
    ASSERT_TRUE(store->backup(backup_));
    const auto verified = restoreStore(backup_, path_, testRing(), random_, Overwrite::Yes);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().kind, Kind::Conflict);
    for (const auto& commit : commits) EXPECT_TRUE(isWhole(*store, commit));
    EXPECT_TRUE(commitNow(*store, world_.accepted()));
}

TEST_F(Backup, IsRestoredOverAStoreOnlyWhenThatIsSaid) {
    std::vector<Commit> before;
    std::vector<Commit> after;
    {
        auto store = openSqlite(path_);
        before = fill(*store, 4);
        ASSERT_TRUE(store->backup(backup_));
        after = fill(*store, 4);
    }
    const auto refused = restoreStore(backup_, path_, testRing(), random_, Overwrite::No);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::Conflict);
    ASSERT_TRUE(restoreStore(backup_, path_, testRing(), random_, Overwrite::Yes));
    {
        auto store = openSqlite(path_);
        for (const auto& commit : before) EXPECT_TRUE(isWhole(*store, commit));
        for (const auto& commit : after) EXPECT_TRUE(isAbsent(*store, commit));
    }
    auto replaced = openSqlite(folder_ / "store.db.replaced");
    for (const auto& commit : after) EXPECT_TRUE(isWhole(*replaced, commit));
}

TEST_F(Backup, ThatIsDamagedIsNotRestored) {
    {
        auto store = openSqlite(path_);
        fill(*store, 3);
        ASSERT_TRUE(store->backup(backup_));
    }
    {
        auto database = *Database::open(backup_, Access::Write);
        ASSERT_TRUE(database->run(
            "UPDATE journal SET sealed = CAST(substr(sealed, 1, 40) || x'005A5A5A5A5A5A5A' || "
            "substr(sealed, 49) AS BLOB) WHERE entry = 65537"));
    }
    const auto restored = folder_ / "restored.db";
    const auto verified = restoreStore(backup_, restored, testRing(), random_, Overwrite::No);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().kind, Kind::Unprocessable);
    EXPECT_NE(verified.error().text().find("checksum"), std::string_view::npos);
    EXPECT_FALSE(std::filesystem::exists(restored));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "restored.db.restoring"));
}

TEST_F(Backup, IsNotRestoredWithAnotherKeyRing) {
    {
        auto store = openSqlite(path_);
        fill(*store, 1);
        ASSERT_TRUE(store->backup(backup_));
    }
    waymark::tests::SeededRandom seed(3);
    const auto other = crypto::KeyRing::fresh(seed);
    const auto verified =
        restoreStore(backup_, folder_ / "restored.db", other, random_, Overwrite::No);
    ASSERT_FALSE(verified);
    EXPECT_NE(verified.error().text().find("key ring"), std::string_view::npos);
}

TEST_F(Backup, IsRestoredAfterTheRingWasRotated) {
    auto ring = *crypto::KeyRing::init(folder_ / "keys", random_);
    {
        auto store = *SqliteStore::open({.path = path_}, ring, random_);
        fill(*store, 2);
        ASSERT_TRUE(store->backup(backup_));
    }
    ring = *ring.rotate(folder_ / "keys", random_);
    const auto restored = folder_ / "restored.db";
    const auto verified = restoreStore(backup_, restored, ring, random_, Overwrite::No);
    ASSERT_TRUE(verified) << verified.error().text();
    auto store = *SqliteStore::open({.path = restored}, ring, random_);
    fill(*store, 2);
    EXPECT_EQ(store->counts()->referrals, 4U);
}

}  // namespace
}  // namespace waymark::store::tests
