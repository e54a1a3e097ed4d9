// Deliveries, their order and limits, polling, and clocks.
#include "contract.h"

#include <algorithm>

namespace waymark::store::tests {
namespace {

using referral::Status;

std::vector<DeliveryId> idsOf(const Result<std::vector<Delivery>>& deliveries) {
    EXPECT_TRUE(deliveries) << deliveries.error().text();
    std::vector<DeliveryId> ids;
    if (deliveries) {
        for (const auto& delivery : *deliveries) ids.push_back(delivery.id);
    }
    return ids;
}

Commit change(DeliveryChange what) {
    Commit commit;
    commit.lane = Lane::Delivery;
    commit.changes.push_back(std::move(what));
    return commit;
}

TEST_P(StoreContract, GivesADueDeliveryWhole) {
    const auto commit = world_.accepted();
    keep(commit);
    const auto due = store().dueDeliveries(world_.now(), 10, {});
    ASSERT_TRUE(due);
    ASSERT_EQ(due->size(), 1U);
    const auto& delivery = due->front();
    const auto& made = commit.deliveries.front();
    EXPECT_EQ(delivery.id, made.id);
    EXPECT_EQ(delivery.referral, *commit.referral);
    EXPECT_EQ(delivery.assignment, made.assignment);
    EXPECT_EQ(delivery.provider, "link-workers");
    EXPECT_EQ(delivery.kind, DeliveryKind::Created);
    EXPECT_EQ(delivery.state, DeliveryState::Due);
    EXPECT_EQ(delivery.due, made.due);
    EXPECT_EQ(delivery.deadline, made.deadline);
    EXPECT_EQ(delivery.attempts, 0U);
    EXPECT_TRUE(delivery.payload.empty());
    EXPECT_TRUE(store().dueDeliveries(made.due - Milliseconds(1), 10, {})->empty());
}

TEST_P(StoreContract, LetsACancellationTakeThePlaceOfWhatIsStillDue) {
    const auto first = accept();
    const auto other = accept();
    const auto created = store().deliveries(first.id)->front();
    const auto before = *store().counts();
    auto commit = world_.moved(first, Status::Rejected, "other");
    commit.deliveries.push_back({.id = world_.id<DeliveryId>(),
                                 .assignment = created.assignment,
                                 .provider = created.provider,
                                 .kind = DeliveryKind::Cancelled,
                                 .due = world_.now(),
                                 .deadline = world_.now() + std::chrono::hours(1)});
    const auto cancelled = commit.deliveries.front().id;
    keep(std::move(commit));
    const auto all = store().deliveries(first.id);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].state, DeliveryState::Dropped);
    EXPECT_EQ((*all)[1].state, DeliveryState::Due);
    EXPECT_EQ(store().counts()->deliveriesDue, before.deliveriesDue);
    EXPECT_EQ(store().counts()->deliveriesDead, before.deliveriesDead);
    const auto due = idsOf(store().dueDeliveries(world_.now(), 10, {}));
    ASSERT_EQ(due.size(), 2U);
    EXPECT_NE(std::ranges::find(due, cancelled), due.end());
    EXPECT_EQ(std::ranges::find(due, created.id), due.end());
    EXPECT_EQ(store().deliveries(other.id)->front().state, DeliveryState::Due);
}

