// Commits: what is written is read back whole, versions decide, nothing is half done.
#include "contract.h"

#include <algorithm>
#include <thread>

namespace waymark::store::tests {
namespace {

using referral::EventType;
using referral::Status;

void expectSameEvent(const referral::Event& a, const referral::Event& b) {
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.at, b.at);
    EXPECT_EQ(a.actor, b.actor);
    EXPECT_EQ(a.actorId, b.actorId);
    EXPECT_EQ(a.assignment, b.assignment);
    EXPECT_EQ(a.provider, b.provider);
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.businessStatus, b.businessStatus);
    EXPECT_EQ(a.reasonCode, b.reasonCode);
    EXPECT_EQ(a.detail, b.detail);
}

TEST_P(StoreContract, GivesBackAReferralAsItWasCommitted) {
    const auto commit = world_.accepted();
    EXPECT_EQ(keep(commit).version, 2U);
    const auto dossier = read(*commit.referral);
    const auto& made = *commit.create;
    EXPECT_EQ(dossier.id, *commit.referral);
    EXPECT_EQ(dossier.organisation, made.organisation);
    EXPECT_EQ(dossier.client, made.client);
    EXPECT_EQ(dossier.origin, made.origin);
    EXPECT_EQ(dossier.route, made.route);
    EXPECT_EQ(dossier.setVersion, made.setVersion);
    EXPECT_EQ(dossier.contentType, made.contentType);
    EXPECT_EQ(dossier.body, made.body);
    EXPECT_EQ(dossier.record, made.record);
    ASSERT_EQ(dossier.events.size(), commit.events.size());
    for (std::size_t i = 0; i < commit.events.size(); ++i) {
        expectSameEvent(dossier.events[i], commit.events[i]);
    }
    EXPECT_EQ(dossier.state.version, 2U);
    EXPECT_EQ(dossier.state.status, Status::Requested);
    ASSERT_EQ(dossier.state.assignments.size(), 1U);
    EXPECT_EQ(dossier.state.assignments[0].provider, "link-workers");
}

