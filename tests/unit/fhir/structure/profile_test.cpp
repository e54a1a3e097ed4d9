// Profiles: what they add to R4.
#include <gtest/gtest.h>

#include <algorithm>

#include "fhir/structure/profile_set.h"
#include "support.h"

namespace waymark::structure {
namespace {

constexpr std::string_view kBase = "http://hl7.org/fhir/StructureDefinition/";

/// A StructureDefinition with these elements in its differential.
std::string definition(std::string_view name, std::string_view type, std::string_view base,
                       std::string_view elements, std::string_view more = "") {
    return fmt::format(
        R"({{"resourceType":"StructureDefinition","url":"http://x.y/{}","name":"{}","status":"active",
        "kind":"resource","abstract":false,"type":"{}","baseDefinition":"{}","derivation":"constraint"{},
        "differential":{{"element":[{}]}}}})",
        name, name, type, base, more, elements);
}
std::string profile(std::string_view elements, std::string_view type = "Patient") {
    return definition("p", type, std::string(kBase) + std::string(type), elements);
}

struct Checked {
    Lines findings;
    Lines notes;
};

Checked check(std::vector<std::string> definitions, std::string_view body,
              std::vector<std::string> profiles = {"http://x.y/p"}) {
    std::vector<std::pair<std::string, std::string>> bodies;
    for (auto& each : definitions) bodies.emplace_back("file", std::move(each));
    auto library = package::Library::of(bodies);
    EXPECT_TRUE(library) << library.error().text();
    std::vector<Issue> notes;
    const auto validator = Validator::make(*library, notes);
    Options options;
    options.profiles = profiles;
    tree::Arena arena;
    Checked checked;
    checked.findings = lines(validateBody(body, *validator, arena, options));
    for (const Issue& note : notes) checked.notes.push_back(note.text);
    return checked;
}

struct Case {
    const char* name;
    const char* elements;
    const char* body;
    Lines want;
};
class OfPatient : public testing::TestWithParam<Case> {};

TEST_P(OfPatient, Holds) {
    const auto checked = check({profile(GetParam().elements)}, GetParam().body);
    EXPECT_EQ(checked.notes, Lines());
    EXPECT_EQ(checked.findings, GetParam().want);
}

constexpr const char* kSliced =
    R"({"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value",
    "path":"system"}],"rules":"open"}},
    {"id":"Patient.identifier:nhs","path":"Patient.identifier","sliceName":"nhs","min":1,"max":"1"},
    {"id":"Patient.identifier:nhs.system","path":"Patient.identifier.system","fixedUri":"http://n.h/s"},
    {"id":"Patient.identifier:nhs.value","path":"Patient.identifier.value","min":1,"maxLength":10})";
constexpr const char* kClosed =
    R"({"path":"Patient.telecom","slicing":{"discriminator":[{"type":"value","path":"system"}],
    "ordered":true,"rules":"closed"}},
    {"path":"Patient.telecom","sliceName":"phone"},{"path":"Patient.telecom.system","patternCode":"phone"},
    {"path":"Patient.telecom","sliceName":"email"},{"path":"Patient.telecom.system","patternCode":"email"})";

