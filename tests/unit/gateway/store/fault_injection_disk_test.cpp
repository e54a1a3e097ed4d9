// Disks that fail: what was answered is true, what was not is not half there, and after a failed
// fsync nothing is written any more.
#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fault_vfs.h"
#include "whole.h"
#include "world.h"

namespace waymark::store::tests {
namespace {

class FaultInjectionDisk : public testing::Test {
protected:
    SqliteOptions options() {
        SqliteOptions chosen;
        chosen.path = folder_ / "store.db";
        chosen.vfs = disk_.name();
        chosen.onStopped = [this](const std::string& why) {
            why_ = why;
            ++stops_;
            stops_.notify_all();
        };
        return chosen;
    }
    Kind refusalOf(SqliteStore& store, Commit commit) {
        auto result = commitNow(store, std::move(commit));
        EXPECT_FALSE(result);
        return result ? Kind::Incorrect : result.error().kind;
    }

    Folder folder_;
    FaultVfs disk_;
    World world_;
    std::atomic<int> stops_{0};
    std::string why_;
};

TEST_F(FaultInjectionDisk, StopsForGoodAfterAFailedSyncOfTheLog) {
    const auto before = world_.accepted();
    const auto during = world_.accepted();
    const auto after = world_.accepted();
    {
        auto store = openSqlite(options());
        ASSERT_TRUE(commitNow(*store, before));
        disk_.failSyncs(FaultVfs::Target::Log);
        const auto refused = commitNow(*store, during);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Kind::Unavailable);
        EXPECT_TRUE(refused.error().retryAfter);
        EXPECT_FALSE(store->writable());
        EXPECT_EQ(stops_, 1);
        EXPECT_NE(why_.find("writing failed"), std::string::npos);
        EXPECT_EQ(store->whyStopped(), why_);

        disk_.failSyncs(FaultVfs::Target::None);
        EXPECT_EQ(refusalOf(*store, after), Kind::Unavailable);
        EXPECT_FALSE(store->writable());
        EXPECT_TRUE(isWhole(*store, before));
        EXPECT_TRUE(isAbsent(*store, during));
        EXPECT_EQ(store->counts()->referrals, 1U);
    }
    auto store = openSqlite(options());
    EXPECT_TRUE(store->writable());
    EXPECT_TRUE(isWhole(*store, before));
    EXPECT_TRUE(isAbsent(*store, after));
    EXPECT_TRUE(commitNow(*store, after));
}

TEST_F(FaultInjectionDisk, StopsForGoodWhenTheLogCannotBeWritten) {
    auto store = openSqlite(options());
    const auto before = world_.accepted();
    ASSERT_TRUE(commitNow(*store, before));
    disk_.failWrites(FaultVfs::Target::Log);
    const auto during = world_.accepted();
    EXPECT_EQ(refusalOf(*store, during), Kind::Unavailable);
    EXPECT_FALSE(store->writable());
    disk_.failWrites(FaultVfs::Target::None);
    EXPECT_EQ(refusalOf(*store, world_.accepted()), Kind::Unavailable);
    EXPECT_TRUE(isWhole(*store, before));
    EXPECT_TRUE(isAbsent(*store, during));
}

TEST_F(FaultInjectionDisk, GoesOnWhenAFullDiskHasRoomAgain) {
    auto store = openSqlite(options());
    const auto before = world_.accepted();
    ASSERT_TRUE(commitNow(*store, before));
    disk_.fillDisk(FaultVfs::Target::Log);
    const auto during = world_.accepted();
    const auto refused = commitNow(*store, during);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::Unavailable);
    EXPECT_TRUE(refused.error().retryAfter);
    EXPECT_TRUE(isAbsent(*store, during));
    EXPECT_TRUE(store->writable());
    EXPECT_EQ(stops_, 0);

    disk_.fillDisk(FaultVfs::Target::None);
    ASSERT_TRUE(commitNow(*store, during));
    EXPECT_TRUE(isWhole(*store, before));
    EXPECT_TRUE(isWhole(*store, during));
    EXPECT_EQ(store->counts()->referrals, 2U);
}

