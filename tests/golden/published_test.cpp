// Messages that others have published, through the shipped maps: what a link worker must know
// arrives, whatever else the message holds.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "workbench.h"

namespace waymark::golden {
namespace {

constexpr std::string_view kIn = "https://waymark.health/fhir/StructureMap/bars-to-referral";
constexpr std::string_view kOut =
    "https://waymark.health/fhir/StructureMap/referral-to-simple-json";

class PublishedMessage : public testing::Test {
protected:
    void SetUp() override {
        WAYMARK_NEEDS_SHARED("examples/social-prescribing-bars.json");
        ASSERT_TRUE(shippedSet());
    }
    json::Value record(const std::filesystem::path& file) {
        Workbench bench(shippedSet());
        text_ = bench.transform(kIn, {bench.readFile(tests::shared("examples") / file)});
        return json::Value::parse(text_).value_or(json::Value());
    }
    std::string text_;
};

std::vector<std::string> texts(const json::Value& list, std::string_view member) {
    std::vector<std::string> out;
    for (const json::Value& item : list.items()) out.emplace_back(item[member].text());
    return out;
}

TEST_F(PublishedMessage, SocialPrescribingReferralKeepsWhoAndWhy) {
    const json::Value record = this->record("social-prescribing-bars.json");
    EXPECT_EQ(record["reference"].items()[0]["value"].text(), "SP-2026-000123");
    EXPECT_EQ(record["person"]["nhsNumber"]["value"].text(), "3478526985");
    EXPECT_EQ(record["person"]["birthDate"].text(), "1959-05-04");
    EXPECT_EQ(texts(record["person"]["telecom"], "value"),
              (std::vector<std::string>{"01138698975", "07736312544", "jjones@hotmail.co.uk"}));
    EXPECT_EQ(record["priority"].text(), "routine");
    EXPECT_EQ(texts(record["need"], "text"),
              (std::vector<std::string>{"Social isolation", "Debt advice needed"}));
    EXPECT_EQ(record["need"].items()[0]["category"]["code"].text(), "loneliness");
    EXPECT_EQ(record["need"].items()[1]["category"]["code"].text(), "debt-money");
    EXPECT_EQ(texts(record["note"], "text"),
              (std::vector<std::string>{"Prefers phone contact after 2pm.", "Lives alone."}));
}

TEST_F(PublishedMessage, SocialPrescribingReferralKeepsTheOrganisationsApart) {
    const json::Value record = this->record("social-prescribing-bars.json");
    EXPECT_EQ(record["registeredPractice"]["ods"].text(), "G82080");
    EXPECT_EQ(record["sender"]["ods"].text(), "RND");
    EXPECT_EQ(record["referrer"]["name"].text(), "Marcy BLAKE");
    EXPECT_EQ(record["referrer"]["organisation"].text(), "Practitioner Org");
    EXPECT_EQ(record["referralTo"].items()[0]["ods"].text(), "RYE");
    EXPECT_EQ(record["consent"].items()[0]["basis"].text(), "implied");
    // The message calls the person's own numbers a contact; that is no related person.
    ASSERT_EQ(record["relatedPerson"].items().size(), 1U);
    EXPECT_EQ(record["relatedPerson"].items()[0]["kind"].text(), "emergency-contact");
}

TEST_F(PublishedMessage, SocialPrescribingReferralArrivesAtASmallProvider) {
    (void)record("social-prescribing-bars.json");
    Workbench bench(shippedSet());
    const std::string payload = bench.transform(kOut, {bench.read(text_)});
    const json::Value simple = json::Value::parse(payload).value_or(json::Value());
    EXPECT_EQ(simple["reference"].text(), "SP-2026-000123");
    EXPECT_EQ(simple["fullName"].text(), "Mrs Julie Jones");
    EXPECT_EQ(simple["postcode"].text(), "LS10 4YU");
    EXPECT_EQ(simple["practiceCode"].text(), "G82080");
    const auto& needs = simple["needs"].items();
    ASSERT_EQ(needs.size(), 2U);
    EXPECT_EQ(needs[1].text(), "Debt advice needed");
    const auto& reasons = simple["reasons"].items();
    ASSERT_GE(reasons.size(), 2U);
    EXPECT_EQ(reasons[0].text(), "Prefers phone contact after 2pm.");
    EXPECT_EQ(reasons[1].text(), "Lives alone.");
}

}  // namespace
}  // namespace waymark::golden