TEST_P(StoreContract, WritesOnlyTheSetPartsOfAChange) {
    const auto commit = world_.accepted();
    keep(commit);
    const auto id = commit.deliveries.front().id;
    const auto later = world_.now() + std::chrono::minutes(5);
    keep(
        change({.id = id, .payload = std::string(20'000, 'p'), .contentType = "application/json"}));
    keep(change({.id = id, .due = later, .attempts = 3, .lastProblem = "timeout"}));
    const auto all = store().deliveries(*commit.referral);
    ASSERT_EQ(all->size(), 1U);
    const auto& delivery = all->front();
    EXPECT_EQ(delivery.payload, std::string(20'000, 'p'));
    EXPECT_EQ(delivery.contentType, "application/json");
    EXPECT_EQ(delivery.due, later);
    EXPECT_EQ(delivery.attempts, 3U);
    EXPECT_EQ(delivery.lastProblem, "timeout");
    EXPECT_EQ(delivery.state, DeliveryState::Due);
    EXPECT_TRUE(store().dueDeliveries(later - Milliseconds(1), 10, {})->empty());
    EXPECT_EQ(store().dueDeliveries(later, 10, {})->front().payload, std::string(20'000, 'p'));
    keep(change({.id = id, .state = DeliveryState::Delivered, .remote = "Task/123"}));
    EXPECT_EQ(store().deliveries(*commit.referral)->front().remote, "Task/123");
    EXPECT_EQ(store().deliveries(*commit.referral)->front().lastProblem, "timeout");
}

TEST_P(StoreContract, MakesAPayloadOnce) {
    const auto commit = world_.accepted();
    keep(commit);
    const auto id = commit.deliveries.front().id;
    keep(change({.id = id, .payload = "first", .contentType = "text/plain"}));
    const auto code =
        refuse(change({.id = id, .attempts = 9, .payload = "second"}), Kind::Conflict);
    EXPECT_EQ(code, "payload-exists");
    EXPECT_EQ(store().deliveries(*commit.referral)->front().payload, "first");
    EXPECT_EQ(store().deliveries(*commit.referral)->front().attempts, 0U);
}

TEST_P(StoreContract, RefusesAChangeOfADeliveryThatIsNotThere) {
    refuse(change({.id = world_.id<DeliveryId>(), .attempts = 1}), Kind::NotFound);
}

TEST_P(StoreContract, CommitsADeliverysEndTogetherWithItsEvent) {
    const auto commit = world_.accepted();
    keep(commit);
    auto stale = change({.id = commit.deliveries.front().id, .state = DeliveryState::Delivered});
    stale.referral = commit.referral;
    stale.expectedVersion = 1;
    referral::Event event{.type = referral::EventType::Delivered, .at = world_.now()};
    event.assignment = assignmentOf(commit);
    stale.events.push_back(event);
    refuse(stale, Kind::Conflict);
    EXPECT_EQ(store().deliveries(*commit.referral)->front().state, DeliveryState::Due);
    stale.expectedVersion = 2;
    EXPECT_EQ(keep(stale).version, 3U);
    EXPECT_EQ(store().deliveries(*commit.referral)->front().state, DeliveryState::Delivered);
    EXPECT_TRUE(read(*commit.referral).state.assignments.front().delivered);
}

TEST_P(StoreContract, LimitsWhatIsDuePerProviderAndSkipsProviders) {
    std::vector<DeliveryId> gardeners;
    for (int i = 0; i < 5; ++i) {
        auto commit = world_.accepted("G82080", "client-a", "gardeners");
        gardeners.push_back(commit.deliveries.front().id);
        keep(std::move(commit));
    }
    auto commit = world_.accepted("G82080", "client-a", "link-workers");
    const auto link = commit.deliveries.front().id;
    keep(std::move(commit));
    EXPECT_EQ(idsOf(store().dueDeliveries(world_.now(), 2, {})),
              (std::vector<DeliveryId>{gardeners[0], gardeners[1], link}));
    EXPECT_EQ(idsOf(store().dueDeliveries(world_.now(), 9, {"gardeners"})), std::vector{link});
    EXPECT_EQ(idsOf(store().dueDeliveries(world_.now(), 1, {"link-workers", "absent"})),
              std::vector{gardeners[0]});
    EXPECT_TRUE(
        idsOf(store().dueDeliveries(world_.now(), 9, {"link-workers", "gardeners"})).empty());
}

TEST_P(StoreContract, GivesTheOldestDueFirst) {
    std::vector<DeliveryId> ids;
    for (int i = 0; i < 4; ++i) {
        auto commit = world_.accepted();
        ids.push_back(commit.deliveries.front().id);
        keep(std::move(commit));
    }
    keep(change({.id = ids[0], .due = world_.now() + Milliseconds(10)}));
    world_.clock().advance(Milliseconds(20));
    EXPECT_EQ(idsOf(store().dueDeliveries(world_.now(), 9, {})),
              (std::vector<DeliveryId>{ids[1], ids[2], ids[3], ids[0]}));
}

class InLine {
public:
    InLine(Store& store, World& world) : world_(world) {
        auto commit = world.accepted();
        referral = *commit.referral;
        assignment = assignmentOf(commit);
        first = commit.deliveries.front().id;
        commitNow(store, std::move(commit)).value();
    }

    /// A later delivery of the same assignment, due at once.
    Commit later(std::uint32_t version, DeliveryKind kind) {
        Commit commit;
        commit.referral = referral;
        commit.expectedVersion = version;
        second = world_.id<DeliveryId>();
        commit.deliveries.push_back({.id = second,
                                     .assignment = assignment,
                                     .provider = "link-workers",
                                     .kind = kind,
                                     .due = world_.now(),
                                     .deadline = world_.now() + std::chrono::hours(1)});
        return commit;
    }

    ReferralId referral;
    AssignmentId assignment;
    DeliveryId first;
    DeliveryId second;

private:
    World& world_;
};

TEST_P(StoreContract, HoldsALaterDeliveryBackUntilTheEarlierOneIsThrough) {
    InLine line(store(), world_);
    keep(line.later(2, DeliveryKind::Updated));
    keep(change({.id = line.first, .due = world_.now() + std::chrono::hours(1)}));
    EXPECT_TRUE(idsOf(store().dueDeliveries(world_.now(), 9, {})).empty());
    keep(change({.id = line.first, .state = DeliveryState::Delivered}));
    EXPECT_EQ(idsOf(store().dueDeliveries(world_.now(), 9, {})), std::vector{line.second});
    const auto all = store().deliveries(line.referral);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].id, line.first);
    EXPECT_EQ((*all)[1].kind, DeliveryKind::Updated);
}

TEST_P(StoreContract, LetsALaterDeliveryGoWhenTheEarlierOneIsHeldOrDeadAndWaitWhenItIsDueAgain) {
    for (const auto state : {DeliveryState::Held, DeliveryState::Dead}) {
        InLine line(store(), world_);
        keep(line.later(2, DeliveryKind::Updated));
        keep(change({.id = line.first, .state = state}));
        const auto due = idsOf(store().dueDeliveries(world_.now(), 9, {}));
        EXPECT_TRUE(std::find(due.begin(), due.end(), line.second) != due.end());
        keep(change({.id = line.first, .state = DeliveryState::Due}));
        const auto again = idsOf(store().dueDeliveries(world_.now(), 9, {}));
        EXPECT_TRUE(std::find(again.begin(), again.end(), line.first) != again.end());
        EXPECT_TRUE(std::find(again.begin(), again.end(), line.second) == again.end());
        keep(change({.id = line.first, .state = DeliveryState::Delivered}));
        keep(change({.id = line.second, .state = DeliveryState::Delivered}));
    }
}

TEST_P(StoreContract, LetsDeliveriesOfDifferentAssignmentsGoAtOnce) {
    InLine line(store(), world_);
    auto next = world_.moved(read(line.referral), Status::Accepted);
    referral::Event asked{.type = referral::EventType::Asked, .at = world_.now()};
    asked.assignment = world_.id<AssignmentId>();
    asked.provider = "gardeners";
    next.events.push_back(asked);
    const auto other = world_.id<DeliveryId>();
    next.deliveries.push_back({.id = other,
                               .assignment = *asked.assignment,
                               .provider = "gardeners",
                               .due = world_.now(),
                               .deadline = world_.now()});
    keep(next);
    EXPECT_EQ(idsOf(store().dueDeliveries(world_.now(), 9, {})),
              (std::vector<DeliveryId>{line.first, other}));
}

TEST_P(StoreContract, SaysWhenTheNextWorkFallsDue) {
    EXPECT_FALSE(store().nextDue(Instant::min())->has_value());
    const auto commit = world_.accepted();
    keep(commit);
    const auto& delivery = commit.deliveries.front();
    EXPECT_EQ(store().nextDue(Instant::min()).value(), delivery.due);
    EXPECT_EQ(store().nextDue(delivery.due).value(), commit.clock->due);
    EXPECT_FALSE(store().nextDue(commit.clock->due)->has_value());
    const auto later = world_.accepted("G82080", "client-a", "gardeners");
    keep(later);
    EXPECT_EQ(store().nextDue(delivery.due).value(), later.deliveries.front().due);
    keep(change({.id = later.deliveries.front().id, .state = DeliveryState::Dead}));
    EXPECT_EQ(store().nextDue(delivery.due).value(), commit.clock->due);
}

TEST_P(StoreContract, RunsOneClockPerReferral) {
    const auto commit = world_.accepted();
    keep(commit);
    const auto due = commit.clock->due;
    EXPECT_TRUE(store().dueClocks(due - Milliseconds(1), 9)->empty());
    auto clocks = store().dueClocks(due, 9);
    ASSERT_EQ(clocks->size(), 1U);
    EXPECT_EQ(clocks->front().referral, *commit.referral);
    EXPECT_EQ(clocks->front().kind, "delivered-within");
    EXPECT_EQ(clocks->front().due, due);

    auto next = world_.moved(read(*commit.referral), Status::Accepted);
    keep(next);
    EXPECT_EQ(store().dueClocks(due, 9)->size(), 1U);

    next = world_.moved(read(*commit.referral), Status::InProgress);
    next.clock = ClockChange{.kind = "news-within", .due = due + std::chrono::hours(1)};
    keep(next);
    EXPECT_TRUE(store().dueClocks(due, 9)->empty());
    EXPECT_EQ(store().dueClocks(due + std::chrono::hours(1), 9)->front().kind, "news-within");

    next = world_.moved(read(*commit.referral), Status::Completed);
    next.clock = ClockChange{.cleared = true, .kind = {}};
    keep(next);
    EXPECT_TRUE(store().dueClocks(Instant::max(), 9)->empty());
}

TEST_P(StoreContract, GivesTheOldestClocksFirstUpToTheLimit) {
    std::vector<ReferralId> ids;
    for (int i = 0; i < 5; ++i) {
        auto commit = world_.accepted();
        commit.clock->due = world_.now() - Milliseconds(i * 100);
        ids.insert(ids.begin(), *commit.referral);
        keep(std::move(commit));
    }
    const auto clocks = store().dueClocks(world_.now(), 3);
    ASSERT_EQ(clocks->size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*clocks)[i].referral, ids[i]);
}

TEST_P(StoreContract, PollsWhatIsDeliveredWithARemoteUntilTheAssignmentEnds) {
    std::vector<DeliveryId> ids;
    std::vector<ReferralId> referrals;
    for (int i = 0; i < 3; ++i) {
        auto commit = world_.accepted("G82080", "client-a", "fhir-provider");
        ids.push_back(commit.deliveries.front().id);
        referrals.push_back(*commit.referral);
        keep(std::move(commit));
    }
    EXPECT_TRUE(idsOf(store().pollable("fhir-provider", {}, 9)).empty());
    keep(change({.id = ids[0], .payload = "bytes", .contentType = "x"}));
    for (const auto& id : ids) {
        keep(change(
            {.id = id, .state = DeliveryState::Delivered, .remote = "Task/" + id.get().text()}));
    }
    EXPECT_EQ(idsOf(store().pollable("fhir-provider", {}, 9)), ids);
    EXPECT_EQ(idsOf(store().pollable("fhir-provider", {}, 2)), (std::vector{ids[0], ids[1]}));
    EXPECT_EQ(idsOf(store().pollable("fhir-provider", ids[0], 9)), (std::vector{ids[1], ids[2]}));
    EXPECT_TRUE(idsOf(store().pollable("fhir-provider", ids[2], 9)).empty());
    EXPECT_TRUE(idsOf(store().pollable("link-workers", {}, 9)).empty());
    const auto polled = store().pollable("fhir-provider", {}, 1);
    EXPECT_EQ(polled->front().remote, "Task/" + ids[0].get().text());
    EXPECT_TRUE(polled->front().payload.empty());

    auto dossier = move(read(referrals[1]), Status::Accepted);
    EXPECT_EQ(idsOf(store().pollable("fhir-provider", {}, 9)), ids);
    move(dossier, Status::Completed);
    EXPECT_EQ(idsOf(store().pollable("fhir-provider", {}, 9)), (std::vector{ids[0], ids[2]}));
}

}  // namespace
}  // namespace waymark::store::tests
