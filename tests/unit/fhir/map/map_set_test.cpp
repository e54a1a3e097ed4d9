#include "fhir/map/map_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "map_bench.h"

namespace waymark::map {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using tests::Bench;
using tests::simpleMap;

constexpr std::string_view kPatient = R"({"resourceType":"Patient","id":"p1","active":true,
  "identifier":[{"system":"http://n","value":"999"},{"system":"http://l","value":"L1"}],
  "name":[{"use":"official","family":"Rowan","given":["Ann","Bea"],"text":"Ann Rowan"},
          {"use":"nickname","text":"Annie"}],
  "gender":"female","birthDate":"1980-02-03","_birthDate":{"extension":[{"url":"http://e","valueInteger":7}]},
  "deceasedBoolean":false,
  "contact":[{"name":{"family":"Ash"}}]})";

struct RuleCase {
    std::string_view name, target, rules, want;
};
void PrintTo(const RuleCase& each, std::ostream* out) {
    *out << each.name;
}

std::string caseName(const testing::TestParamInfo<RuleCase>& each) {
    return std::string(each.param.name);
}

class MapRules : public testing::TestWithParam<RuleCase> {};

TEST_P(MapRules, Gives) {
    Bench bench;
    const std::string got =
        bench.result(simpleMap("Patient", GetParam().target, GetParam().rules), kPatient);
    EXPECT_EQ(got, GetParam().want) << GetParam().rules;
}

