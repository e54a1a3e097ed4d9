// The official FML cases (FHIR/fhir-test-cases and HL7/mapping-language-ig) as far as they stand in
// ../shared/conformance/fml. Cases that are left out name what they need.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "fhir/map/case_runner.h"
#include "fhir/package/structure_definition.h"
#include "tests/support/fixed_world.h"

namespace waymark::map {
namespace {

std::string cases() {
    const char* shared = std::getenv("WAYMARK_SHARED");
    const std::filesystem::path folder = shared ? shared : "../shared";
    std::ifstream file(folder / "conformance/fml/cases.json", std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(FmlConformance, EveryCaseGivesWhatIsExpected) {
    const std::string text = cases();
    if (text.empty())
        GTEST_SKIP() << "no conformance/fml/cases.json in ../shared or $WAYMARK_SHARED";
    tests::SeededRandom random;
    const tests::FixedClock clock;
    const auto report = runCases(text, {.model = &model::Model::r4(),
                                        .logicalModel = package::logicalModel,
                                        .random = &random,
                                        .now = clock.now()});
    ASSERT_TRUE(report.has_value()) << report.error().text();
    EXPECT_GE(report->results.size(), 34U);
    // CDA documents, whose models the suite does not bring, are compared as data.
    for (const CaseResult& result : report->results)
        EXPECT_EQ(result.outcome, CaseResult::Outcome::Passed)
            << result.id << ": " << result.detail;
    RecordProperty("summary", report->summary());
    std::cout << report->summary() << '\n';
}

/// What official cases of other forms bring along: models of their own, imported maps, ConceptMaps,
/// inputs of other FHIR versions.
TEST(FmlConformance, CasesMayBringWhatTheyNeed) {
    tests::SeededRandom random;
    const auto report = runCases(R"j({"cases": [
      {"id": "models", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/L' alias L as source\nuses 'http://x/R' alias R as target\nimports 'http://x/o*'\ngroup g(source s : L, target t : R) { s.a2 as a where a2.length() < 9 -> t.b = a; s as s2 -> t as t2 then other(s2, t2); }",
       "maps": ["map 'http://x/other' = 'o'\ngroup other(source s, target t) { s.code as c -> t.c = translate(c, 'http://x/c', 'code'); }"],
       "models": [
        {"resourceType": "StructureDefinition", "url": "http://x/L", "name": "L", "status": "draft", "abstract": false, "kind": "logical", "type": "L", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "L"}, {"path": "L.a2", "min": 0, "max": "1", "type": [{"code": "string"}]}, {"path": "L.code", "min": 0, "max": "1", "type": [{"code": "code"}]}]}},
        {"resourceType": "StructureDefinition", "url": "http://x/R", "name": "R", "status": "draft", "abstract": false, "kind": "logical", "type": "R", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "R"}, {"path": "R.b", "min": 0, "max": "1", "type": [{"code": "string"}]}, {"path": "R.c", "min": 0, "max": "1", "type": [{"code": "code"}]}]}}],
       "resources": [{"resourceType": "ConceptMap", "url": "http://x/c", "status": "draft", "group": [{"source": "s", "target": "t", "element": [{"code": "k", "target": [{"code": "K", "equivalence": "equal"}]}]}]}],
       "input": {"a2": "text", "code": "k"}, "expected": {"b": "text", "c": "K"}},
      {"id": "otherVersion", "kind": "transform", "map": "/// url = 'http://x/v'\n/// name = 'v'\nuses 'http://hl7.org/fhir/3.0/StructureDefinition/Patient' alias P3 as source\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias P as target\nimports 'http://nowhere/*'\ngroup g(source s : P3, target t : P) { s.name -> t.name; s.animal as a then Animal(a, t); s.deceased : boolean as d -> t.deceased = d; s.contact as c -> t.contact as d then { c.name -> d.name; c.relationship -> d.relationship; }; }",
       "input": {"resourceType": "Patient", "name": [{"family": "Ash", "given": ["A", "B"]}], "deceasedBoolean": true, "contact": [{"name": {"text": "x"}, "relationship": [{"coding": [{"code": "N"}]}]}]},
       "expected": {"resourceType": "Patient", "name": [{"family": "Ash", "given": ["A", "B"]}], "deceasedBoolean": true, "contact": [{"name": {"text": "x"}, "relationship": [{"coding": [{"code": "N"}]}]}]}},
      {"id": "partOfAResource", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://hl7.org/fhir/StructureDefinition/AllergyIntolerance' alias A as source\nuses 'http://hl7.org/fhir/StructureDefinition/AllergyIntolerance' alias A as target\ngroup g(source s : A, target t : A) { s.extension as e where $this.url='u' or $this.url='v' -> t.encounter as w then { e.value: Reference as v -> w as x, t.encounter = v; }; }",
       "input": {"resourceType": "AllergyIntolerance", "extension": [{"url": "v", "valueReference": {"reference": "Encounter/7"}}]},
       "expected": {"resourceType": "AllergyIntolerance", "encounter": {"reference": "Encounter/7"}}},
      {"id": "choiceInOpenInput", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://hl7.org/fhir/StructureDefinition/Basic' alias B as source\nuses 'http://hl7.org/fhir/StructureDefinition/Basic' alias B as target\ngroup g(source s : B, target t : B) { s.extension as e then { e.value : string as v -> t.id = v; }; }",
       "input": {"resourceType": "Basic", "old": 1, "extension": [{"url": "v", "valueString": "x"}]},
       "expected": {"resourceType": "Basic", "id": "x"}},
      {"id": "wrong", "kind": "transform", "map": "map 'http://x/m' = 'm'\ngroup g(source s, target t) { s.a -> t.b; }", "input": {"a": 1}, "expected": {"b": 2}},
      {"id": "odd", "kind": "dance"}]})j",
                                 {.model = &model::Model::r4(),
                                  .logicalModel = package::logicalModel,
                                  .random = &random,
                                  .now = {}});
    ASSERT_TRUE(report.has_value()) << report.error().text();
    ASSERT_EQ(report->results.size(), 6U);
    EXPECT_EQ(report->results[0].detail, "");
    EXPECT_EQ(report->results[1].detail, "");
    EXPECT_EQ(report->results[2].detail, "");
    EXPECT_EQ(report->results[3].detail, "");
    EXPECT_EQ(report->results[4].detail, "$.b: expected \"2\" but found \"1\"");
    EXPECT_EQ(report->results[5].detail, "no such kind of case: dance");
    EXPECT_EQ(report->summary(), "4 passed, 2 failed, 0 skipped");
    EXPECT_FALSE(runCases("[]", {}).has_value());
}