TEST_F(FaultInjectionDisk, StopsForGoodWhenACheckpointFails) {
    auto chosen = options();
    chosen.logPagesMax = 20;
    std::vector<Commit> kept;
    {
        auto store = openSqlite(chosen);
        kept.push_back(world_.accepted());
        ASSERT_TRUE(commitNow(*store, kept.back()));
        disk_.failSyncs(FaultVfs::Target::Database);
        for (int i = 0; i < 2000 && store->writable(); ++i) {
            auto commit = world_.accepted();
            if (commitNow(*store, commit)) kept.push_back(std::move(commit));
        }
        ASSERT_FALSE(store->writable());
        stops_.wait(0);
        EXPECT_NE(why_.find("checkpoint"), std::string::npos);
        EXPECT_EQ(stops_, 1);
        for (const auto& commit : kept) EXPECT_TRUE(isWhole(*store, commit));
    }
    // The log was kept, so that nothing depends on the pages whose fsync failed.
    disk_.failSyncs(FaultVfs::Target::None);
    auto store = openSqlite(options());
    for (const auto& commit : kept) EXPECT_TRUE(isWhole(*store, commit));
}

TEST_F(FaultInjectionDisk, SaysThatItCannotReadWhenTheDiskCannot) {
    const auto commit = world_.accepted();
    {
        auto store = openSqlite(options());
        ASSERT_TRUE(commitNow(*store, commit));
    }
    auto store = openSqlite(options());
    disk_.failReads(FaultVfs::Target::Both);
    const auto found = store->referral(*commit.referral, nullptr);
    EXPECT_FALSE(found);
    disk_.failReads(FaultVfs::Target::None);
    EXPECT_TRUE(isWhole(*store, commit));
}

TEST_F(FaultInjectionDisk, CannotBeOpenedOnADiskThatFails) {
    disk_.failSyncs(FaultVfs::Target::Both);
    waymark::tests::SeededRandom random;
    EXPECT_FALSE(SqliteStore::open(options(), testRing(), random));
    disk_.failSyncs(FaultVfs::Target::None);
    EXPECT_TRUE(SqliteStore::open(options(), testRing(), random));
}

/// Commits that wait in the queue together, so that they become one group.
class Together {
public:
    explicit Together(SqliteStore& store) : store_(store) {}

    /// Holds the writer up inside a callback until go() is called.
    void hold(Commit first) {
        store_.commit(std::move(first), [this](const Result<Committed>&) {
            entered_.set_value();
            released_.get_future().wait();
        });
        entered_.get_future().wait();
    }
    void add(Commit commit) {
        auto& promise = promises_.emplace_back(std::make_unique<std::promise<Result<Committed>>>());
        store_.commit(std::move(commit), [&promise = *promise](Result<Committed> result) {
            promise.set_value(std::move(result));
        });
    }
    std::vector<Result<Committed>> go() {
        released_.set_value();
        std::vector<Result<Committed>> results;
        for (auto& promise : promises_) results.push_back(promise->get_future().get());
        return results;
    }

private:
    SqliteStore& store_;
    std::promise<void> entered_;
    std::promise<void> released_;
    std::vector<std::unique_ptr<std::promise<Result<Committed>>>> promises_;
};

TEST_F(FaultInjectionDisk, WritesAGroupWithOneSync) {
    auto store = openSqlite(options());
    Together together(*store);
    together.hold(world_.accepted());
    const auto syncs = disk_.syncs();
    const auto groups = store->activity().groups;
    for (int i = 0; i < 20; ++i) together.add(world_.accepted());
    EXPECT_EQ(store->counts()->queued, 20U);
    for (const auto& result : together.go()) EXPECT_TRUE(result);
    EXPECT_EQ(disk_.syncs(), syncs + 1);
    EXPECT_EQ(store->activity().groups, groups + 1);
    EXPECT_EQ(store->counts()->queued, 0U);
}

