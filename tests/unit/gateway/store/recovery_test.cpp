// Ends without warning: whatever was answered is there afterwards, whole; whatever was not is there
// whole or not at all.
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fault_vfs.h"
#include "gateway/crypto/random.h"
#include "gateway/store/sqlite/backup.h"
#include "whole.h"
#include "world.h"

namespace waymark::store::tests {
namespace {

/// The commits of one round, the same in the process that makes them and in the one that checks.
std::vector<Commit> commitsOf(std::uint64_t round, std::size_t count) {
    World world(1000 + round);
    world.clock().advance(std::chrono::hours(round));
    std::vector<Commit> commits;
    for (std::size_t i = 0; i < count; ++i) {
        commits.push_back(world.accepted());
        commits.back().create->body.append(i % 7 * 3000, static_cast<char>('a' + i % 26));
    }
    return commits;
}

/// Commits all, many at a time, and writes the index of each to the pipe when it is answered.
[[noreturn]] void commitUntilKilled(const std::filesystem::path& path, std::uint64_t round,
                                    std::size_t count, int pipe) {
    SqliteOptions options;
    options.path = path;
    options.logPagesMax = 100;  // checkpoints are killed too
    auto store = openSqlite(options);
    auto commits = commitsOf(round, count);
    for (std::uint32_t i = 0; i < commits.size(); ++i) {
        store->commit(std::move(commits[i]), [i, pipe](const Result<Committed>& result) {
            if (!result) ::_exit(3);
            if (::write(pipe, &i, sizeof i) != sizeof i) ::_exit(4);
        });
    }
    store.reset();
    ::_exit(0);
}

/// Until there are `count`, or the other end is gone.
void readAnswers(int pipe, std::size_t count, std::set<std::uint32_t>& answered) {
    std::uint32_t index = 0;
    while (answered.size() < count && ::read(pipe, &index, sizeof index) == sizeof index) {
        answered.insert(index);
    }
}

TEST(Recovery, AfterAKillHasEverythingThatWasAnsweredAndNothingHalf) {
    constexpr std::size_t kCommits = 600;
    constexpr std::uint64_t kRounds = 12;
    const Folder folder;
    const auto path = folder / "store.db";
    waymark::tests::SeededRandom chance(2026);
    crypto::SystemRandom random;
    std::size_t killed = 0;
    std::size_t present = 0;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            commitUntilKilled(path, round, kCommits, pipe[1]);
        }
        ::close(pipe[1]);
        // After so many answers it is killed, wherever it is then.
        std::set<std::uint32_t> answered;
        readAnswers(pipe[0], 1 + chance.below(kCommits * 3 / 4), answered);
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        if (WIFSIGNALED(status)) ++killed;
        ASSERT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) != 0) << WEXITSTATUS(status);
        readAnswers(pipe[0], kCommits, answered);
        ::close(pipe[0]);

        auto store = openSqlite(path);
        const auto commits = commitsOf(round, kCommits);
        for (std::uint32_t i = 0; i < commits.size(); ++i) {
            const bool isThere = store->referral(*commits[i].referral, nullptr).value().has_value();
            ASSERT_TRUE(isThere || !answered.contains(i)) << "answered and lost: " << i;
            ASSERT_TRUE(isThere ? isWhole(*store, commits[i]) : isAbsent(*store, commits[i]));
            present += isThere ? 1 : 0;
        }
        ASSERT_EQ(store->counts()->referrals, present);
        ASSERT_EQ(store->counts()->deliveriesDue, present);
    }
    EXPECT_GT(killed, kRounds / 2) << "the kills came too late to test anything";
    const auto verified = verifyStore(path, testRing(), random);
    ASSERT_TRUE(verified);
    EXPECT_TRUE(verified->damage.empty()) << verified->damage.front().text;
    EXPECT_EQ(verified->referrals, present);
}

TEST(Recovery, AfterALossOfPowerHasEverythingThatWasAnswered) {
    waymark::tests::SeededRandom chance(7);
    for (std::uint64_t round = 0; round < 6; ++round) {
        const Folder folder;
        const Folder left;
        FaultVfs disk;
        disk.rememberSynced();
        SqliteOptions options;
        options.path = folder / "store.db";
        options.vfs = disk.name();
        options.logPagesMax = 60;
        auto store = openSqlite(options);
        const auto commits = commitsOf(round, 150);
        std::mutex mutex;
        std::condition_variable changed;
        std::set<std::size_t> answered;
        std::set<std::size_t> answeredBefore;
        const std::size_t last = 20 + chance.below(120);
        const std::size_t answersWanted = 1 + chance.below(last);
        for (std::size_t i = 0; i < last; ++i) {
            store->commit(commits[i], [&, i](const Result<Committed>& result) {
                {
                    const std::lock_guard lock(mutex);
                    if (result) answered.insert(i);
                }
                changed.notify_one();
            });
        }
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return answered.size() >= answersWanted; });
            answeredBefore = answered;
        }
        disk.writeSynced(left.path());
        store.reset();

        SqliteOptions after;
        after.path = left / "store.db";
        auto recovered = openSqlite(after);
        for (std::size_t i = 0; i < commits.size(); ++i) {
            const bool isThere =
                recovered->referral(*commits[i].referral, nullptr).value().has_value();
            ASSERT_TRUE(isThere || !answeredBefore.contains(i)) << i;
            ASSERT_TRUE(isThere ? isWhole(*recovered, commits[i])
                                : isAbsent(*recovered, commits[i]));
        }
        EXPECT_FALSE(answeredBefore.empty());
    }
}

TEST(Recovery, GoesOnWithNumbersAndCountsAfterARestart) {
    const Folder folder;
    World world;
    Commit first = world.accepted();
    {
        auto store = openSqlite(folder / "store.db");
        ASSERT_TRUE(commitNow(*store, first));
        ASSERT_TRUE(
            commitNow(*store, world.moved(store->referral(*first.referral, nullptr)->value(),
                                          referral::Status::Rejected, "at-capacity")));
    }
    auto store = openSqlite(folder / "store.db");
    EXPECT_EQ(store->counts()->referrals, 1U);
    EXPECT_EQ(store->counts()->open, 0U);
    const auto second = world.accepted();
    ASSERT_TRUE(commitNow(*store, second));
    EXPECT_TRUE(isWhole(*store, first));
    EXPECT_TRUE(isWhole(*store, second));
    EXPECT_EQ(store->counts()->referrals, 2U);
    EXPECT_EQ(store->counts()->open, 1U);
    AssignmentQuery query;
    query.provider = "link-workers";
    const auto page = store->assignments(query);
    ASSERT_EQ(page->rows.size(), 2U);
    EXPECT_EQ(page->rows[0].referral, *first.referral);
}

TEST(Recovery, KeepsTheOrderOfChangesWhenTheClockWasSetBack) {
    const Folder folder;
    World world;
    const auto late = world.accepted();
    auto early = world.accepted();
    for (auto& event : early.events) event.at -= std::chrono::hours(2);
    {
        auto store = openSqlite(folder / "store.db");
        ASSERT_TRUE(commitNow(*store, late));
    }
    auto store = openSqlite(folder / "store.db");
    ASSERT_TRUE(commitNow(*store, early));
    SearchQuery query;
    query.viewer = {.client = "client-a", .organisations = {}};
    EXPECT_EQ(store->search(query)->ids, (std::vector{*early.referral, *late.referral}));
}

}  // namespace
}  // namespace waymark::store::tests
