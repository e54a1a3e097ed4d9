#include "gateway/ops/delivery_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::ops {
namespace {

using ::testing::HasSubstr;

constexpr const char* kId = "01912345-6789-7abc-8def-0123456789ab";

TEST(DeliveryFilters, AreReadByTheirNames) {
    store::DeliveryQuery query;
    ASSERT_TRUE(readFilter("id", kId, query));
    ASSERT_TRUE(readFilter("referral", kId, query));
    ASSERT_TRUE(readFilter("after", kId, query));
    ASSERT_TRUE(readFilter("provider", "hope", query));
    ASSERT_TRUE(readFilter("from", "2026-11-20T08:00:00Z", query));
    ASSERT_TRUE(readFilter("limit", "7", query));
    EXPECT_EQ(query.id->get().text(), kId);
    EXPECT_EQ(query.referral->get().text(), kId);
    EXPECT_EQ(query.after.get().text(), kId);
    EXPECT_EQ(query.provider, "hope");
    EXPECT_TRUE(query.from.has_value());
    EXPECT_EQ(query.limit, 7U);
    for (const auto state :
         {store::DeliveryState::Due, store::DeliveryState::Delivered, store::DeliveryState::Dead,
          store::DeliveryState::Held, store::DeliveryState::Dropped}) {
        ASSERT_TRUE(readFilter("state", wordOf(state), query)) << wordOf(state);
        EXPECT_EQ(query.state, state);
    }
}

TEST(DeliveryFilters, RefuseWhatIsNone) {
    const std::pair<const char*, const char*> cases[] = {
        {"id", "x"},     {"referral", ""}, {"after", "7"},  {"from", "today"}, {"to", ""},
        {"state", "on"}, {"limit", "0"},   {"limit", "-1"}, {"limit", "1001"}, {"limit", "7x"},
        {"limit", ""},   {"provider", ""}, {"colour", "x"}};
    for (const auto& [name, value] : cases) {
        store::DeliveryQuery query;
        const auto read = readFilter(name, value, query);
        ASSERT_FALSE(read) << name << "=" << value;
        EXPECT_EQ(read.error().kind, Kind::Incorrect);
    }
}

TEST(NextStep, OfADeadLetterSaysWhoHasItNow) {
    waymark::tests::SeededRandom random(4);
    const Instant now{std::chrono::milliseconds(1'790'000'000'000)};
    referral::Dossier dossier;
    referral::Assignment first;
    first.id = referral::AssignmentId(Uuid::version7(now, random));
    first.provider = "hope";
    first.status = referral::Status::Failed;
    first.asked = first.updated = now;
    dossier.state.assignments = {first};
    store::Delivery delivery;
    delivery.assignment = first.id;
    delivery.state = store::DeliveryState::Dead;
    EXPECT_THAT(nextStep(delivery, dossier), HasSubstr("refers again"));
    referral::Assignment second = first;
    second.id = referral::AssignmentId(Uuid::version7(now, random));
    second.provider = "choir";
    second.status = referral::Status::Requested;
    dossier.state.assignments.push_back(second);
    EXPECT_THAT(nextStep(delivery, dossier), HasSubstr("choir was asked instead"));
    dossier.state.assignments[0].status = referral::Status::Requested;
    EXPECT_THAT(nextStep(delivery, dossier), HasSubstr("replay"));
    delivery.state = store::DeliveryState::Held;
    EXPECT_THAT(nextStep(delivery, dossier), HasSubstr("waits for release"));
    delivery.assignment = {};
    EXPECT_THAT(nextStep(delivery, dossier), HasSubstr("gone"));
}

}  // namespace
}  // namespace waymark::ops