TEST_P(StoreContract, KeepsBytesOfAnySizeAndSort) {
    const std::size_t sizes[] = {0, 1, 127, 128, 4096, 70'000, 3'000'000};
    for (const std::size_t size : sizes) {
        auto commit = world_.accepted();
        std::string body(size, '\0');
        world_.random().fill({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
        commit.create->body = body;
        commit.create->record = std::string(size / 2, 'r');
        const auto id = *commit.referral;
        keep(std::move(commit));
        const auto dossier = read(id);
        EXPECT_TRUE(dossier.body == body) << size;
        EXPECT_TRUE(dossier.record == std::string(size / 2, 'r')) << size;
    }
}

TEST_P(StoreContract, AppendsEventsToTheState) {
    auto dossier = accept();
    dossier = move(dossier, Status::Accepted);
    dossier = move(dossier, Status::Completed);
    EXPECT_EQ(dossier.state.version, 4U);
    EXPECT_EQ(dossier.state.status, Status::Completed);
    EXPECT_EQ(dossier.events.back().detail.workerName, "Sam Carter");
    EXPECT_EQ(dossier.events.back().actorId, "link-workers");
    EXPECT_EQ(referral::fold(dossier.events).status, Status::Completed);
}

TEST_P(StoreContract, RefusesAChangeThatWasDecidedOnAnEarlierVersion) {
    const auto before = accept();
    const auto after = move(before, Status::Accepted);
    const auto code = refuse(world_.moved(before, Status::Rejected, "at-capacity"), Kind::Conflict);
    EXPECT_EQ(code, "version-moved");
    auto early = world_.moved(after, Status::Completed);
    early.expectedVersion = after.state.version + 1;
    refuse(early, Kind::Conflict);
    EXPECT_EQ(read(before.id).events.size(), after.events.size());
}

TEST_P(StoreContract, RefusesAReferralThatExists) {
    const auto commit = world_.accepted();
    keep(commit);
    auto again = world_.accepted();
    again.referral = commit.referral;
    again.verdicts.clear();
    const auto code = refuse(again, Kind::Conflict);
    EXPECT_EQ(code, "referral-exists");
    EXPECT_EQ(read(*commit.referral).body, commit.create->body);
}

TEST_P(StoreContract, RefusesAChangeOfAReferralThatIsNotThere) {
    auto dossier = accept();
    dossier.id = world_.id<ReferralId>();
    refuse(world_.moved(dossier, Status::Accepted), Kind::NotFound);
}

TEST_P(StoreContract, ReplaysAVerdictByItsKey) {
    const auto commit = world_.accepted();
    keep(commit);
    const auto& made = commit.verdicts.front();
    const auto found = store().verdict(made.key);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->key, made.key);
    EXPECT_EQ((*found)->fingerprint, made.fingerprint);
    EXPECT_EQ((*found)->status, 201U);
    EXPECT_EQ((*found)->referral, made.referral);
    EXPECT_TRUE(store().verdict("another key").value() == std::nullopt);
}

TEST_P(StoreContract, KeepsAVerdictWithoutAReferral) {
    Commit commit;
    commit.verdicts.push_back({.key = "refused-1",
                               .fingerprint = "print",
                               .status = 422,
                               .contentType = "application/fhir+json",
                               .body = std::string(5000, 'o'),
                               .referral = std::nullopt});
    EXPECT_EQ(keep(commit).version, 0U);
    const auto found = store().verdict("refused-1");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->body, std::string(5000, 'o'));
    EXPECT_EQ((*found)->contentType, "application/fhir+json");
    EXPECT_EQ((*found)->status, 422U);
    EXPECT_FALSE((*found)->referral);
}

TEST_P(StoreContract, CommitsNothingWhenOneVerdictIsKnown) {
    const auto first = world_.accepted();
    keep(first);
    auto second = world_.accepted();
    second.verdicts.push_back(first.verdicts.front());
    second.verdicts.back().referral = second.referral;
    const auto code = refuse(second, Kind::Conflict);
    EXPECT_EQ(code, "verdict-exists");
    EXPECT_TRUE(store().referral(*second.referral, nullptr).value() == std::nullopt);
    EXPECT_TRUE(store().verdict(second.verdicts.front().key).value() == std::nullopt);
    EXPECT_TRUE(store().deliveries(*second.referral)->empty());
    EXPECT_EQ(store().counts()->referrals, 1U);
    EXPECT_EQ(store().verdict(first.verdicts.front().key).value()->referral, first.referral);
}

TEST_P(StoreContract, TakesOneKeyTwiceInOneCommitAsOne) {
    auto commit = world_.accepted();
    commit.verdicts.push_back(commit.verdicts.front());
    commit.create->identifiers.push_back(commit.create->identifiers.front());
    keep(commit);
    EXPECT_TRUE(store().verdict(commit.verdicts.front().key).value());
}

TEST_P(StoreContract, CommitsNothingWhenAnEventCannotFollow) {
    auto dossier = accept();
    dossier = move(dossier, Status::Accepted);
    auto commit = world_.moved(dossier, Status::Completed);
    auto impossible = world_.moved(dossier, Status::InProgress).events.front();
    commit.events.push_back(impossible);
    commit.audit.push_back({.at = world_.now(),
                            .actor = "x",
                            .action = "status",
                            .subject = {},
                            .outcome = "ok",
                            .request = {}});
    refuse(commit, Kind::Fault);
    EXPECT_EQ(read(dossier.id).events.size(), dossier.events.size());
    EXPECT_EQ(read(dossier.id).state.status, Status::Accepted);
}

TEST_P(StoreContract, RefusesCommitsThatBreakThePortsRules) {
    auto noId = world_.accepted();
    noId.referral.reset();
    refuse(noId, Kind::Fault);
    auto noEvent = world_.accepted();
    noEvent.events.clear();
    refuse(noEvent, Kind::Fault);
    auto versioned = world_.accepted();
    versioned.expectedVersion = 1;
    refuse(versioned, Kind::Fault);
    auto noVersion = world_.moved(accept(), Status::Accepted);
    noVersion.expectedVersion = 0;
    refuse(noVersion, Kind::Fault);
    auto notReceived = world_.accepted();
    notReceived.events.erase(notReceived.events.begin());
    refuse(notReceived, Kind::Fault);
    EXPECT_EQ(store().counts()->referrals, 1U);
}

TEST_P(StoreContract, CommitsAnAuditEntryAlone) {
    Commit commit;
    commit.audit.push_back({.at = world_.now(),
                            .actor = "client-a",
                            .action = "refused",
                            .subject = {},
                            .outcome = "422",
                            .request = "request-9"});
    EXPECT_EQ(keep(commit).version, 0U);
}

TEST_P(StoreContract, CountsWhatIsOpenDueAndDead) {
    auto first = accept();
    auto second = accept();
    second = move(second, Status::Accepted);
    second = move(second, Status::Completed);
    const auto delivery = store().deliveries(first.id)->front();
    Commit dead;
    dead.lane = Lane::Delivery;
    dead.changes.push_back(
        {.id = delivery.id, .state = DeliveryState::Dead, .lastProblem = "refused 410"});
    keep(dead);
    const auto counts = store().counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->referrals, 2U);
    EXPECT_EQ(counts->open, 1U);
    EXPECT_EQ(counts->deliveriesDue, 1U);
    EXPECT_EQ(counts->deliveriesDead, 1U);
    EXPECT_EQ(counts->queued, 0U);
    EXPECT_TRUE(store().writable());
}

