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

/// Every referral that NHS England publishes as a BaRS message names who, to whom, by whom and on
/// which consent, though no two are laid out alike.
TEST_F(PublishedMessage, EveryBarsReferralKeepsThePeople) {
    for (const char* name : {"REFREQ01", "REFREQ03", "REFREQ05", "REFREQ06", "REFREQ8C", "REFREQ8D",
                             "VALREQ01", "VALREQ02"}) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, name);
        const json::Value record =
            this->record(std::filesystem::path("bars-messages") / (std::string(name) + ".xml"));
        EXPECT_EQ(record["person"]["name"].items().size(), 1U);
        EXPECT_EQ(record["person"]["nhsNumber"]["value"].text().size(), 10U);
        EXPECT_FALSE(record["person"]["telecom"].items().empty());
        EXPECT_EQ(record["sender"]["ods"].text(), "RND");
        EXPECT_FALSE(record["referrer"]["name"].text().empty());
        EXPECT_EQ(record["referrer"]["kind"].text(), "professional");
        EXPECT_EQ(record["referralTo"].items().size(), 1U);
        EXPECT_EQ(record["consent"].items()[0]["basis"].text(), "implied");
        // None has an identifier; the sender's case number stands in for it.
        EXPECT_EQ(record["reference"].items()[0]["value"].text(), "sender1234");
    }
}

TEST_F(PublishedMessage, PharmacyReferralSaysWhatIsAskedInItsTask) {
    const json::Value record = this->record("bars-messages/REFREQ03.xml");
    EXPECT_EQ(record["code"]["coding"].items()[0]["code"].text(), "2140231000000104");
    ASSERT_EQ(record["need"].items().size(), 1U);
    EXPECT_EQ(record["need"].items()[0]["text"].text(), "Vomiting");
    EXPECT_EQ(record["need"].items()[0]["category"]["code"].text(), "other");
    EXPECT_EQ(record["clinicalSummary"].items().size(), 1U);
    EXPECT_EQ(record["requestedAction"].items()[0]["forProfessional"].items().size(), 1U);
}

TEST_F(PublishedMessage, FlagsOfAReferralGoWhereTheyBelong) {
    const json::Value record = this->record("bars-messages/REFREQ01.xml");
    ASSERT_EQ(record["safeguarding"].items().size(), 1U);
    EXPECT_EQ(record["safeguarding"].items()[0]["indicator"].asBoolean(), true);
    ASSERT_EQ(record["requirement"].items().size(), 1U);
    EXPECT_EQ(record["requirement"].items()[0]["kind"].text(), "reasonable-adjustment");
    EXPECT_EQ(record["socialContext"]["household"].items().size(), 1U);
    EXPECT_EQ(record["socialContext"]["accommodation"].items().size(), 1U);
    EXPECT_EQ(record["form"].items().size(), 2U);
    // Medicines and allergies are in the message and not in the record.
    EXPECT_EQ(text_.find("Aspirin 50mg"), std::string::npos);
}

}  // namespace
}  // namespace waymark::golden