INSTANTIATE_TEST_SUITE_P(
    Rules, OfPatient,
    testing::Values(
        Case{"Minimum",
             R"({"path":"Patient.name","min":1})",
             R"({"resourceType":"Patient"})",
             {"error profile-min Patient"}},
        Case{"MinimumThatIsThere",
             R"({"path":"Patient.name","min":1})",
             R"({"resourceType":"Patient","name":[{"text":"a"}]})",
             {}},
        Case{"MinimumBelowWhatIsNotThere",
             R"({"path":"Patient.name.family","min":1})",
             R"({"resourceType":"Patient"})",
             {}},
        Case{"MinimumBelow",
             R"({"path":"Patient.name.family","min":1})",
             R"({"resourceType":"Patient","name":[{"text":"a"},{"family":"b"}]})",
             {"error profile-min Patient.name[0]"}},
        Case{"Maximum",
             R"({"path":"Patient.name","max":"1"})",
             R"({"resourceType":"Patient","name":[{"text":"a"},{"text":"b"}]})",
             {"error profile-max Patient"}},
        Case{"Forbidden",
             R"({"path":"Patient.photo","max":"0"})",
             R"({"resourceType":"Patient","photo":[{"title":"a"}]})",
             {"error profile-max Patient"}},
        Case{"Fixed",
             R"({"path":"Patient.gender","fixedCode":"male"})",
             R"({"resourceType":"Patient","gender":"female"})",
             {"error fixed Patient.gender"}},
        Case{
            "Pattern",
            R"({"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"http://a.b","code":"1"}]}})",
            R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://a.b","code":"2"}]}})",
            {"warning binding-extensible Patient.maritalStatus",
             "error pattern Patient.maritalStatus"}},
        Case{
            "PatternInside",
            R"({"path":"Patient.maritalStatus","patternCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]}})",
            R"({"resourceType":"Patient","maritalStatus":{"text":"x","coding":[{"system":"http://a.b","code":"2"},
                {"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"Married"}]}})",
            {}},
        Case{"ChoiceNarrowed",
             R"({"path":"Patient.deceased[x]","type":[{"code":"boolean"}]})",
             R"({"resourceType":"Patient","deceasedDateTime":"2020"})",
             {"error profile-type Patient.deceased"}},
        Case{"ChoiceByItsOwnName",
             R"({"path":"Patient.deceasedBoolean","fixedBoolean":false})",
             R"({"resourceType":"Patient","deceasedBoolean":true})",
             {"error fixed Patient.deceased"}},
        Case{"Targets",
             R"({"path":"Patient.generalPractitioner","type":[{"code":"Reference","targetProfile":
                ["http://hl7.org/fhir/StructureDefinition/Organization"]}]})",
             R"({"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner/1"}]})",
             {"error reference-target Patient.generalPractitioner[0]"}},
        Case{
            "Aggregation",
            R"({"path":"Patient.generalPractitioner","type":[{"code":"Reference","aggregation":["contained"]}]})",
            R"({"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner/1"}]})",
            {"error reference-aggregation Patient.generalPractitioner[0]"}},
        Case{"LeastDate",
             R"({"path":"Patient.birthDate","minValueDate":"1900-01-01"})",
             R"({"resourceType":"Patient","birthDate":"1899-12-31"})",
             {"error value-range Patient.birthDate"}},
        Case{"MostNumber",
             R"({"path":"Patient.multipleBirthInteger","maxValueInteger":9})",
             R"({"resourceType":"Patient","multipleBirthInteger":10})",
             {"error value-range Patient.multipleBirth"}},
        Case{"WithinTheRange",
             R"({"path":"Patient.multipleBirthInteger","minValueInteger":2,"maxValueInteger":9})",
             R"({"resourceType":"Patient","multipleBirthInteger":9})",
             {}},
        Case{"Invariant",
             R"({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"A name.",
                "expression":"name.exists() "}]
})",
             R"({"resourceType":"Patient"})",
             {"error x-1 Patient"}},
        Case{
            "InvariantBelow",
            R"({"path":"Patient.name","constraint":[{"key":"x-2","severity":"warning","human":"Family.",
                "expression":"family.exists() "}]
})",
            R"({"resourceType":"Patient","name":[{"text":"a"}]})",
            {"warning x-2 Patient.name[0]"}},
        Case{"SliceMissing",
             kSliced,
             R"({"resourceType":"Patient","identifier":[{"system":"http://a.b","value":"1"}]})",
             {"error profile-min Patient"}},
        Case{"SliceContent",
             kSliced,
             R"({"resourceType":"Patient","identifier":[{"system":"http://n.h/s"},
                {"system":"http://a.b"}]})",
             {"error profile-min Patient.identifier[0]"}},
        Case{"SliceTwice",
             kSliced,
             R"({"resourceType":"Patient","identifier":[{"system":"http://n.h/s","value":"1"},
                {"system":"http://n.h/s","value":"2"}]})",
             {"error profile-max Patient"}},
        Case{
            "TooLong",
            kSliced,
            R"({"resourceType":"Patient","identifier":[{"system":"http://n.h/s","value":"12345678901"}]})",
            {"error max-length Patient.identifier[0].value"}},
        Case{
            "ClosedWithoutIds",
            kClosed,
            R"({"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"fax","value":"2"}]})",
            {"error slice-closed Patient.telecom[1]"}},
        Case{
            "Ordered",
            kClosed,
            R"({"resourceType":"Patient","telecom":[{"system":"email","value":"1"},{"system":"phone","value":"2"}]})",
            {"error slice-order Patient.telecom[1]"}}),
    [](const auto& each) { return each.param.name; });

TEST(Profiles, ByTypeOfValue) {
    const auto made = definition(
        "p", "Observation", std::string(kBase) + "Observation",
        R"({"path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
        {"path":"Observation.value[x]","sliceName":"valueQuantity","min":1,"type":[{"code":"Quantity"}]},
        {"path":"Observation.value[x].unit","min":1})");
    const auto body = [](std::string_view value) {
        return fmt::format(
            R"({{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{}}})", value);
    };
    EXPECT_EQ(check({made}, body(R"("valueQuantity":{"value":1,"unit":"a"})")).findings, Lines());
    const auto wrong = check({made}, body(R"("valueString":"a")")).findings;
    EXPECT_NE(std::ranges::find(wrong, "error profile-min Observation"), wrong.end());
}

