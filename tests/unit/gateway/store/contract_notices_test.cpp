// Records beside the referrals, numbered notices, and the order of changes.
#include "contract.h"

namespace waymark::store::tests {
namespace {

TEST_P(StoreContract, KeepsRecordsByKindAndId) {
    Commit commit;
    const auto a = world_.id<ReferralId>().get();
    const auto b = world_.id<ReferralId>().get();
    commit.records = {{.kind = "subscription", .id = a, .body = "one"},
                      {.kind = "subscription", .id = b, .body = "two"},
                      {.kind = "cursor", .id = a, .body = "7"}};
    keep(std::move(commit));
    auto found = store().records("subscription");
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].body, "one");
    EXPECT_EQ((*found)[1].id, b);
    Commit change;
    change.records = {{.kind = "subscription", .id = a, .body = std::string(10'000, 'x')},
                      {.kind = "subscription", .id = b, .body = {}}};
    keep(std::move(change));
    found = store().records("subscription");
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ((*found)[0].body, std::string(10'000, 'x'));
    EXPECT_EQ(store().records("cursor")->at(0).body, "7");
    EXPECT_TRUE(store().records("other")->empty());
}

TEST_P(StoreContract, GivesNoticesByTheirNumbers) {
    const auto dossier = accept();
    const auto list = world_.id<ReferralId>().get();
    EXPECT_EQ(*store().lastNotice(list), 0U);
    Commit commit;
    for (std::uint64_t number = 1; number <= 5; ++number) {
        commit.notices.push_back({.list = list,
                                  .number = number,
                                  .referral = dossier.id,
                                  .version = 2,
                                  .at = world_.now()});
    }
    keep(std::move(commit));
    EXPECT_EQ(*store().lastNotice(list), 5U);
    const auto some = store().notices(list, 2, 4, 10);
    ASSERT_EQ(some->size(), 3U);
    EXPECT_EQ(some->front().number, 2U);
    EXPECT_EQ(some->front().referral, dossier.id);
    EXPECT_EQ(some->front().version, 2U);
    EXPECT_EQ(some->front().at, world_.now());
    EXPECT_EQ(store().notices(list, 1, UINT64_MAX, 2)->size(), 2U);
    EXPECT_TRUE(store().notices(world_.id<ReferralId>().get(), 1, 9, 9)->empty());
}

TEST_P(StoreContract, GivesChangedReferralsInTheOrderOfCommits) {
    const auto a = accept();
    const auto b = accept();
    auto all = store().changes(0, 10);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ((*all)[0].referral, a.id);
    EXPECT_EQ((*all)[1].referral, b.id);
    const auto place = (*all)[1].place;
    EXPECT_TRUE(store().changes(place, 10)->empty());
    move(a, referral::Status::Accepted);
    const auto fresh = store().changes(place, 10);
    ASSERT_EQ(fresh->size(), 1U);
    EXPECT_EQ(fresh->front().referral, a.id);
    EXPECT_EQ(store().changes(0, 1)->size(), 1U);
}

TEST_P(StoreContract, KeepsWhatANotifiedDeliveryIsAbout) {
    const auto dossier = accept();
    Commit commit;
    commit.referral = dossier.id;
    commit.expectedVersion = dossier.state.version;
    commit.deliveries.push_back({.id = world_.id<DeliveryId>(),
                                 .assignment = world_.id<AssignmentId>(),
                                 .provider = "subscription/1",
                                 .kind = DeliveryKind::Notified,
                                 .due = world_.now(),
                                 .deadline = world_.now() + std::chrono::hours(1),
                                 .remote = "4/2"});
    keep(std::move(commit));
    const auto due = store().dueDeliveries(world_.now(), 9, {"link-workers"});
    ASSERT_EQ(due->size(), 1U);
    EXPECT_EQ(due->front().remote, "4/2");
    EXPECT_EQ(due->front().kind, DeliveryKind::Notified);
}

}  // namespace
}  // namespace waymark::store::tests
