#include "gateway/referral/organisation.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace waymark::referral {
namespace {

std::string namedBy(std::string text, Origin origin) {
    tests::Reading reading;
    const Message message(reading.read(std::move(text)).root, model::Model::r4());
    return organisationNamedBy(message, origin);
}

TEST(Organisation, IsTheRequestersOwnCode) {
    EXPECT_EQ(namedBy(std::string(tests::kServiceRequest), Origin::ServiceRequest), "A11111");
}

TEST(Organisation, IsFoundThroughARoleAndSpelledCalmly) {
    EXPECT_EQ(namedBy(std::string(tests::kTransaction), Origin::Transaction), "B22222");
}

TEST(Organisation, IsFoundThroughTheRoleOfAPractitioner) {
    EXPECT_EQ(namedBy(tests::with(std::string(tests::kServiceRequest),
                                  R"("requester": {"reference": "#org"})",
                                  R"("requester": {"reference": "#dr"})"),
                      Origin::ServiceRequest),
              "");
    const std::string_view bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"ServiceRequest","status":"active",
          "intent":"order","subject":{"display":"x"},"requester":{"reference":"urn:uuid:2"}}},
        {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Practitioner"}},
        {"fullUrl":"urn:uuid:3","resource":{"resourceType":"PractitionerRole",
          "practitioner":{"reference":"urn:uuid:2"},"organization":{"identifier":
            {"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"C33333"}}}}]})";
    EXPECT_EQ(namedBy(std::string(bundle), Origin::Transaction), "C33333");
}

TEST(Organisation, IsTheSenderOfABarsMessage) {
    const std::string_view message = R"({"resourceType":"Bundle","type":"message","entry":[
        {"fullUrl":"urn:uuid:0","resource":{"resourceType":"MessageHeader",
          "eventCoding":{"code":"servicerequest-request"},"source":{"endpoint":"urn:x"},
          "sender":{"reference":"urn:uuid:3"},"focus":[{"reference":"urn:uuid:1"}]}},
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"ServiceRequest","status":"active",
          "intent":"plan","subject":{"display":"x"},"requester":{"identifier":
            {"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"D44444"}}}},
        {"fullUrl":"urn:uuid:3","resource":{"resourceType":"Organization","identifier":[
            {"system":"https://fhir.nhs.uk/id/ods-organization-code","value":"RND"}]}}]})";
    EXPECT_EQ(namedBy(std::string(message), Origin::BarsMessage), "RND");
    // Without a sender's code, the requester's.
    EXPECT_EQ(
        namedBy(tests::with(std::string(message), "\"RND\"", "\"\\u0020\""), Origin::Transaction),
        "D44444");
}

TEST(Owner, FollowsTheClientsRights) {
    tests::Reading reading;
    const Message named(reading.read(std::string(tests::kServiceRequest)).root, model::Model::r4());
    const Message silent(
        reading
            .read(R"({"resourceType":"ServiceRequest","status":"active","intent":"order",
                      "subject":{"display":"x"}})")
            .root,
        model::Model::r4());
    const Claim own{.organisation = {}, .actsFor = {"A11111"}, .anyOrganisation = false};
    const Claim other{.organisation = {}, .actsFor = {"Z99999"}, .anyOrganisation = false};
    const Claim any{.organisation = {}, .actsFor = {}, .anyOrganisation = true};
    const struct {
        const char* name;
        const Message& message;
        Claim claim;
        std::string owner;
        Kind kind;
    } cases[] = {
        {"its own, named", named, own, "A11111", {}},
        {"another's, named", named, other, "", Kind::Forbidden},
        {"any, named", named, any, "A11111", {}},
        {"its only one", silent, own, "A11111", {}},
        {"any, not named", silent, any, "", Kind::Unprocessable},
        {"two, not named", silent, {{}, {"A11111", "B22222"}, false}, "", Kind::Unprocessable},
        {"two, one named", named, {{}, {"A11111", "B22222"}, false}, "A11111", {}},
        {"a header in small letters",
         silent,
         {"b22222", {"A11111", "B22222"}, false},
         "B22222",
         {}},
        {"a header that is not its own",
         silent,
         {"C33333", {"A11111"}, false},
         "",
         Kind::Forbidden},
        {"a header of its own, another's message",
         named,
         {"Z99999", {"Z99999"}, false},
         "",
         Kind::Forbidden},
        {"any, a header", named, {"B22222", {}, true}, "B22222", {}},
    };
    for (const auto& each : cases) {
        const Result<std::string> owner = ownerOf(each.claim, each.message, Origin::ServiceRequest);
        if (!each.owner.empty()) {
            ASSERT_TRUE(owner.has_value()) << each.name;
            EXPECT_EQ(*owner, each.owner) << each.name;
        } else {
            ASSERT_FALSE(owner.has_value()) << each.name;
            EXPECT_EQ(owner.error().kind, each.kind) << each.name;
        }
    }
}

TEST(Owner, IsRefusedWithoutRevealingAnybody) {
    tests::Reading reading;
    const Message named(reading.read(std::string(tests::kServiceRequest)).root, model::Model::r4());
    const Claim other{.organisation = {}, .actsFor = {"Z99999"}, .anyOrganisation = false};
    const Result<std::string> owner = ownerOf(other, named, Origin::ServiceRequest);
    ASSERT_FALSE(owner.has_value());
    EXPECT_EQ(owner.error().text().find("A11111"), std::string_view::npos);
    EXPECT_EQ(owner.error().text().find("Z99999"), std::string_view::npos);
}

}  // namespace
}  // namespace waymark::referral
