// Bytes that changed on the disk: found by the checksum when they are read, told as a Fault, and
// nothing of them shown.
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "gateway/crypto/random.h"
#include "gateway/store/sqlite/backup.h"
#include "gateway/store/sqlite/database.h"
#include "whole.h"
#include "world.h"

namespace waymark::store::tests {
namespace {

class Corruption : public testing::Test {
protected:
    Corruption() {
        auto store = openSqlite(path_);
        EXPECT_TRUE(commitNow(*store, damaged_));
        EXPECT_TRUE(commitNow(*store, sound_));
        Commit payload;
        payload.lane = Lane::Delivery;
        payload.changes.push_back({.id = damaged_.deliveries.front().id,
                                   .payload = "payload of the provider",
                                   .contentType = "application/json"});
        EXPECT_TRUE(commitNow(*store, payload));
    }

    /// Runs SQL on the closed store's file.
    void change(const char* sql) const {
        auto database = *Database::open(path_, Access::Write);
        ASSERT_TRUE(database->run(sql));
        ASSERT_EQ(sqlite3_changes(database->handle()), 1) << sql;
    }
    template <class T>
    static void expectDamaged(const Result<T>& result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, Kind::Fault);
        EXPECT_EQ(result.error().issues.front().code, "damaged");
    }

    Folder folder_;
    std::filesystem::path path_ = folder_ / "store.db";
    World world_;
    Commit damaged_ = world_.accepted();
    Commit sound_ = world_.accepted();
    crypto::SystemRandom random_;
};

// Number 1 is the damaged referral; its journal begins at entry 65537.
TEST_F(Corruption, OfAMessageIsFoundWhenItIsRead) {
    change(
        "UPDATE journal SET sealed = CAST(substr(sealed, 1, 40) || x'005A5A5A5A5A5A5A' || "
        "substr(sealed, 49) AS "
        "BLOB) "
        "WHERE entry = 65537");
    auto store = openSqlite(path_);
    expectDamaged(store->referral(*damaged_.referral, nullptr));
    EXPECT_TRUE(isWhole(*store, sound_));
}

TEST_F(Corruption, OfAnEventIsFoundWhenItIsRead) {
    // The time of the first event: still a skeleton, but not the one that was sealed.
    change(
        "UPDATE journal SET skeleton = CAST(substr(skeleton, 1, 4) || x'015A5A5A5A5A5A5A' || "
        "substr(skeleton, 13) "
        "AS BLOB) "
        "WHERE entry = 65537");
    auto store = openSqlite(path_);
    expectDamaged(store->referral(*damaged_.referral, nullptr));
    EXPECT_TRUE(isWhole(*store, sound_));
}

TEST_F(Corruption, OfAMissingEntryIsFound) {
    change("DELETE FROM journal WHERE entry = 65537");
    auto store = openSqlite(path_);
    expectDamaged(store->referral(*damaged_.referral, nullptr));
    const auto refused = commitNow(*store, [&] {
        auto dossier = store->referral(*sound_.referral, nullptr)->value();
        dossier.id = *damaged_.referral;
        return world_.moved(dossier, referral::Status::Accepted);
    }());
    expectDamaged(refused);
    EXPECT_TRUE(store->writable());
}

TEST_F(Corruption, OfTwoSwappedMessagesIsFound) {
    change(
        "UPDATE journal SET sealed = (SELECT j.sealed FROM journal j WHERE j.entry = 131073), "
        "skeleton = (SELECT j.skeleton FROM journal j WHERE j.entry = 131073) "
        "WHERE entry = 65537");
    auto store = openSqlite(path_);
    expectDamaged(store->referral(*damaged_.referral, nullptr));
    EXPECT_TRUE(isWhole(*store, sound_));
}

TEST_F(Corruption, OfADataKeyIsFound) {
    change(
        "UPDATE referral SET data_key = CAST(substr(data_key, 1, 20) || x'005A5A5A5A5A5A5A' || "
        "substr(data_key, 29) AS BLOB) "
        "WHERE no = 1");
    auto store = openSqlite(path_);
    const auto found = store->referral(*damaged_.referral, nullptr);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, Kind::Fault);
    EXPECT_TRUE(isWhole(*store, sound_));
}

