#include "gateway/referral/message.h"

#include <gtest/gtest.h>

#include "fhir/model/r4_ids.h"
#include "sample.h"

namespace waymark::referral {
namespace {

namespace name = model::name;
namespace type = model::type;

struct Transaction : ::testing::Test {
    tests::Reading reading;
    Message message{reading.read(std::string(tests::kTransaction)).root, model::Model::r4()};
};

TEST_F(Transaction, KnowsItsEntriesByPlace) {
    ASSERT_EQ(message.entries().size(), 6U);
    EXPECT_TRUE(message.isBundle());
    for (std::uint32_t i = 0; i < 6; ++i) EXPECT_EQ(message.entries()[i].place, i);
    ASSERT_NE(message.serviceRequest(), nullptr);
    EXPECT_EQ(message.serviceRequest()->place, 1U);
    EXPECT_EQ(message.count(type::Patient), 1U);
    EXPECT_EQ(message.first(type::Binary)->place, 5U);
    EXPECT_EQ(message.first(type::Consent), nullptr);
}

TEST_F(Transaction, FindsEntriesByEveryKindOfReference) {
    const struct {
        const char* reference;
        std::optional<std::uint32_t> place;
    } cases[] = {
        {"urn:uuid:11111111-1111-4111-8111-111111111111", 0},
        {"urn:uuid:22222222-2222-4222-8222-222222222222#part", 1},
        {"ServiceRequest/sender-id", 1},
        {"ServiceRequest/sender-id/_history/3", 1},
        {"https://sender.example/fhir/Organization/o1", 3},
        {"https://sender.example/fhir/Organization/o1/_history/9", 3},
        {"Organization/o1", 3},
        {"https://other.example/fhir/Organization/o1", std::nullopt},
        {"Patient/o1", std::nullopt},
        {"x/Organization/o1", std::nullopt},
        {"Organization/", std::nullopt},
        {"Organization", std::nullopt},
        {"/o1", std::nullopt},
        {"#o1", std::nullopt},
        {"", std::nullopt},
        {"urn:uuid:99999999-9999-4999-8999-999999999999", std::nullopt},
        {"Encounter/elsewhere", std::nullopt},
    };
    for (const auto& each : cases) {
        const Message::Entry* const entry = message.entryAt(each.reference);
        EXPECT_EQ(entry == nullptr ? std::nullopt : std::optional(entry->place), each.place)
            << each.reference;
    }
}

TEST_F(Transaction, ResolvesAReferenceWhereItStands) {
    const tree::Element request = message.serviceRequest()->resource;
    EXPECT_EQ(message.resolve(request.child(name::subject)), message.entries()[0].resource);
    EXPECT_FALSE(message.resolve(request.child(name::encounter)));
    EXPECT_FALSE(message.resolve(tree::Element()));
}

TEST(Message, ResolvesContainedResourcesWithinTheirHolder) {
    tests::Reading reading;
    const Message message(reading.read(std::string(tests::kServiceRequest)).root,
                          model::Model::r4());
    ASSERT_NE(message.serviceRequest(), nullptr);
    EXPECT_FALSE(message.isBundle());
    const tree::Element request = message.serviceRequest()->resource;
    const tree::Element patient = message.resolve(request.child(name::subject));
    ASSERT_TRUE(patient);
    EXPECT_EQ(patient.type(), type::Patient);
    // From inside a contained resource, "#x" means its holder's contained ones.
    const tree::Element organisation = message.resolve(patient.child(name::managingOrganization));
    ASSERT_TRUE(organisation);
    EXPECT_EQ(organisation.type(), type::Organization);
    EXPECT_EQ(holderOf(organisation.child(name::name), model::Model::r4()), request);
}

TEST(Message, HasNoServiceRequestWhenThereAreTwo) {
    tests::Reading reading;
    const Message message(reading
                              .read(R"({"resourceType":"Bundle","type":"transaction","entry":[
        {"resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"display":"x"}}},
        {"request":{"method":"POST","url":"Patient"}},
        {"resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"display":"x"}}}]})")
                              .root,
                          model::Model::r4());
    EXPECT_EQ(message.serviceRequest(), nullptr);
    ASSERT_EQ(message.entries().size(), 2U);
    EXPECT_EQ(message.entries()[1].place, 2U);
}

}  // namespace
}  // namespace waymark::referral