TEST_F(FaultInjectionDisk, LetsNoCommitOfAGroupUndoItsNeighbours) {
    auto chosen = options();
    chosen.bodyBytesMax = 100'000;
    auto store = openSqlite(chosen);
    const auto known = world_.accepted();
    Together together(*store);
    together.hold(known);
    std::vector<Commit> good;
    for (int i = 0; i < 4; ++i) good.push_back(world_.accepted());
    auto tooLarge = world_.accepted();
    tooLarge.create->body.resize(300'000);
    world_.random().fill({reinterpret_cast<std::uint8_t*>(tooLarge.create->body.data()), 300'000});
    auto clashing = world_.accepted();
    clashing.deliveries.front().id = good[0].deliveries.front().id;
    auto repeated = world_.accepted();
    repeated.verdicts = known.verdicts;
    auto sameGroup = world_.accepted();
    sameGroup.verdicts = good[1].verdicts;

    together.add(good[0]);
    together.add(tooLarge);
    together.add(good[1]);
    together.add(clashing);
    together.add(repeated);
    together.add(good[2]);
    together.add(sameGroup);
    together.add(good[3]);
    const auto results = together.go();
    for (const std::size_t i : {0U, 2U, 5U, 7U}) EXPECT_TRUE(results[i]) << i;
    EXPECT_EQ(results[1].error().kind, Kind::TooLarge);
    EXPECT_EQ(results[3].error().kind, Kind::Fault);
    EXPECT_EQ(results[4].error().kind, Kind::Conflict);
    EXPECT_EQ(results[6].error().kind, Kind::Conflict);
    for (const auto& commit : good) EXPECT_TRUE(isWhole(*store, commit));
    EXPECT_FALSE(store->referral(*tooLarge.referral, nullptr).value());
    EXPECT_FALSE(store->referral(*clashing.referral, nullptr).value());
    EXPECT_EQ(store->counts()->referrals, 5U);
    EXPECT_EQ(store->counts()->deliveriesDue, 5U);
    EXPECT_TRUE(store->writable());
}

TEST_F(FaultInjectionDisk, AnswersEveryCommitOfAGroupWhoseSyncFailed) {
    auto store = openSqlite(options());
    Together together(*store);
    together.hold(world_.accepted());
    std::vector<Commit> lost;
    for (int i = 0; i < 10; ++i) {
        lost.push_back(world_.accepted());
        together.add(lost.back());
    }
    disk_.failSyncs(FaultVfs::Target::Log);
    for (const auto& result : together.go()) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, Kind::Unavailable);
    }
    for (const auto& commit : lost) EXPECT_TRUE(isAbsent(*store, commit));
}

TEST_F(FaultInjectionDisk, RefusesDoorsWhenTheirShareOfTheQueueIsFullAndLetsStatusIn) {
    auto chosen = options();
    chosen.lanes = {.doors = 3, .status = 2, .delivery = 2};
    auto store = openSqlite(chosen);
    const auto known = world_.accepted();
    Together together(*store);
    together.hold(known);
    for (int i = 0; i < 3; ++i) together.add(world_.accepted());
    const auto refused = commitNow(*store, world_.accepted());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::Unavailable);
    EXPECT_EQ(refused.error().issues.front().code, "queue-full");
    EXPECT_TRUE(refused.error().retryAfter);

    auto status = world_.moved(store->referral(*known.referral, nullptr)->value(),
                               referral::Status::Accepted);
    together.add(status);
    Commit delivery;
    delivery.lane = Lane::Delivery;
    delivery.changes.push_back({.id = known.deliveries.front().id, .attempts = 1});
    together.add(delivery);
    EXPECT_EQ(store->counts()->queued, 5U);
    for (const auto& result : together.go()) EXPECT_TRUE(result);
    EXPECT_TRUE(commitNow(*store, world_.accepted()));
}

TEST_F(FaultInjectionDisk, CommitsWhatIsQueuedBeforeItCloses) {
    std::vector<Commit> queued;
    std::atomic<int> kept{0};
    {
        auto store = openSqlite(options());
        for (int i = 0; i < 30; ++i) {
            queued.push_back(world_.accepted());
            store->commit(queued.back(), [&](const Result<Committed>& result) {
                if (result) ++kept;
            });
        }
    }
    EXPECT_EQ(kept, 30);
    auto store = openSqlite(options());
    for (const auto& commit : queued) EXPECT_TRUE(isWhole(*store, commit));
}

}  // namespace
}  // namespace waymark::store::tests