TEST(Profiles, DerivedOnesHaveTheirBasesRules) {
    const auto derived =
        definition("q", "Patient", "http://x.y/p",
                   R"({"id":"Patient.identifier:nhs.value","path":"Patient.identifier.value",
                                    "patternString":"9"})");
    const auto checked = check({derived, profile(kSliced)},
                               R"({"resourceType":"Patient","name":[{"text":"a"}],
                               "identifier":[{"system":"http://n.h/s","value":"8"}]})",
                               {"http://x.y/q"});
    EXPECT_EQ(checked.findings, Lines{"error pattern Patient.identifier[0].value"});
}

TEST(Profiles, MetaProfileIsHonoured) {
    const auto made = profile(R"({"path":"Patient.name","min":1})");
    EXPECT_EQ(
        check({made}, R"({"resourceType":"Patient","meta":{"profile":["http://x.y/p|1"]}})", {})
            .findings,
        Lines{"error profile-min Patient"});
    EXPECT_EQ(
        check({made}, R"({"resourceType":"Patient","meta":{"profile":["http://x.y/other"]}})", {})
            .findings,
        Lines{"warning profile-unknown Patient.meta.profile[0]"});
    EXPECT_EQ(check({made}, R"({"resourceType":"Organization","name":"x",
                            "meta":{"profile":["http://x.y/p"]}})",
                    {})
                  .findings,
              Lines{"error profile-type Organization"});
}

TEST(Profiles, OfExtensions) {
    const auto extension = [](std::string_view more) {
        return definition("e", "Extension", std::string(kBase) + "Extension",
                          R"({"path":"Extension.url","fixedUri":"http://x.y/e"},
                          {"path":"Extension.value[x]","min":1,"type":[{"code":"boolean"}]})",
                          more);
    };
    constexpr std::string_view kOfPatient =
        R"(,"context":[{"type":"element","expression":"Patient"}])";
    const auto made = extension(kOfPatient);
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","extension":[{"url":"http://x.y/e",
                            "valueBoolean":true}]})",
                    {})
                  .findings,
              Lines());
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","extension":[{"url":"http://x.y/e",
                            "valueString":"a"}]})",
                    {})
                  .findings,
              Lines{"error profile-type Patient.extension[0].value"});
    EXPECT_EQ(
        check({made}, R"({"resourceType":"Patient","name":[{"extension":[{"url":"http://x.y/e",
                            "valueBoolean":true}]}]})",
              {})
            .findings,
        Lines{"error extension-context Patient.name[0].extension[0]"});
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","modifierExtension":[{"url":"http://x.y/e",
                            "valueBoolean":true}]})",
                    {})
                  .findings,
              Lines{"error extension-modifier Patient.modifierExtension[0]"});
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","modifierExtension":[{"url":"http://x.y/f",
                            "valueBoolean":true}]})",
                    {})
                  .findings,
              Lines{"error extension-modifier Patient.modifierExtension[0]"});
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","extension":[{"url":"http://x.y/f",
                            "valueBoolean":true}]})",
                    {})
                  .findings,
              Lines{"information extension-unknown Patient.extension[0]"});
    // As a slice of a profile, required there.
    const auto sliced =
        profile(R"({"id":"Patient.extension:e","path":"Patient.extension","sliceName":"e",
        "min":1,"type":[{"code":"Extension","profile":["http://x.y/e"]}]})");
    EXPECT_EQ(check({made, sliced}, R"({"resourceType":"Patient"})").findings,
              Lines{"error profile-min Patient"});
    EXPECT_EQ(check({made, sliced}, R"({"resourceType":"Patient","extension":[{"url":"http://x.y/e",
                            "valueBoolean":true}]})")
                  .findings,
              Lines());
}

