#include "gateway/referral/practice_copy.h"

#include <gtest/gtest.h>

#include <string>

#include "fhir/model/r4_ids.h"
#include "journal.h"
#include "sample.h"

namespace waymark::referral {
namespace {

const ReferralId kReferral = tests::referralId(5);
const std::string kId = kReferral.get().text();
constexpr std::string_view kBase = "https://gateway.example/FHIR/R4";

struct Copying : ::testing::Test {
    explicit Copying(std::string_view text = tests::kTransaction)
        : message(reading.read(std::string(text)).root, model::Model::r4()),
          builder(reading.arena(), model::Model::r4()),
          copy(message, kReferral, builder) {}

    tests::Reading reading;
    Message message;
    tree::Builder builder;
    PracticeCopy copy;
};

std::string at(tree::Element root, std::string_view path) {
    const tree::Element found = tree::follow(root, path, model::Model::r4());
    return found ? std::string(found.text()) : std::string("(none)");
}

TEST_F(Copying, GivesTheServiceRequestTheReferralsIdAndTheOthersTheirPlace) {
    EXPECT_EQ(copy.referenceTo(message.entries()[1]), "ServiceRequest/" + kId);
    EXPECT_EQ(copy.referenceTo(message.entries()[0]), "Patient/" + kId + "-0");
    EXPECT_EQ(copy.referenceTo(message.entries()[5]), "Binary/" + kId + "-5");
}

TEST_F(Copying, RewritesWhatResolvedAndLeavesTheRest) {
    const tree::Element request =
        tree::view(copy.resource(message.entries()[1], {.versionId = "3", .lastUpdated = "t"}));
    EXPECT_EQ(at(request, "id"), kId);
    EXPECT_EQ(at(request, "meta.versionId"), "3");
    EXPECT_EQ(at(request, "subject.reference"), "Patient/" + kId + "-0");
    EXPECT_EQ(at(request, "subject.display"), "G");
    EXPECT_EQ(at(request, "requester.reference"), "PractitionerRole/" + kId + "-2");
    EXPECT_EQ(at(request, "encounter.reference"), "Encounter/elsewhere");
    EXPECT_EQ(at(request, "supportingInfo.reference"), "DocumentReference/" + kId + "-4");
    const tree::Element role = tree::view(copy.resource(message.entries()[2], {}));
    EXPECT_EQ(at(role, "organization.reference"), "Organization/" + kId + "-3");
    EXPECT_EQ(at(role, "practitioner.reference"), "urn:uuid:55555555-5555-4555-8555-555555555555");
    const tree::Element document = tree::view(copy.resource(message.entries()[4], {}));
    EXPECT_EQ(at(document, "content.attachment.url"), "Binary/" + kId + "-5");
}

TEST_F(Copying, LeavesTheMessageAsItCame) {
    const std::string before = tests::written(message.root());
    (void)copy.bundle(kBase);
    (void)copy.resource(message.entries()[1], {});
    EXPECT_EQ(tests::written(message.root()), before);
}

TEST_F(Copying, MakesABundleWhoseReferencesResolve) {
    const tree::Element bundle = tree::view(copy.bundle(kBase));
    const Message again(bundle, model::Model::r4());
    ASSERT_EQ(again.entries().size(), message.entries().size());
    for (std::size_t i = 0; i < again.entries().size(); ++i) {
        EXPECT_EQ(again.entries()[i].fullUrl,
                  std::string(kBase) + "/" + std::string(copy.referenceTo(message.entries()[i])));
    }
    const tree::Element request = again.serviceRequest()->resource;
    EXPECT_EQ(again.resolve(request.child(model::name::subject)), again.entries()[0].resource);
    EXPECT_EQ(at(bundle, "type"), "transaction");
    EXPECT_EQ(at(bundle, "entry.request.method"), "POST");
}

struct CopyingGaps : Copying {
    CopyingGaps() : Copying(kGaps) {}
    static constexpr std::string_view kGaps = R"({"resourceType":"Bundle","type":"message","entry":[
        {"link":[{"relation":"self","url":"https://sender.example/nothing"}],
         "fullUrl":"urn:uuid:nothing"},
        {"fullUrl":"urn:uuid:2","resource":{"resourceType":"ServiceRequest","status":"active",
          "intent":"order","subject":{"reference":"urn:uuid:3#part"}}},
        {"fullUrl":"urn:uuid:3","resource":{"resourceType":"Patient"}}]})";
};

TEST_F(CopyingGaps, CountsEntriesWithoutAResource) {
    const tree::Element bundle = tree::view(copy.bundle(kBase));
    EXPECT_EQ(at(bundle, "entry.fullUrl"), "urn:uuid:nothing");
    EXPECT_EQ(at(bundle, "entry.link.url"), "https://sender.example/nothing");
    const Message again(bundle, model::Model::r4());
    ASSERT_EQ(again.entries().size(), 2U);
    EXPECT_EQ(at(again.entries()[0].resource, "subject.reference"), "Patient/" + kId + "-2#part");
    EXPECT_EQ(again.entries()[1].place, 2U);
    EXPECT_EQ(at(again.entries()[1].resource, "id"), kId + "-2");
}

struct CopyingOne : Copying {
    CopyingOne() : Copying(tests::kServiceRequest) {}
};

TEST_F(CopyingOne, KeepsContainedResourcesAndTheSendersProfile) {
    const tree::Element request =
        tree::view(copy.resource(message.entries()[0], {.versionId = "2", .lastUpdated = "t"}));
    EXPECT_EQ(at(request, "id"), kId);
    EXPECT_EQ(at(request, "subject.reference"), "#p1");
    EXPECT_EQ(at(request, "contained.id"), "p1");
    EXPECT_EQ(at(request, "meta.versionId"), "2");
    EXPECT_EQ(at(request, "meta.profile"), "https://example.org/profile");
}

TEST_F(CopyingOne, CopiesAnElementUnderAnother) {
    tree::Node* const task = builder.root(model::type::Task);
    copy.element(message.entries()[0].resource.child(model::name::subject), task, "for");
    EXPECT_EQ(at(tree::view(task), "for.reference"), "#p1");
}

}  // namespace
}  // namespace waymark::referral
