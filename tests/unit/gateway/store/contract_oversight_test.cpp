// What operators ask: deliveries found, the account of all referrals, and messages mapped again.
#include "contract.h"

#include "gateway/referral/clock.h"
#include "gateway/store/refusal.h"

namespace waymark::store::tests {
namespace {

using referral::Status;

TEST_P(StoreContract, FindsDeliveriesByProviderStateReferralAndTime) {
    const auto first = world_.accepted("G82080", "client-a", "hope");
    keep(first);
    world_.clock().advance(std::chrono::hours(1));
    const Instant between = world_.now();
    const auto second = world_.accepted("G82080", "client-a", "choir");
    keep(second);
    const auto third = world_.accepted("G82080", "client-a", "hope");
    keep(third);
    Commit dead;
    dead.lane = Lane::Delivery;
    dead.changes.push_back({.id = third.deliveries[0].id, .state = DeliveryState::Dead});
    keep(dead);

    struct Case {
        const char* what;
        DeliveryQuery query;
        std::vector<DeliveryId> want;
    };
    const auto id = [](const Commit& commit) { return commit.deliveries[0].id; };
    DeliveryQuery any;
    any.limit = 50;
    const auto with = [&](auto set) {
        DeliveryQuery query = any;
        set(query);
        return query;
    };
    const Case cases[] = {
        {"all", any, {id(first), id(second), id(third)}},
        {"provider", with([](auto& q) { q.provider = "hope"; }), {id(first), id(third)}},
        {"state", with([](auto& q) { q.state = DeliveryState::Dead; }), {id(third)}},
        {"referral", with([&](auto& q) { q.referral = second.referral; }), {id(second)}},
        {"id", with([&](auto& q) { q.id = id(second); }), {id(second)}},
        {"unknown id", with([&](auto& q) { q.id = world_.id<DeliveryId>(); }), {}},
        {"id of another provider",
         with([&](auto& q) {
             q.id = id(second);
             q.provider = "hope";
         }),
         {}},
        {"from", with([&](auto& q) { q.from = between; }), {id(second), id(third)}},
        {"to", with([&](auto& q) { q.to = between; }), {id(first)}},
        {"page",
         with([&](auto& q) {
             q.after = id(first);
             q.limit = 1;
         }),
         {id(second)}},
    };
    for (const Case& each : cases) {
        const auto found = store().findDeliveries(each.query);
        ASSERT_TRUE(found) << each.what;
        std::vector<DeliveryId> ids;
        for (const auto& delivery : *found) ids.push_back(delivery.id);
        EXPECT_EQ(ids, each.want) << each.what;
    }
}

TEST_P(StoreContract, ChangesADeliveryOnlyFromTheStateThatWasExpected) {
    const auto commit = world_.accepted();
    keep(commit);
    const auto id = commit.deliveries[0].id;
    Commit hold;
    hold.lane = Lane::Status;
    hold.changes.push_back(
        {.id = id, .state = DeliveryState::Held, .expected = DeliveryState::Due});
    keep(hold);
    EXPECT_TRUE(store().dueDeliveries(world_.now(), 10, {})->empty());
    EXPECT_EQ(store().counts()->deliveriesDue, 0U);
    EXPECT_EQ(refuse(hold, Kind::Conflict), kDeliveryMoved);
    Commit release;
    release.lane = Lane::Status;
    const Instant deadline = world_.now() + std::chrono::hours(48);
    release.changes.push_back({.id = id,
                               .state = DeliveryState::Due,
                               .expected = DeliveryState::Held,
                               .due = world_.now(),
                               .deadline = deadline});
    keep(release);
    const auto due = store().dueDeliveries(world_.now(), 10, {});
    ASSERT_EQ(due->size(), 1U);
    EXPECT_EQ(due->front().deadline, deadline);
}

Commit taken(World& world) {
    auto commit = world.accepted();
    commit.audit = {{.at = world.now(),
                     .actor = "client-a",
                     .action = "create",
                     .subject = commit.referral->get().text(),
                     .outcome = "ok",
                     .request = {}}};
    return commit;
}

Commit refused(World& world) {
    Commit commit;
    commit.audit = {{.at = world.now(),
                     .actor = "client-a",
                     .action = "refused",
                     .subject = {},
                     .outcome = "422",
                     .request = {}}};
    return commit;
}

TEST_P(StoreContract, AccountsForEverythingThatCameIn) {
    const Instant start = world_.now();
    const auto open = taken(world_);
    keep(open);
    const auto finished = taken(world_);
    keep(finished);
    auto ended = world_.moved(read(*finished.referral), Status::Rejected, "at-capacity");
    ended.clock = ClockChange{.cleared = true, .kind = {}, .due = {}};
    keep(ended);
    keep(refused(world_));
    world_.clock().advance(std::chrono::hours(1));
    const auto account = store().account(start, world_.now());
    ASSERT_TRUE(account);
    EXPECT_EQ(account->in, 3U);
    EXPECT_EQ(account->finished, 1U);
    EXPECT_EQ(account->openWithClock, 1U);
    EXPECT_EQ(account->refused, 1U);
    EXPECT_EQ(account->broken, 0U);
    EXPECT_EQ(store().account(world_.now(), world_.now() + Milliseconds(1))->in, 0U);
}

TEST_P(StoreContract, NamesTheReferralThatHasNoClockAndTheOneThatIsNotThere) {
    const Instant start = world_.now();
    auto open = taken(world_);
    keep(open);
    Commit cleared;
    cleared.lane = Lane::Delivery;
    cleared.referral = open.referral;
    cleared.expectedVersion = read(*open.referral).state.version;
    cleared.clock = ClockChange{.cleared = true, .kind = {}, .due = {}};
    keep(cleared);
    // A door that said yes to what was never stored.
    const auto lost = world_.id<ReferralId>();
    auto lie = refused(world_);
    lie.audit[0].action = "create";
    lie.audit[0].outcome = "ok";
    lie.audit[0].subject = lost.get().text();
    keep(lie);
    const auto account = store().account(start, world_.now() + Milliseconds(1));
    ASSERT_TRUE(account);
    EXPECT_EQ(account->in, 2U);
    EXPECT_EQ(account->broken, 2U);
    ASSERT_EQ(account->breaches.size(), 2U);
    EXPECT_EQ(account->breaches[0].id, *open.referral);
    EXPECT_EQ(account->breaches[0].why, "open-without-clock");
    EXPECT_EQ(account->breaches[1].id, lost);
    EXPECT_EQ(account->breaches[1].why, "not-stored");
}

TEST_P(StoreContract, GivesTheRecordRouteAndSetOfTheLastMapping) {
    auto commit = world_.accepted();
    commit.clock->kind = referral::clock::kMendedWithin;
    commit.create->setVersion = "00000000000000aa";
    keep(commit);
    EXPECT_EQ(store().clocksOf(referral::clock::kMendedWithin, 10)->size(), 1U);
    EXPECT_EQ(store().clocksOf("answered-within", 10)->size(), 0U);
    EXPECT_EQ(*store().openSetVersions(), std::set<std::string>{"00000000000000aa"});
    Commit again;
    again.lane = Lane::Status;
    again.referral = commit.referral;
    again.expectedVersion = read(*commit.referral).state.version;
    again.remapped = Remapped{.route = "other", .setVersion = "00000000000000bb"};
    referral::Event mapped;
    mapped.type = referral::EventType::Mapped;
    mapped.at = world_.now();
    mapped.detail.record = R"({"priority":"urgent"})";
    again.events.push_back(mapped);
    keep(again);
    const auto dossier = read(*commit.referral);
    EXPECT_EQ(dossier.record, R"({"priority":"urgent"})");
    EXPECT_EQ(dossier.route, "other");
    EXPECT_EQ(dossier.setVersion, "00000000000000bb");
    EXPECT_EQ(dossier.body, commit.create->body);
    EXPECT_EQ(*store().openSetVersions(), std::set<std::string>{"00000000000000bb"});
}

TEST(FirstIdAt, IsNotAboveAnyIdOfItsMillisecond) {
    waymark::tests::SeededRandom random(3);
    for (const std::int64_t at : {std::int64_t{0}, std::int64_t{1'790'000'000'123}}) {
        const Instant instant{Milliseconds(at)};
        const Uuid id = Uuid::version7(instant, random);
        EXPECT_LE(firstIdAt(instant), id);
        EXPECT_GT(firstIdAt(instant + Milliseconds(1)), id);
    }
}

}  // namespace
}  // namespace waymark::store::tests