TEST_F(Corruption, OfAPayloadIsFoundBeforeItIsSent) {
    change(
        "UPDATE payload SET sealed = CAST(substr(sealed, 1, 14) || x'005A5A5A5A5A5A5A' || "
        "substr(sealed, 23) AS "
        "BLOB)");
    auto store = openSqlite(path_);
    expectDamaged(store->deliveries(*damaged_.referral));
    expectDamaged(store->dueDeliveries(world_.now(), 9, {}));
    EXPECT_TRUE(store->deliveries(*sound_.referral));
}

TEST_F(Corruption, OfAVerdictIsFound) {
    change(
        "UPDATE verdict SET sealed = CAST(substr(sealed, 1, 14) || x'005A5A5A5A5A5A5A' || "
        "substr(sealed, 23) AS "
        "BLOB) "
        "WHERE no = 1");
    auto store = openSqlite(path_);
    expectDamaged(store->verdict(damaged_.verdicts.front().key));
    EXPECT_TRUE(store->verdict(sound_.verdicts.front().key).value());
}

TEST_F(Corruption, OfAVersionIsFound) {
    change("UPDATE referral SET version = 7 WHERE no = 1");
    auto store = openSqlite(path_);
    expectDamaged(store->referral(*damaged_.referral, nullptr));
}

TEST_F(Corruption, IsNamedByVerification) {
    change(
        "UPDATE journal SET sealed = CAST(substr(sealed, 1, 40) || x'005A5A5A5A5A5A5A' || "
        "substr(sealed, 49) AS "
        "BLOB) "
        "WHERE entry = 65537");
    change(
        "UPDATE verdict SET sealed = CAST(substr(sealed, 1, 14) || x'005A5A5A5A5A5A5A' || "
        "substr(sealed, 23) AS "
        "BLOB) "
        "WHERE no = 2");
    const auto verified = verifyStore(path_, testRing(), random_);
    ASSERT_TRUE(verified) << verified.error().text();
    EXPECT_EQ(verified->referrals, 2U);
    EXPECT_EQ(verified->verdicts, 2U);
    ASSERT_EQ(verified->damage.size(), 2U);
    EXPECT_NE(verified->damage[0].text.find(damaged_.referral->get().text()), std::string::npos);
}

TEST_F(Corruption, OfAFileThatIsNoneIsRefusedAtOpening) {
    for (const std::string& text :
         {std::string("not a database at all, just some text"), std::string(8192, '\xff')}) {
        std::filesystem::remove(path_);
        std::ofstream(path_) << text;
        const auto store = SqliteStore::open({.path = path_}, testRing(), random_);
        ASSERT_FALSE(store);
        EXPECT_EQ(store.error().issues.front().file, path_.string());
    }
}

TEST_F(Corruption, OfPagesNeverCrashesAReader) {
    std::string file;
    {
        std::ifstream in(path_, std::ios::binary);
        file.assign((std::istreambuf_iterator<char>(in)), {});
    }
    waymark::tests::SeededRandom chance(11);
    for (int round = 0; round < 60; ++round) {
        auto broken = file;
        for (int i = 0; i < 40; ++i) {
            broken[4096 + chance.below(broken.size() - 4096)] =
                static_cast<char>(chance.below(256));
        }
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << broken;
        std::filesystem::remove(folder_ / "store.db-wal");
        std::filesystem::remove(folder_ / "store.db-shm");
        const auto opened = SqliteStore::open({.path = path_}, testRing(), random_);
        if (!opened) continue;
        auto& store = **opened;
        for (const auto* commit : {&damaged_, &sound_}) {
            const auto found = store.referral(*commit->referral, nullptr);
            if (found && *found) {
                EXPECT_TRUE((*found)->body == commit->create->body);
            }
            (void)store.deliveries(*commit->referral);
            (void)store.verdict(commit->verdicts.front().key);
        }
        SearchQuery query;
        query.viewer = {.client = "client-a", .organisations = {"G82080"}};
        (void)store.search(query);
        (void)commitNow(store, world_.accepted());
    }
}

TEST_F(Corruption, OfTheKeyRingIsSaidAtOpening) {
    waymark::tests::SeededRandom seed(5);
    const auto other = crypto::KeyRing::fresh(seed);
    const auto store = SqliteStore::open({.path = path_}, other, random_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Kind::Fault);
    EXPECT_NE(store.error().text().find("key ring"), std::string_view::npos);
    EXPECT_FALSE(verifyStore(path_, other, random_));
}

}  // namespace
}  // namespace waymark::store::tests