TEST_P(StoreContract, CountsAReferralAgainThatIsOpenedAgainByANewAssignment) {
    auto dossier = accept();
    auto next = world_.moved(dossier, Status::Rejected, "at-capacity");
    keep(next);
    EXPECT_EQ(store().counts()->open, 0U);
}

TEST_P(StoreContract, LetsOneOfManyDecisionsOnAVersionWin) {
    const auto dossier = accept();
    std::vector<Commit> rivals;
    for (int i = 0; i < 8; ++i) rivals.push_back(world_.moved(dossier, Status::Accepted));
    std::vector<Result<Committed>> results(rivals.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < rivals.size(); ++i) {
            threads.emplace_back([&, i] { results[i] = commitNow(store(), rivals[i]); });
        }
    }
    EXPECT_EQ(std::count_if(results.begin(), results.end(),
                            [](const auto& result) { return result.has_value(); }),
              1);
    for (const auto& result : results) {
        if (!result) {
            EXPECT_EQ(result.error().kind, Kind::Conflict);
        }
    }
    EXPECT_EQ(read(dossier.id).state.version, dossier.state.version + 1);
}

TEST_P(StoreContract, ReadsWhatIsCommittedFromManyThreads) {
    constexpr int kThreads = 4;
    constexpr int kEach = 40;
    std::vector<std::vector<Commit>> work(kThreads);
    for (auto& commits : work) {
        for (int i = 0; i < kEach; ++i) commits.push_back(world_.accepted());
    }
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> threads;
        for (auto& commits : work) {
            threads.emplace_back([&] {
                for (const auto& commit : commits) {
                    const auto kept = commitNow(store(), commit);
                    const auto found = store().referral(*commit.referral, nullptr);
                    const auto verdict = store().verdict(commit.verdicts.front().key);
                    const bool right = kept && found && *found &&
                                       (*found)->body == commit.create->body && verdict &&
                                       *verdict && (*verdict)->referral == commit.referral;
                    if (!right) ++wrong;
                }
            });
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(store().counts()->referrals, kThreads * kEach);
}

}  // namespace
}  // namespace waymark::store::tests