/// Habits of public maps: old and new headers in one, functions that FHIRPath no longer has, names
/// with `_` in resources, conditions on the context, models that need each other.
TEST(FmlConformance, PublicMapsAreReadAsTheyAre) {
    tests::SeededRandom random;
    const auto report = runCases(R"j({"cases": [
      {"id": "mixedHeader", "kind": "parse", "map": "/// title = 'T'\n/// status = draft\n\nmap 'http://x/m' = 'm'\ngroup g(source s_s, target t_t) { s_s.`a!` as v_v -> t_t.`b#` = v_v; }"},
      {"id": "oldFunction", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/L' alias L as source\nuses 'http://x/R' alias R as target\ngroup g(source s : L, target t : R) { s.a as v where a.isInteger() -> t.a = cast(v, 'FHIR.integer'); }",
       "models": [
        {"resourceType": "StructureDefinition", "url": "http://x/L", "name": "L", "status": "draft", "abstract": true, "kind": "logical", "type": "L", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "L"}, {"path": "L.a", "min": 0, "max": "1", "type": [{"code": "string"}]}]}},
        {"resourceType": "StructureDefinition", "url": "http://x/R", "name": "R", "status": "draft", "abstract": true, "kind": "logical", "type": "R", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "R"}, {"path": "R.a", "min": 0, "max": "1", "type": [{"code": "integer"}]}]}}],
       "input": {"resourceType": "L", "a": "3"}, "expected": {"resourceType": "R", "a": 3}},
      {"id": "noModels", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/L' alias L as source\nuses 'http://x/R' alias R as target\ngroup g(source s : L, target t : R) { s.i9 as v where s.m9 >= 2 -> t.k9 = v; s.i9 as v where i9.matches('[0-9]+').not() -> t.n9 = 0; }",
       "input": {"i9": "x", "m9": 2}, "expected": {"k9": ["x"], "n9": 0}},
      {"id": "groupForACopy", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/L' alias L as source\nuses 'http://x/R' alias R as target\nuses 'http://x/LI' alias LI as source\nuses 'http://x/RI' alias RI as target\ngroup g(source s : L, target t : R) { s.a as v -> t.a = v; }\ngroup i(source s : LI, target t : RI) <<types>> { s.b as v -> t.c = v; }",
       "anyName": [
        {"resourceType": "StructureDefinition", "url": "http://x/L", "name": "L", "status": "draft", "abstract": true, "kind": "logical", "type": "L", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "L"}, {"path": "L.a", "min": 0, "max": "*", "type": [{"code": "LI"}]}]}},
        {"resourceType": "StructureDefinition", "url": "http://x/R", "name": "R", "status": "draft", "abstract": true, "kind": "logical", "type": "R", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "R"}, {"path": "R.a", "min": 0, "max": "*", "type": [{"code": "RI"}]}]}},
        {"resourceType": "StructureDefinition", "url": "http://x/LI", "name": "LI", "status": "draft", "abstract": true, "kind": "logical", "type": "LI", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "LI"}, {"path": "LI.b", "min": 0, "max": "1", "type": [{"code": "string"}]}]}},
        {"resourceType": "StructureDefinition", "url": "http://x/RI", "name": "RI", "status": "draft", "abstract": true, "kind": "logical", "type": "RI", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "differential": {"element": [{"path": "RI"}, {"path": "RI.c", "min": 0, "max": "1", "type": [{"code": "string"}]}]}}],
       "input": {"a": [{"b": "x"}, {"b": "y"}]}, "expected": {"a": [{"c": "x"}, {"c": "y"}]}},
      {"id": "expectedXml", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://hl7.org/fhir/StructureDefinition/Basic' alias Basic as source\nuses 'http://x/Doc' alias Doc as target\nuses 'http://x/CD' alias CD as target\ngroup g(source s : Basic, target t : Doc) { s -> t.title as i, i.data = 'A'; s -> t.code as c, c.code = '1', c.translation = create('CD') as r, r.code = '2'; s -> t.n as n, n.value = 3; }",
       "input": {"resourceType": "Basic"}, "expected": null, "expectedXml": "<Doc xmlns='urn:x' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'> <title>A</title><code code='1'><translation xsi:type='CD' code='2'/></code><n value='3'/></Doc>"},
      {"id": "wrongXml", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/Doc' alias Doc as target\ngroup g(source s, target t : Doc) { s -> t.title as i, i.data = 'A'; }", "input": {"resourceType": "Basic"}, "expectedXml": "<Doc><title>B</title></Doc>"},
      {"id": "noXml", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/Doc' alias Doc as target\ngroup g(source s, target t : Doc) { s -> t.title as i, i.data = 'A'; }", "input": {"resourceType": "Basic"}, "expectedXml": "<Doc><title>"},
      {"id": "quotedExpressions", "kind": "transform", "map": "map 'http://x/m' = m\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as source\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as target\ngroup g(source s : Patient, target t : Patient) { s.gender as g where \"gender.exists()\" -> t.gender = g; s.id as i where \"$this = 'z'\" -> t.id = i; s.id as i -> t.language = evaluate(i, '$this + $this'), t.birthDate = dateOp(i, 'yyyyMMdd', 'date'); s.name as n -> t.name as o collate then { n.family as f -> o.family = f; }; s.id as i -> t.name as o collate then { i -> o.text = i; }; }",
       "input": {"resourceType": "Patient", "id": "20200102", "gender": "male", "name": [{"family": "F"}]}, "expected": {"resourceType": "Patient", "gender": "male", "language": "2020010220200102", "birthDate": "2020-01-02", "name": [{"family": "F", "text": "20200102"}]}},
      {"id": "blockComments", "kind": "parse", "map": "map 'http://x/m' = 'm'\n/* one\n *  two\n */\ngroup g(source s, target t) { s.a -> t.b; /* three\n four */ }"},
      {"id": "openResource", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://x/L' alias L as source\nuses 'http://x/R' alias R as target\nuses 'http://hl7.org/fhir/StructureDefinition/Basic' alias Basic as target\ngroup g(source s : L, target t : R) { s.f1 as f -> t.f2 = create('Basic') as r, t.ptr = reference(r) then { f -> r.code as c, c.text = f \"f\"; } \"ptr\"; }",
       "input": {"f1": "x"}, "expected": {"f2": [{"resourceType": "Basic", "id": "generated-uuid", "code": {"text": "x"}}], "ptr": ["Basic/generated-uuid"]}},
      {"id": "refused", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as source\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as target\ngroup g(source s : Patient, target t : Patient) { s.id as i check i.length() <= 2 -> t.id = i; }",
       "input": {"resourceType": "Patient", "id": "abc"}, "expected": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}},
      {"id": "notRefused", "kind": "transform", "map": "map 'http://x/m' = 'm'\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as source\nuses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as target\ngroup g(source s : Patient, target t : Patient) { s.id as i check i.length() <= 2 -> t.id = i; }",
       "input": {"resourceType": "Patient", "id": "ab"}, "expected": {"resourceType": "OperationOutcome"}},
      {"id": "xml", "kind": "transform", "map": "<StructureMap xmlns='http://hl7.org/fhir'><url value='http://x/m'/><name value='m'/><status value='draft'/><structure><url value='http://hl7.org/fhir/StructureDefinition/Basic'/><mode value='source'/></structure><structure><url value='http://hl7.org/fhir/StructureDefinition/Basic'/><mode value='target'/></structure><group><name value='g'/><input><name value='s_s'/><type value='Basic'/><mode value='source'/></input><input><name value='t_t'/><type value='Basic'/><mode value='target'/></input><rule><name value='r_r'/><source><context value='s_s'/></source><target><context value='t_t'/><element value='id'/><transform value='uuid'/></target></rule></group></StructureMap>",
       "input": {"resourceType": "Basic"}, "expected": {"resourceType": "Basic", "id": "generated-uuid"}}]})j",
                                 {.model = &model::Model::r4(),
                                  .logicalModel = package::logicalModel,
                                  .random = &random,
                                  .now = {}});
    ASSERT_TRUE(report.has_value()) << report.error().text();
    for (const CaseResult& result : report->results) {
        std::string_view says;
        if (result.id == "wrongXml") says = "$.title.data: expected \"B\" but found \"A\"";
        if (result.id == "notRefused") says = "the map makes what it should refuse";
        if (result.id == "noXml") says = "expectedXml: line 1: no XML that can be compared";
        EXPECT_EQ(result.detail, says) << result.id;
    }
    EXPECT_EQ(report->summary(), "10 passed, 3 failed, 0 skipped");
}

}  // namespace
}  // namespace waymark::map
