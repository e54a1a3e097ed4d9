// What R4 itself demands of a tree that was read.
#include <gtest/gtest.h>

#include "support.h"

namespace waymark::structure {
namespace {

struct Case {
    const char* name;
    const char* body;
    Lines want;
};

class Base : public testing::TestWithParam<Case> {};

TEST_P(Base, FindsWhatIsWrong) {
    EXPECT_EQ(findingsOf(GetParam().body), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Base,
    testing::Values(
        Case{"Sound", R"({"resourceType":"Patient","name":[{"family":"Test"}]})", {}},
        Case{
            "PeriodBackwards",
            R"({"resourceType":"Patient","name":[{"period":{"start":"2020-02","end":"2020-01"}}]})",
            {"error per-1 Patient.name[0].period"}},
        Case{
            "PeriodThatCannotBeCompared",
            R"({"resourceType":"Patient","name":[{"period":{"start":"2020-01","end":"2020-01-15"}}]})",
            {}},
        Case{"ExtensionWithBoth",
             R"({"resourceType":"Patient","extension":[{"url":"http://x.y/z","valueString":"a",
                "extension":[{"url":"b","valueString":"c"}]}]})",
             {"error ext-1 Patient.extension[0]"}},
        Case{"ExtensionWithNeither",
             R"({"resourceType":"Patient","extension":[{"url":"http://x.y/z"}]})",
             {"error ext-1 Patient.extension[0]"}},
        Case{
            "ModifierNobodyKnows",
            R"({"resourceType":"Patient","modifierExtension":[{"url":"http://x.y/z","valueString":"a"}]})",
            {"error extension-modifier Patient.modifierExtension[0]"}},
        Case{"ContactWithoutAnything",
             R"({"resourceType":"Patient","contact":[{"gender":"male"}]})",
             {"error pat-1 Patient.contact[0]"}},
        Case{"ValueWithoutSystem",
             R"({"resourceType":"Patient","telecom":[{"value":"01632 960001"}]})",
             {"error cpt-2 Patient.telecom[0]"}},
        Case{"RequiredBindingOfAConcept",
             R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},
                "clinicalStatus":{"coding":[{"system":"http://x.y/z","code":"on"}]}})",
             {"error binding-required Condition.clinicalStatus"}},
        Case{"RequiredBindingWithoutACode",
             R"({"resourceType":"Condition","subject":{"reference":"Patient/1"},
                "clinicalStatus":{"text":"on"}})",
             {"error binding-required Condition.clinicalStatus"}},
        Case{
            "ExtensibleBinding",
            R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://x.y/z","code":"M"}]}})",
            {"warning binding-extensible Patient.maritalStatus"}},
        Case{"ReferenceToAWrongType",
             R"({"resourceType":"Patient","managingOrganization":{"reference":"Practitioner/1"}})",
             {"error reference-target Patient.managingOrganization"}},
        Case{
            "ReferenceThatNamesAnotherType",
            R"({"resourceType":"Patient","managingOrganization":{"reference":"Organization/1","type":"Patient"}})",
            {"error reference-type Patient.managingOrganization"}},
        Case{"ReferenceThatIsNoUrl",
             R"({"resourceType":"Patient","managingOrganization":{"reference":"somewhere"}})",
             {"error reference-format Patient.managingOrganization"}},
        Case{"LocalReferenceToNothing",
             R"({"resourceType":"Patient","managingOrganization":{"reference":"#o"}})",
             {"error ref-1 Patient.managingOrganization",
              "error reference-contained Patient.managingOrganization.reference"}},
        Case{"ContainedAndReferred",
             R"({"resourceType":"Patient","managingOrganization":{"reference":"#o"},
                "contained":[{"resourceType":"Organization","id":"o","name":"x"}]})",
             {}},
        Case{"ContainedThatRefersToItsContainer",
             R"({"resourceType":"Patient","contained":[{"resourceType":"RelatedPerson","id":"r",
                "patient":{"reference":"#"}}]})",
             {}},
        Case{"ContainedThatNobodyRefersTo",
             R"({"resourceType":"Patient",
                "contained":[{"resourceType":"Organization","id":"o","name":"x"}]})",
             {"error dom-3 Patient"}},
        Case{"ContainedWithVersion",
             R"({"resourceType":"Patient","managingOrganization":{"reference":"#o"},
                "contained":[{"resourceType":"Organization","id":"o","name":"x","meta":{"versionId":"1"}}]})",
             {"error dom-4 Patient"}},
        Case{"NarrativeWithAScript",
             R"({"resourceType":"Patient","text":{"status":"generated",
                "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<script>x</script></div>"}})",
             {"error txt-1 Patient.text.div", "error narrative-element Patient.text.div"}},
        Case{"NarrativeWithNothing",
             R"({"resourceType":"Patient","text":{"status":"generated",
                "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"> </div>"}})",
             {"error txt-2 Patient.text.div"}},
        Case{"LocalSystem",
             R"({"resourceType":"Patient","identifier":[{"system":"nhs","value":"1"}]})",
             {"error system-absolute Patient.identifier[0].system"}},
        Case{
            "UriThatIsNone",
            R"({"resourceType":"Patient","identifier":[{"system":"urn:ietf:rfc:3986","value":"x"}]})",
            {"error identifier-uri Patient.identifier[0].value"}},
        Case{"UuidThatIsNone",
             R"({"resourceType":"Patient","implicitRules":"urn:uuid:12"})",
             {"error uri Patient.implicitRules"}},
        Case{"OidThatIsNone",
             R"({"resourceType":"Patient","implicitRules":"urn:oid:1.02.3"})",
             {"error uri Patient.implicitRules"}},
        Case{"UnitThatIsNone",
             R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":
                {"value":1,"system":"http://unitsofmeasure.org","code":"nonsense"}})",
             {"error unit Observation.value"}},
        Case{"CodeWithoutSystem",
             R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":
                {"value":1,"code":"mg"}})",
             {"error qty-3 Observation.value"}},
        Case{
            "AttachmentSize",
            R"({"resourceType":"Patient","photo":[{"contentType":"image/png","data":"AAAA","size":9}]})",
            {"error attachment-size Patient.photo[0]"}},
        Case{"YearThatCannotBeMeant",
             R"({"resourceType":"Patient","birthDate":"0198-01-01"})",
             {"warning date-range Patient.birthDate"}},
        Case{"BlanksAroundText",
             R"({"resourceType":"Patient","name":[{"family":" Test"}]})",
             {"warning string-blanks Patient.name[0].family"}},
        // A fault of reading does not hide what can be seen beside it.
        Case{"ReadingFaultAndFinding",
             R"({"resourceType":"Patient","nonsense":1,"telecom":[{"value":"1"}]})",
             {"error read Patient.nonsense", "error cpt-2 Patient.telecom[0]"}},
        Case{"NoJson", "{", {"error read Resource"}}, Case{"NoXml", "<a", {"error read "}},
        Case{"Nothing", "", {"error read "}}),
    [](const auto& each) { return each.param.name; });