INSTANTIATE_TEST_SUITE_P(
    Copies, MapRules,
    testing::Values(
        RuleCase{"literal", "Patient", "src -> tgt.gender = 'male';",
                 R"({"resourceType":"Patient","gender":"male"})"},
        RuleCase{"simple", "Patient", "src.gender -> tgt.gender;",
                 R"({"resourceType":"Patient","gender":"female"})"},
        RuleCase{"variable", "Patient", "src.active as v -> tgt.active = v;",
                 R"({"resourceType":"Patient","active":true})"},
        RuleCase{
            "extension", "Patient", "src.birthDate as v -> tgt.birthDate = v;",
            R"({"resourceType":"Patient","birthDate":"1980-02-03","_birthDate":{"extension":[{"url":"http://e","valueInteger":7}]}})"},
        RuleCase{"otherType", "Person",
                 "src.birthDate as v -> tgt.text as t, t.status = 'empty', t.div = '<div/>';",
                 R"({"resourceType":"Person","text":{"status":"empty","div":"<div/>"}})"},
        RuleCase{
            "complex", "Person", "src.name -> tgt.name;",
            R"({"resourceType":"Person","name":[{"use":"official","family":"Rowan","given":["Ann","Bea"],"text":"Ann Rowan"},{"use":"nickname","text":"Annie"}]})"},
        RuleCase{"choice", "Patient", "src.deceased -> tgt.deceased;",
                 R"({"resourceType":"Patient","deceasedBoolean":false})"},
        RuleCase{"choiceByJsonName", "Patient",
                 "src.deceasedBoolean as d -> tgt.deceasedBoolean = d;",
                 R"({"resourceType":"Patient","deceasedBoolean":false})"},
        RuleCase{"missing", "Patient",
                 "src.maritalStatus -> tgt.maritalStatus; src.photo as p -> tgt.photo = p;",
                 R"({"resourceType":"Patient"})"},
        RuleCase{"idIntoString", "Patient",
                 "src.id as v -> tgt.identifier as i then { v -> i.value = v; };",
                 R"({"resourceType":"Patient","identifier":[{"value":"p1"}]})"},
        RuleCase{"batch", "Patient", "src -> tgt: id, active, gender;",
                 R"({"resourceType":"Patient","id":"p1","active":true,"gender":"female"})"},
        RuleCase{"path", "Patient",
                 "src.name.given as g -> tgt.name as n then { g -> n.text = g; };",
                 R"({"resourceType":"Patient","name":[{"text":"Ann"},{"text":"Bea"}]})"},
        RuleCase{"targetPath", "Patient", "src.gender as g -> tgt.maritalStatus.text = g;",
                 R"({"resourceType":"Patient","maritalStatus":{"text":"female"}})"},
        RuleCase{"backbone", "Patient", "src.contact -> tgt.contact;",
                 R"({"resourceType":"Patient","contact":[{"name":{"family":"Ash"}}]})"}),
    caseName);

INSTANTIATE_TEST_SUITE_P(
    Sources, MapRules,
    testing::Values(
        RuleCase{"where", "Patient", "src.name as n where (n.use = 'nickname') -> tgt.name = n;",
                 R"({"resourceType":"Patient","name":[{"use":"nickname","text":"Annie"}]})"},
        RuleCase{"whereOnFocus", "Patient", "src.name as n where use = 'nickname' -> tgt.name = n;",
                 R"({"resourceType":"Patient","name":[{"use":"nickname","text":"Annie"}]})"},
        RuleCase{
            "first", "Patient", "src.identifier first as i -> tgt.identifier = i;",
            R"({"resourceType":"Patient","identifier":[{"system":"http://n","value":"999"}]})"},
        RuleCase{"last", "Patient", "src.identifier last as i -> tgt.identifier = i;",
                 R"({"resourceType":"Patient","identifier":[{"system":"http://l","value":"L1"}]})"},
        RuleCase{"notFirst", "Patient",
                 "src.name.given not_first as g -> tgt.name as n, n.given = g;",
                 R"({"resourceType":"Patient","name":[{"given":["Bea"]}]})"},
        RuleCase{"notLast", "Patient",
                 "src.name.given not_last as g -> tgt.name as n, n.given = g;",
                 R"({"resourceType":"Patient","name":[{"given":["Ann"]}]})"},
        RuleCase{"onlyOne", "Patient", "src.contact only_one as c -> tgt.contact = c;",
                 R"({"resourceType":"Patient","contact":[{"name":{"family":"Ash"}}]})"},
        RuleCase{"onlyOneOfTwo", "Patient", "src.name only_one as n -> tgt.name = n \"r\";",
                 "! :0:0 FML-R0512 2 elements where only one may be [M|g|r]\n"},
        RuleCase{"listModeAfterWhere", "Patient",
                 "src.name first as n where (use = 'nickname') -> tgt.name = n;",
                 R"({"resourceType":"Patient","name":[{"use":"nickname","text":"Annie"}]})"},
        RuleCase{"cardinality", "Patient", "src.name 1..2 as n -> tgt.gender = 'male';",
                 R"({"resourceType":"Patient","gender":"male"})"},
        RuleCase{"tooMany", "Patient", "src.name 0..1 as n -> tgt.name = n \"r\";",
                 "! :0:0 FML-R0502 2 elements where the map wants 0..1 [M|g|r]\n"},
        RuleCase{"tooFew", "Patient", "src.photo 1..* as n -> tgt.photo = n \"r\";",
                 "! :0:0 FML-R0502 0 elements where the map wants 1..* [M|g|r]\n"},
        RuleCase{"check", "Patient", "src.gender as g check (g = 'female') -> tgt.gender = g;",
                 R"({"resourceType":"Patient","gender":"female"})"},
        RuleCase{"checkFails", "Patient",
                 "src.gender as g check (g = 'male') -> tgt.gender = g \"r\";",
                 "! :0:0 FML-R0501 the check `g = 'male'` does not hold [M|g|r]\n"},
        RuleCase{"defaultUsed", "Patient", "src.language default ('en') as l -> tgt.language = l;",
                 R"({"resourceType":"Patient","language":"en"})"},
        RuleCase{"defaultNotUsed", "Patient", "src.gender default ('male') as g -> tgt.gender = g;",
                 R"({"resourceType":"Patient","gender":"female"})"},
        RuleCase{"typeFilter", "Patient",
                 "src.deceased : boolean as d -> tgt.active = d; src.deceased : dateTime as d -> "
                 "tgt.deceased = d;",
                 R"({"resourceType":"Patient","active":false})"},
        RuleCase{
            "product", "Patient",
            "src.identifier as i, src.name.given as g -> tgt.name as n, n.text = append(i.value, "
            "'-', g);",
            R"({"resourceType":"Patient","name":[{"text":"999-Ann"},{"text":"999-Bea"},{"text":"L1-Ann"},{"text":"L1-Bea"}]})"},
        RuleCase{"productWithNone", "Patient",
                 "src.name as n, src.photo as p -> tgt.active = true;",
                 R"({"resourceType":"Patient"})"},
        RuleCase{"expression", "Patient",
                 "(src.name.where(use = 'official').given) as g -> tgt.name as n, n.given = g;",
                 R"({"resourceType":"Patient","name":[{"given":["Ann"]},{"given":["Bea"]}]})"},
        RuleCase{
            "dotValue", "Patient",
            "src.gender as g where (g.value = 'female') then { g.value as v -> tgt.gender = v; };",
            R"({"resourceType":"Patient","gender":"female"})"}),
    caseName);

INSTANTIATE_TEST_SUITE_P(
    Targets, MapRules,
    testing::Values(
        RuleCase{"makesOnePerItem", "Patient",
                 "src.identifier as i -> tgt.name as n, n.text = (i.value);",
                 R"({"resourceType":"Patient","name":[{"text":"999"},{"text":"L1"}]})"},
        RuleCase{
            "share", "Patient",
            "src.name as n -> tgt.name as o share one then { n.family as f -> o.family = f; }; "
            "src.gender as g -> tgt.name as o share one, o.text = g;",
            R"({"resourceType":"Patient","name":[{"family":"Rowan","text":"female"}]})"},
        RuleCase{
            "collate", "Patient",
            "src -> tgt.name as a, a.family = 'A'; src -> tgt.name as b collate, b.text = 'B';",
            R"({"resourceType":"Patient","name":[{"family":"A","text":"B"}]})"},
        RuleCase{
            "firstAndLastKeepTheOrder", "Patient",
            "src -> tgt.name as a, a.family = 'A'; src -> tgt.name as b first, b.family = 'B'; "
            "src -> tgt.name as c last, c.text = 'C';",
            R"({"resourceType":"Patient","name":[{"family":"A"},{"family":"B"},{"text":"C"}]})"},
        RuleCase{
            "singleUsedAgain", "Patient",
            "src -> tgt.maritalStatus as m, m.text = 'x'; src -> tgt.maritalStatus as m, m.coding "
            "as c, c.code = 'M';",
            R"({"resourceType":"Patient","maritalStatus":{"text":"x","coding":[{"code":"M"}]}})"},
        RuleCase{"emptyGoesAway", "Patient",
                 "src -> tgt.maritalStatus as m then { src.photo as p -> m.text = 'x'; }; src -> "
                 "tgt.contact as c, c.name as n;",
                 R"({"resourceType":"Patient"})"},
        RuleCase{
            "create", "Patient",
            "src.gender as g -> tgt.extension as e, e.url = 'http://e', e.value = create('Coding') "
            "as c, c.code = g;",
            R"({"resourceType":"Patient","extension":[{"url":"http://e","valueCoding":{"code":"female"}}]})"},
        RuleCase{"choiceByValue", "Patient",
                 "src -> tgt.extension as e, e.url = 'http://e', e.value = 5;",
                 R"({"resourceType":"Patient","extension":[{"url":"http://e","valueInteger":5}]})"},
        RuleCase{
            "choiceByCode", "Patient",
            "src.gender as g -> tgt.extension as e, e.url = 'http://e', e.value = g;",
            R"({"resourceType":"Patient","extension":[{"url":"http://e","valueCode":"female"}]})"},
        RuleCase{"severalValues", "Patient", "src -> tgt.name as n, n.given = (src.name.given);",
                 R"({"resourceType":"Patient","name":[{"given":["Ann","Bea"]}]})"},
        RuleCase{"severalIntoOne", "Patient", "src -> tgt.gender = (src.name.given) \"r\";",
                 "! :0:0 FML-R0507 2 values for `gender`, which holds one [M|g|r]\n"},
        RuleCase{"noValueNoPath", "Patient", "src -> tgt.maritalStatus.text = (src.photo.title);",
                 R"({"resourceType":"Patient"})"},
        RuleCase{
            "contained", "Basic",
            "src -> tgt.contained = create('Patient') as p, p.active = true; src -> tgt.contained "
            "= src;",
            std::string_view(
                R"({"resourceType":"Basic","contained":[{"resourceType":"Patient","active":true},{"resourceType":"Patient","id":"p1","active":true,"identifier":[{"system":"http://n","value":"999"},{"system":"http://l","value":"L1"}],"name":[{"use":"official","family":"Rowan","given":["Ann","Bea"],"text":"Ann Rowan"},{"use":"nickname","text":"Annie"}],"gender":"female","birthDate":"1980-02-03","_birthDate":{"extension":[{"url":"http://e","valueInteger":7}]},"deceasedBoolean":false,"contact":[{"name":{"family":"Ash"}}]}]})")},
        RuleCase{
            "treeOfItsOwn", "Bundle",
            "src -> create('Basic') as b, tgt.entry as e, e.resource = b then { src -> b.id = 'x'; "
            "};",
            R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Basic","id":"x"}}]})"},
        RuleCase{"wrongFormat", "Patient", "src.name as n -> tgt.birthDate = (n.text) \"r\";",
                 "! :0:0 FML-R0504 the string here is no date: a date that exists, as YYYY, "
                 "YYYY-MM or YYYY-MM-DD [M|g|r]\n"}),
    caseName);

INSTANTIATE_TEST_SUITE_P(
    Transforms, MapRules,
    testing::Values(
        RuleCase{"truncate", "Patient",
                 "src.name first as n -> tgt.name as o, o.text = truncate(n.text, 3);",
                 R"({"resourceType":"Patient","name":[{"text":"Ann"}]})"},
        RuleCase{
            "append", "Patient",
            "src.gender as g, src.id as i -> tgt.name as o, o.text = append(g, '/', i, 1, true);",
            R"({"resourceType":"Patient","name":[{"text":"female/p11true"}]})"},
        RuleCase{"escape", "Patient",
                 "src -> tgt.name as o, o.text = escape('a<b&c', 'text', 'xml'), o.family = "
                 "escape('a&lt;b', 'xml', 'json');",
                 R"({"resourceType":"Patient","name":[{"text":"a&lt;b&amp;c","family":"a<b"}]})"},
        RuleCase{
            "cast", "Patient",
            "src.birthDate as b -> tgt.extension as e, e.url = 'http://e', e.value = cast(b, "
            "'string');",
            R"({"resourceType":"Patient","extension":[{"url":"http://e","valueString":"1980-02-03"}]})"},
        RuleCase{
            "castInteger", "Patient",
            "src.identifier first as i -> tgt.extension as e, e.url = 'http://e', e.value = "
            "cast(i.value, 'positiveInt');",
            R"({"resourceType":"Patient","extension":[{"url":"http://e","valuePositiveInt":999}]})"},
        RuleCase{"castFails", "Patient",
                 "src.gender as g -> tgt.extension as e, e.value = cast(g, 'decimal') \"r\";",
                 "! :0:0 FML-R0504 the code here cannot be cast: a decimal number such as 1.50 "
                 "[M|g|r]\n"},
        RuleCase{
            "cc", "Patient", "src -> tgt.maritalStatus = cc('http://s', 'M', 'Married');",
            R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://s","code":"M","display":"Married"}]}})"},
        RuleCase{"ccText", "Patient", "src -> tgt.maritalStatus = cc('together');",
                 R"({"resourceType":"Patient","maritalStatus":{"text":"together"}})"},
        RuleCase{"c", "Patient", "src -> tgt.meta as m, m.tag = c('http://s', 'T');",
                 R"({"resourceType":"Patient","meta":{"tag":[{"system":"http://s","code":"T"}]}})"},
        RuleCase{
            "cWrapped", "Patient", "src -> tgt.maritalStatus = c('http://s', 'T');",
            R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://s","code":"T"}]}})"},
        RuleCase{
            "qty", "Observation",
            "src -> tgt.value = qty(5.50, 'mg', 'http://unitsofmeasure.org', 'mg');",
            R"({"resourceType":"Observation","valueQuantity":{"value":5.50,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}})"},
        RuleCase{
            "qtyText", "Observation", "src -> tgt.value = qty('>= 5.50 mg');",
            R"({"resourceType":"Observation","valueQuantity":{"value":5.50,"comparator":">=","unit":"mg"}})"},
        RuleCase{
            "id", "Patient", "src.id as i -> tgt.identifier = id('http://n', i, 'MR');",
            R"({"resourceType":"Patient","identifier":[{"system":"http://n","value":"p1","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]}}]})"},
        RuleCase{
            "cp", "Patient",
            "src -> tgt.telecom = cp('phone', '1'), tgt.telecom = cp('a@b.example'), tgt.telecom = "
            "cp('0113 496 0000');",
            R"({"resourceType":"Patient","telecom":[{"system":"phone","value":"1"},{"system":"email","value":"a@b.example"},{"system":"phone","value":"0113 496 0000"}]})"},
        RuleCase{"reference", "Basic", "src -> tgt.subject as s, s.reference = reference(src);",
                 R"({"resourceType":"Basic","subject":{"reference":"Patient/p1"}})"},
        RuleCase{"referenceWhole", "Basic", "src -> tgt.subject = reference(src);",
                 R"({"resourceType":"Basic","subject":{"reference":"Patient/p1"}})"},
        RuleCase{"pointer", "Basic", "src -> tgt.subject as s, s.reference = pointer(src);",
                 R"({"resourceType":"Basic","subject":{"reference":"urn:uuid:p1"}})"},
        RuleCase{"evaluate", "Patient",
                 "src.name first as n -> tgt.name as o, o.text = evaluate(n, given.join(' ')), "
                 "o.family = evaluate(n, 'given');",
                 R"({"resourceType":"Patient","name":[{"text":"Ann Bea","family":"given"}]})"},
        RuleCase{
            "expressionSeesVariables", "Patient",
            "src.name first as n -> tgt.name as o, o.text = (n.given.first() & ' ' & %n.family);",
            R"({"resourceType":"Patient","name":[{"text":"Ann Rowan"}]})"},
        RuleCase{"thisIsTheItem", "Patient",
                 "src.name first as n -> tgt.name as o, o.text = ($this.family);",
                 R"({"resourceType":"Patient","name":[{"text":"Rowan"}]})"},
        RuleCase{"toDate", "Patient", "src -> tgt.birthDate = toDate('03/02/1980', 'dd/MM/yyyy');",
                 R"({"resourceType":"Patient","birthDate":"1980-02-03"})"},
        RuleCase{
            "dateOp", "Patient",
            "src.birthDate as b -> tgt.name as n, n.text = dateOp(b, 'yyyy-MM-dd', 'd MMMM yyyy');",
            R"({"resourceType":"Patient","name":[{"text":"3 February 1980"}]})"},
        RuleCase{
            "unix", "Patient",
            "src -> tgt.deceased = unixToDateTime(0, '+01:00'), tgt.birthDate = unixToDate(86400);",
            R"({"resourceType":"Patient","deceasedDateTime":"1970-01-01T01:00:00+01:00","birthDate":"1970-01-02"})"},
        RuleCase{
            "dateIsNarrowed", "Patient", "src -> tgt.birthDate = @1980-02-03T10:00:00Z;",
            R"(! m1.map:5:24 FML-E0305 `1980-02-03T10:00:00Z` is no date: a date that exists, as YYYY, YYYY-MM or YYYY-MM-DD [M|g|birthDate])"
            "\n"},
        RuleCase{"emptyParameter", "Patient",
                 "src -> tgt.name as n, n.text = truncate(src.photo.title, 3);",
                 R"({"resourceType":"Patient"})"}),
    caseName);

TEST(MapSet, MakesUuids) {
    Bench bench;
    EXPECT_THAT(
        bench.result(simpleMap("Patient", "Patient", "src -> tgt.id = uuid();"), kPatient),
        MatchesRegex(
            ".*\"id\":\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\".*"));
}

TEST(MapSet, CallsGroupsWithTheirTypes) {
    Bench bench;
    EXPECT_EQ(bench.result(R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" alias P as source
        uses "http://hl7.org/fhir/StructureDefinition/Person" as target
        group main(source src : P, target tgt : Person) {
          src.name as n -> tgt.name as o then name(n, o, 'x');
          src.contact as c then { c.name as n -> tgt.name as o then name(n, o, 'y'); };
        }
        group name(source src, target tgt, source mark) {
          src.family as f -> tgt.family = (f & mark);
        })",
                           kPatient),
              R"({"resourceType":"Person","name":[{"family":"Rowanx"},{"family":"Ashy"}]})");
}

TEST(MapSet, ExtendsGroups) {
    Bench bench;
    EXPECT_EQ(bench.result(R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
        group main(source src : Patient, target tgt : Patient) extends Base { src.gender -> tgt.gender; }
        group Base(source src : DomainResource, target tgt : DomainResource) extends Root { src.text -> tgt.text; }
        group Root(source a, target b) { a.id -> b.id; })",
                           kPatient),
              R"({"resourceType":"Patient","id":"p1","gender":"female"})");
}

TEST(MapSet, TakesDefaultGroupsByType) {
    Bench bench;
    EXPECT_EQ(
        bench.result(R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
        uses "http://hl7.org/fhir/StructureDefinition/Person" as target
        group main(source src : Patient, target tgt : Person) {
          src.name -> tgt.name;
          src.gender -> tgt.gender;
          src.birthDate as b -> tgt.birthDate = create() as t;
        }
        group names(source src : HumanName, target tgt : HumanName) <<types>> { src.family -> tgt.family; }
        group codes(source src : code, target tgt : code) <<types>> { src.value as v -> tgt.value = v; }
        group dates(source src : date, target tgt : date) <<types>> { src -> tgt.value = '2000-01-01'; })",
                     kPatient),
        R"({"resourceType":"Person","name":[{"family":"Rowan"}],"gender":"female","birthDate":"2000-01-01"})");
}

TEST(MapSet, TypePlusGroupsChooseTheTarget) {
    Bench bench;
    EXPECT_EQ(bench.result(R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
        uses "http://hl7.org/fhir/StructureDefinition/Observation" as target
        group main(source src : Patient, target tgt : Observation) { src.maritalStatus -> tgt.value; src.gender -> tgt.value; }
        group c(source src : code, target tgt : CodeableConcept) <<type+>> { src as v -> tgt.text = v; })",
                           kPatient),
              R"({"resourceType":"Observation","valueCodeableConcept":{"text":"female"}})");
}

TEST(MapSet, ImportsWithWildcards) {
    Bench bench;
    const auto set = bench.compile({R"(map "http://x/m" = "M"
            uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
            uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
            imports "http://x/shared*"
            group main(source src : Patient, target tgt : Patient) { src -> tgt as t then mark(src, t); })",
                                    R"(/// url = 'http://x/shared-a'
            /// name = 'Shared'
            let who = 'unknown';
            let twice = who & who;
            group mark(source src, target tgt) { src -> tgt.gender = who, tgt.language = twice; })"});
    ASSERT_TRUE(set.has_value()) << tests::printed(set.error().issues);
    EXPECT_EQ(bench.transform(*set, {kPatient}),
              R"({"resourceType":"Patient","gender":"unknown","language":"unknownunknown"})");
    EXPECT_EQ(set->urls().size(), 2U);
    EXPECT_TRUE(set->has("http://x/shared-a"));
}

TEST(MapSet, TranslatesByInlineAndLoadedConceptMaps) {
    Bench bench;
    ASSERT_TRUE(bench.terminology().add(bench.read(R"({"resourceType":"CodeSystem","url":"http://t",
        "status":"active","content":"complete","concept":[{"code":"F","display":"Female"}]})"),
                                        bench.model(), "x"));
    ASSERT_TRUE(
        bench.terminology().add(bench.read(R"({"resourceType":"ConceptMap","url":"http://x/c",
        "status":"active","group":[{"source":"http://hl7.org/fhir/administrative-gender","target":"http://t",
        "element":[{"code":"female","target":[{"code":"F","equivalence":"equal"}]},
                   {"code":"unknown","target":[{"equivalence":"unmatched"}]}]}]})"),
                                bench.model(), "x"));
    const std::string map = R"(map "http://x/m" = "M"
        conceptmap "#g" { prefix s = "http://hl7.org/fhir/administrative-gender" prefix t = "http://t2"
                          s:female - t:W }
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
        group main(source src : Patient, target tgt : Patient) {
          src.gender as g -> tgt.maritalStatus = translate(g, 'http://x/c', 'CodeableConcept');
          src.gender as g -> tgt.meta as m, m.tag = translate(g, 'http://x/c');
          src.gender as g -> tgt.language = translate(g, '#g', 'code');
          src.gender as g -> tgt.name as n, n.text = translate(g, 'http://x/c', 'display');
          src.maritalStatus as g -> tgt.contact as c, c.id = translate(g, 'http://x/c', 'code');
        })";
    EXPECT_EQ(
        bench.result(map, kPatient),
        R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://t","code":"F","display":"Female"}]},"meta":{"tag":[{"system":"http://t","code":"F","display":"Female"}]},"language":"W","name":[{"text":"Female"}]})");
    EXPECT_EQ(
        bench.result(
            map,
            R"({"resourceType":"Patient","gender":"unknown","maritalStatus":{"coding":[{"system":"http://q","code":"q"},{"system":"http://hl7.org/fhir/administrative-gender","code":"female"}]}})"),
        R"({"resourceType":"Patient","contact":[{"id":"F"}]})");
}

TEST(MapSet, ReadsWhatIsWrittenMeanwhileToATargetGivenAsASource) {
    Bench bench;
    EXPECT_EQ(bench.result(R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
        uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as target
        group main(source src : Patient, target tgt : Patient) { src then again(tgt, tgt) "a"; }
        group again(source seen, target into) {
          seen.id as id -> into.implicitRules = id;
          seen -> into.language = 'en' "write";
          seen.language as l -> into.id = l "read";
        })",
                           R"({"resourceType":"Patient"})"),
              R"({"resourceType":"Patient","language":"en","id":"en"})");
}

TEST(MapSet, AmendsABegunTarget) {
    Bench bench;
    const auto set = bench.compile({simpleMap("Patient", "ServiceRequest", R"(
        src -> tgt.status = 'revoked';
        src -> tgt.code = cc('new');
        src.id as i -> tgt.note as n, n.text = i;)")});
    ASSERT_TRUE(set.has_value()) << tests::printed(set.error().issues);
    const tree::Element begun = bench.read(R"({"resourceType":"ServiceRequest","status":"active",
        "intent":"order","code":{"text":"old"},"subject":{"reference":"x"},"note":[{"text":"one"}]})");
    tree::Builder builder(bench.arena, bench.model());
    tree::Node* const target = builder.copyRoot(begun);
    EXPECT_EQ(
        bench.transform(*set, {kPatient}, "http://x/m", target),
        R"({"resourceType":"ServiceRequest","status":"revoked","intent":"order","subject":{"reference":"x"},"note":[{"text":"one"},{"text":"p1"}],"code":{"text":"new"}})");
}

TEST(MapSet, JoinsByReferences) {
    Bench bench;
    const std::string bundle = R"({"resourceType":"Bundle","type":"message","entry":[
      {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000002"}}},
      {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"Patient","gender":"other"}}]})";
    const std::string rules = R"(
      src.entry.resource : ServiceRequest as r then {
        r.subject as s, (s.resolve().ofType(Patient)) as p -> tgt.gender = (p.gender);
        r.subject as s -> tgt.contact as c, c.gender = evaluate(s, resolve().ofType(Patient).gender);
      };)";
    EXPECT_EQ(bench.result(simpleMap("Bundle", "Patient", rules), bundle),
              R"({"resourceType":"Patient","gender":"other","contact":[{"gender":"other"}]})");
}

TEST(MapSet, FillsOpenJson) {
    const model::Model& r4 = model::Model::r4();
    Bench bench(r4);
    const auto set = bench.compile({R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
        group main(source src : Patient, target tgt : Open) {
          src.name first as n -> tgt.person as p, p.surname = (n.family), p.names = (n.given), p.vip = true, p.score = 1.50;
          src.identifier as i -> tgt.ids as o, o.sys = (i.system);
          src.name last as n -> tgt.whole = n;
        })"});
    ASSERT_TRUE(set.has_value()) << tests::printed(set.error().issues);
    EXPECT_EQ(
        bench.transform(*set, {kPatient}),
        R"({"person":{"surname":"Rowan","names":["Ann","Bea"],"vip":true,"score":1.50},"ids":[{"sys":"http://n"},{"sys":"http://l"}],"whole":{"use":"nickname","text":"Annie"}})");
}

TEST(MapSet, ReadsOpenJson) {
    Bench bench;
    const auto set = bench.compile({R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
        group main(source src : Open, target tgt : Patient) {
          src.people as p -> tgt.name as n then { p.surname as s -> n.family = s; p.`first names` as g -> n.given = g; };
        })"});
    ASSERT_TRUE(set.has_value()) << tests::printed(set.error().issues);
    const tree::Element input = bench.read(
        R"({"people":[{"surname":"Rowan","first names":["Ann","Bea"]},{"surname":"Ash"}]})",
        model::kOpen);
    EXPECT_EQ(
        bench.transformed(*set, {input}),
        R"({"resourceType":"Patient","name":[{"family":"Rowan","given":["Ann","Bea"]},{"family":"Ash"}]})");
}

TEST(MapSet, RunsStructureMapResources) {
    Bench bench;
    EXPECT_EQ(
        bench.result(
            R"j({"resourceType":"StructureMap","url":"http://x/m","name":"M","status":"draft",
      "structure":[{"url":"http://hl7.org/fhir/StructureDefinition/Patient","mode":"source"}],
      "group":[{"name":"g","typeMode":"none","input":[{"name":"src","type":"Patient","mode":"source"},
        {"name":"tgt","type":"Patient","mode":"target"}],
        "rule":[{"name":"a","source":[{"context":"src","element":"gender","variable":"g"}],
          "target":[{"context":"tgt","contextType":"variable","element":"gender","transform":"copy","parameter":[{"valueId":"g"}]}]},
         {"name":"b","source":[{"context":"src","element":"name","variable":"vvv"}],
          "target":[{"context":"tgt","contextType":"variable","element":"name","variable":"vvv","transform":"create"}]},
         {"name":"c","source":[{"context":"src"}],
          "target":[{"context":"tgt","element":"language","transform":"evaluate","parameter":[{"valueId":"src"},{"valueString":"iif(active, 'en', 'cy')"}]}]}]}]})j",
            kPatient),
        R"({"resourceType":"Patient","gender":"female","name":[{"use":"official","family":"Rowan","given":["Ann","Bea"],"text":"Ann Rowan"},{"use":"nickname","text":"Annie"}],"language":"en"})");
}

class Notes : public Log {
public:
    void entry(std::string_view rulePath, std::string_view text) override {
        said += std::string(rulePath) + ": " + std::string(text) + "\n";
    }
    std::string said;
};

TEST(MapSet, LogsOnlyToWhoAsks) {
    Bench bench;
    const std::string map =
        simpleMap("Patient", "Patient", "src.name as n log ('saw ' & n.text) \"r\";");
    EXPECT_EQ(bench.result(map, kPatient), R"({"resourceType":"Patient"})");
    Notes notes;
    bench.log = &notes;
    EXPECT_EQ(bench.result(map, kPatient), R"({"resourceType":"Patient"})");
    EXPECT_EQ(notes.said, "M|g|r: saw Ann Rowan\nM|g|r: saw Annie\n");
}

TEST(MapSet, StopsAtItsLimits) {
    Bench bench;
    const auto endless =
        bench.compile({simpleMap("Patient", "Patient", "src -> tgt as t then g(src, t);")});
    ASSERT_TRUE(endless.has_value()) << tests::printed(endless.error().issues);
    EXPECT_THAT(bench.transform(*endless, {kPatient}), HasSubstr("nest deeper than 128"));
    const auto many = bench.compile({simpleMap("Patient", "Patient",
                                               "src.name as a, src.name as b, src.name as c, "
                                               "src.name as d -> tgt.name as n, n.text = 'x';")});
    ASSERT_TRUE(many.has_value());
    map::Run run = bench.run();
    run.limits.elements = 20;
    const std::array inputs{bench.read(kPatient)};
    const auto elements = many->transform("http://x/m", inputs, run);
    ASSERT_FALSE(elements.has_value());
    EXPECT_EQ(elements.error().issues.at(0).type, IssueType::TooCostly);
    EXPECT_EQ(elements.error().kind, Kind::Unprocessable);
    run.limits = {};
    run.limits.rules = 0;
    EXPECT_FALSE(many->transform("http://x/m", inputs, run).has_value());
}

TEST(MapSet, RefusesWrongInputs) {
    Bench bench;
    const auto set = bench.compile({simpleMap("Patient", "Patient", "src.id -> tgt.id;")});
    ASSERT_TRUE(set.has_value());
    EXPECT_THAT(bench.transform(*set, {kPatient}, "http://y"),
                HasSubstr("no map has the URL http://y"));
    EXPECT_THAT(bench.transform(*set, {}), HasSubstr("takes 1 inputs, not 0"));
    EXPECT_THAT(bench.transform(*set, {R"({"resourceType":"Basic","code":{"text":"x"}})"}),
                HasSubstr("input 1 of the map M must be a Patient, not a Basic"));
}

TEST(MapSet, CopiesAnElementOfTheTargetIntoItself) {
    Bench bench;
    EXPECT_EQ(
        bench.result(simpleMap("Patient", "Patient",
                               "src -> tgt.id = 'x', tgt.contained = tgt; src -> tgt.maritalStatus "
                               "as m, m.text = 'y', "
                               "m.extension as e, e.url = 'u', e.value = m;"),
                     kPatient),
        R"({"resourceType":"Patient","id":"x","contained":[{"resourceType":"Patient","id":"x"}],"maritalStatus":{"text":"y","extension":[{"url":"u","valueCodeableConcept":{"text":"y","extension":[{"url":"u"}]}}]}})");
}

}  // namespace
}  // namespace waymark::map