TEST(Profiles, OneOfSeveralMustHold) {
    const auto named = definition("n", "HumanName", std::string(kBase) + "HumanName",
                                  R"({"path":"HumanName.family","min":1})");
    const auto given = definition("g", "HumanName", std::string(kBase) + "HumanName",
                                  R"({"path":"HumanName.given","min":1})");
    const auto made = profile(
        R"({"path":"Patient.name","type":[{"code":"HumanName","profile":["http://x.y/n","http://x.y/g"]}]})");
    EXPECT_EQ(check({named, given, made}, R"({"resourceType":"Patient","name":[{"given":["a"]}]})")
                  .findings,
              Lines());
    EXPECT_EQ(
        check({named, given, made}, R"({"resourceType":"Patient","name":[{"text":"a"}]})").findings,
        (Lines{"error profile-none Patient.name[0]", "error profile-min Patient.name[0]",
               "error profile-min Patient.name[0]"}));
}

TEST(Profiles, PartsOfAComplexExtension) {
    const auto made = definition(
        "c", "Extension", std::string(kBase) + "Extension",
        R"({"id":"Extension.extension:a","path":"Extension.extension","sliceName":"a","min":1,"max":"1"},
        {"id":"Extension.extension:a.url","path":"Extension.extension.url","fixedUri":"a"},
        {"id":"Extension.url","path":"Extension.url","fixedUri":"http://x.y/c"})");
    const auto body = [](std::string_view part) {
        return fmt::format(
            R"({{"resourceType":"Patient","extension":[{{"url":"http://x.y/c","extension":[
            {{"url":"a","valueString":"x"}}{}]}}]}})",
            part);
    };
    EXPECT_EQ(check({made}, body(""), {}).findings, Lines());
    EXPECT_EQ(check({made}, body(R"(,{"url":"b","valueString":"x"})"), {}).findings,
              Lines{"error extension-part Patient.extension[0].extension[1]"});
    EXPECT_EQ(check({made}, body(R"(,{"url":"a","valueString":"x"})"), {}).findings,
              Lines{"error profile-max Patient.extension[0]"});
}

TEST(Profiles, BindingsToValueSetsOfThePackage) {
    const auto made = profile(
        R"({"path":"Patient.language","binding":{"strength":"required","valueSet":"http://x.y/vs|2"}})");
    const std::string set =
        R"({"resourceType":"ValueSet","url":"http://x.y/vs","status":"active","compose":{"include":
        [{"system":"urn:ietf:bcp:47","concept":[{"code":"en-GB"},{"code":"cy"}]}]}})";
    EXPECT_EQ(check({made, set}, R"({"resourceType":"Patient","language":"cy"})").findings,
              Lines());
    EXPECT_EQ(check({made, set}, R"({"resourceType":"Patient","language":"fr"})").findings,
              Lines{"error binding-required Patient.language"});
    // Not known: nothing is said.
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","language":"fr"})").findings, Lines());
}

TEST(Profiles, ItemsInsideItems) {
    const auto made =
        definition("p", "QuestionnaireResponse", std::string(kBase) + "QuestionnaireResponse",
                   R"({"path":"QuestionnaireResponse.item.text","min":1})");
    EXPECT_EQ(check({made}, R"({"resourceType":"QuestionnaireResponse","status":"completed","item":[
        {"linkId":"1","text":"a","item":[{"linkId":"2"}]}]})")
                  .findings,
              Lines{"error profile-min QuestionnaireResponse.item[0].item[0]"});
}

TEST(Profiles, ConformsToInInvariantsEnds) {
    const auto made = profile(
        R"({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"Itself.",
        "expression":"conformsTo('http://x.y/p') "}]
})");
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient"})").findings, Lines());
}

TEST(Profiles, NotesSayWhatCannotBeUsed) {
    EXPECT_EQ(
        check({profile(R"({"path":"Patient.nonsense","min":1})")}, R"({"resourceType":"Patient"})")
            .notes.size(),
        1U);
    EXPECT_EQ(
        check({profile(R"({"path":"Patient","constraint":[{"key":"x","severity":"error","human":"x",
        "expression":"name.( "}]})")},
              R"({"resourceType":"Patient"})")
            .notes.size(),
        1U);
    EXPECT_EQ(
        check({definition("p", "Patient", "http://x.y/p", "")}, R"({"resourceType":"Patient"})", {})
            .notes.size(),
        2U);
    EXPECT_EQ(check({definition("p", "Patient", "http://x.y/absent",
                                R"({"path":"Patient.name","min":1})")},
                    R"({"resourceType":"Patient"})")
                  .findings,
              Lines{"error profile-min Patient"});
}

TEST(Profiles, FromASnapshotAlone) {
    std::string made = profile(
        R"({"path":"Patient","min":0,"max":"*","constraint":[{"key":"dom-2","severity":"error",
        "human":"x","expression":"contained.contained.empty() "}]
},
        {"path":"Patient.name","min":1,"max":"*"},{"path":"Patient.gender","min":0,"max":"1"})");
    made.replace(made.find("differential"), 12, "snapshot");
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient"})").findings,
              Lines{"error profile-min Patient"});
    EXPECT_EQ(check({made}, R"({"resourceType":"Patient","name":[{"text":"a"}],"gender":"male"})")
                  .findings,
              Lines());
}

}  // namespace
}  // namespace waymark::structure