constexpr std::string_view kEntry = R"("fullUrl":"urn:uuid:00000000-0000-4000-8000-00000000000)";

std::string bundle(std::string_view type, std::string_view entries) {
    return fmt::format(R"({{"resourceType":"Bundle","type":"{}","entry":[{}]}})", type, entries);
}
std::string patient(int number, std::string_view more = "") {
    return fmt::format(R"({{{}{}","resource":{{"resourceType":"Patient"}}{}}})", kEntry, number,
                       more);
}

TEST(Bundle, RulesOfItsType) {
    EXPECT_EQ(findingsOf(bundle("collection", patient(1))), Lines());
    EXPECT_EQ(findingsOf(bundle("message", patient(1))), Lines{"error bdl-12 Bundle"});
    EXPECT_EQ(findingsOf(bundle("document", patient(1))),
              (Lines{"error bdl-9 Bundle", "error bdl-10 Bundle", "error bdl-11 Bundle"}));
    EXPECT_EQ(findingsOf(bundle("transaction", patient(1))), Lines{"error bdl-3 Bundle"});
    EXPECT_EQ(findingsOf(bundle("batch-response", patient(1))), Lines{"error bdl-4 Bundle"});
    EXPECT_EQ(findingsOf(bundle("collection", patient(1, R"(,"search":{"mode":"match"})"))),
              Lines{"error bdl-2 Bundle"});
}

TEST(Bundle, FullUrls) {
    EXPECT_EQ(findingsOf(bundle("collection", patient(1) + "," + patient(1))),
              Lines{"error bdl-7 Bundle"});
    EXPECT_EQ(findingsOf(bundle("collection", R"({"resource":{"resourceType":"Patient"}})")),
              Lines{"error full-url Bundle.entry[0]"});
    EXPECT_EQ(findingsOf(bundle("collection",
                                R"({"fullUrl":"https://x.y/Patient/2","resource":
                                {"resourceType":"Patient","id":"1"}})")),
              Lines{"error full-url Bundle.entry[0].fullUrl"});
    EXPECT_EQ(
        findingsOf(bundle("collection",
                          R"({"fullUrl":"Patient/1","resource":{"resourceType":"Patient"}})")),
        Lines{"error full-url Bundle.entry[0].fullUrl"});
    EXPECT_EQ(findingsOf(bundle("collection", R"({"fullUrl":"https://x.y/Patient/1/_history/2",
                                "resource":{"resourceType":"Patient","id":"1"}})")),
              Lines{"error bdl-8 Bundle.entry[0]"});
}

TEST(Bundle, ReferencesAreFoundInIt) {
    const auto person = [](std::string_view reference) {
        return bundle("collection", patient(1) + fmt::format(R"(,{{{}2","resource":{{"resourceType":
                      "RelatedPerson","patient":{{"reference":"{}"}}}}}})",
                                                             kEntry, reference));
    };
    EXPECT_EQ(findingsOf(person("urn:uuid:00000000-0000-4000-8000-000000000001")), Lines());
    EXPECT_EQ(findingsOf(person("urn:uuid:00000000-0000-4000-8000-000000000009")),
              Lines{"warning reference-in-bundle Bundle.entry[1].resource.patient"});
    // Of itself: the wrong type.
    EXPECT_EQ(findingsOf(person("urn:uuid:00000000-0000-4000-8000-000000000002")),
              Lines{"error reference-target Bundle.entry[1].resource.patient"});
}

TEST(Bundle, ADocumentIsOneWhole) {
    const std::string composition = fmt::format(
        R"({{{}0","resource":{{"resourceType":"Composition","status":"final","type":{{"text":"x"}},
        "date":"2020","title":"x","subject":{{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}},
        "author":[{{"reference":"urn:uuid:00000000-0000-4000-8000-000000000007"}}]}}}})",
        kEntry);
    const std::string document = fmt::format(
        R"({{"resourceType":"Bundle","type":"document","timestamp":"2020-01-01T00:00:00Z","identifier":
        {{"system":"http://x.y","value":"1"}},"entry":[{},{},{}]}})",
        composition, patient(1), patient(2));
    EXPECT_EQ(findingsOf(document),
              (Lines{"error reference-in-bundle Bundle.entry[0].resource.author[0]",
                     "error document-entry Bundle.entry[2]"}));
}

TEST(Bundle, ManyEntriesTakeLinearTime) {
    std::string entries;
    for (int i = 0; i < 20'000; ++i) {
        if (i > 0) entries += ",";
        // The ends are the same, which a weak hash would stumble over.
        entries += fmt::format(
            R"({{"fullUrl":"https://x.y/{:06}/Patient/00000001","resource":{{"resourceType":"Patient"}}}})",
            i);
    }
    Options options;
    options.limits.time = std::chrono::milliseconds(60'000);
    EXPECT_EQ(findingsOf(bundle("collection", entries), options), Lines());
}

TEST(Contained, ManyTakeLinearTime) {
    std::string contained;
    std::string references;
    for (int i = 0; i < 15'000; ++i) {
        contained += fmt::format(R"({}{{"resourceType":"Organization","id":"o{}","name":"x"}})",
                                 i > 0 ? "," : "", i);
        references += fmt::format(R"({}{{"reference":"#o{}"}})", i > 0 ? "," : "", i);
    }
    Options options;
    options.limits.time = std::chrono::milliseconds(60'000);
    const auto body = [&](std::string_view last) {
        return fmt::format(
            R"({{"resourceType":"Patient","contained":[{}],"generalPractitioner":[{}{}]}})",
            contained, references, last);
    };
    EXPECT_EQ(findingsOf(body(""), options), Lines());
    EXPECT_EQ(findingsOf(body(R"(,{"reference":"#absent"})"), options),
              (Lines{"error ref-1 Patient.generalPractitioner[15000]",
                     "error reference-contained Patient.generalPractitioner[15000].reference"}));
}

TEST(Validator, StopsAfterTheLimitOfFindings) {
    std::string names;
    for (int i = 0; i < 300; ++i) names += fmt::format(R"({}{{"value":"1"}})", i > 0 ? "," : "");
    Options options;
    options.limits.findings = 10;
    const auto found =
        findingsOf(fmt::format(R"({{"resourceType":"Patient","telecom":[{}]}})", names), options);
    ASSERT_EQ(found.size(), 11U);
    EXPECT_EQ(found.back(), "error limit ");
}

TEST(Validator, TellsBestPracticeWhenAsked) {
    Options options;
    options.bestPractice = true;
    EXPECT_EQ(findingsOf(R"({"resourceType":"Patient"})", options),
              Lines{"information dom-6 Patient"});
}

TEST(Validator, GivesLineAndColumn) {
    tree::Arena arena;
    const auto found = validateBody(
        "{\"resourceType\":\"Patient\",\n \"telecom\":[\n  {\"value\":\"1\"},\n  "
        "{\"value\":\"2\"}]}",
        *Validator::base(), arena);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].at, (Position{3, 3}));
    EXPECT_EQ(found[1].at, (Position{4, 3}));
}

TEST(Validator, SaysNothingOfTheMessage) {
    tree::Arena arena;
    for (const Issue& issue : validateBody(
             R"({"resourceType":"Patient","identifier":[{"system":"SECRET","value":"SECRET"}],
                "telecom":[{"value":"SECRET"}],"managingOrganization":{"reference":"#SECRET"},
                "maritalStatus":{"coding":[{"system":"http://SECRET","code":"SECRET"}]}})",
             *Validator::base(), arena)) {
        EXPECT_EQ(issue.text.find("SECRET"), std::string::npos) << issue.text;
    }
}

}  // namespace
}  // namespace waymark::structure
