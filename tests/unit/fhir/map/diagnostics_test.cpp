// What the compiler says of faulty maps: the code, the place, the rule path and the remedy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "map_bench.h"

namespace waymark::map {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::Bench;
using tests::simpleMap;

struct FaultCase {
    std::string_view name, rules, says;
};
void PrintTo(const FaultCase& each, std::ostream* out) {
    *out << each.name;
}

std::string faultName(const testing::TestParamInfo<FaultCase>& each) {
    return std::string(each.param.name);
}

class MapFaults : public testing::TestWithParam<FaultCase> {};

/// The rules stand in line 5 of the map.
TEST_P(MapFaults, AreNamed) {
    Bench bench;
    const std::string got = bench.says({simpleMap("Patient", "Patient", GetParam().rules)});
    const std::string says(GetParam().says);
    EXPECT_EQ(got, says.empty() ? says : says + "\n") << GetParam().rules;
}

INSTANTIATE_TEST_SUITE_P(
    Names, MapFaults,
    testing::Values(
        FaultCase{
            "sourceElement", "src.nmae as n -> tgt.name = n;",
            "m1.map:5:5 FML-E0302 no element `nmae` on Patient (did you mean `name`?) [M|g|nmae]"},
        FaultCase{
            "targetElement", "src.name as n -> tgt.naem = n;",
            "m1.map:5:22 FML-E0303 no element `naem` on Patient (did you mean `name`?) [M|g|name]"},
        FaultCase{"nestedElement",
                  "src.name as n -> tgt.name as o then { n.famly first as f -> o.family = f; } "
                  "\"names\";",
                  "m1.map:5:41 FML-E0302 no element `famly` on HumanName (did you mean `family`?) "
                  "[M|g|names|famly]"},
        FaultCase{"variable", "src.name as n -> tgt.name = m;",
                  "m1.map:5:29 FML-E0301 no variable `m` (did you mean `n`?) [M|g|name]"},
        FaultCase{"context", "srk.name as n -> tgt.name = n;",
                  "m1.map:5:1 FML-E0301 no variable `srk` (did you mean `src`?) [M|g|name]"},
        FaultCase{"group", "src.name as n -> tgt.name as o then G(n, o);",
                  "m1.map:5:37 FML-E0207 no group `G` (did you mean `g`?) [M|g|name]"},
        FaultCase{"transform", "src.id as i -> tgt.id = trunc(i, 3);",
                  "m1.map:5:25 FML-E0310 no transform `trunc`; a FHIRPath expression stands in "
                  "parentheses [M|g|id]"},
        FaultCase{
            "type", "src.deceased : Quantiti as q -> tgt.active = true;",
            "m1.map:5:16 FML-E0202 no type `Quantiti` (did you mean `Quantity`?) [M|g|deceased]"},
        FaultCase{"fhirPath", "src.name as n where (n.famly.exists()) -> tgt.name = n;",
                  "m1.map:5:24 FML-E0330 FHIRPath: there is no element 'famly' in HumanName; did "
                  "you mean 'family'? [M|g|name]"}),
    faultName);

INSTANTIATE_TEST_SUITE_P(
    Types, MapFaults,
    testing::Values(
        FaultCase{
            "complexIntoPrimitive", "src.name as n -> tgt.gender = n;",
            "m1.map:5:31 FML-E0305 HumanName does not fit into `gender`, which is code [M|g|name]"},
        FaultCase{
            "primitiveIntoComplex", "src.gender as g -> tgt.name = g;",
            "m1.map:5:31 FML-E0305 code does not fit into `name`, which is HumanName [M|g|gender]"},
        FaultCase{"booleanIntoDate", "src.active as a -> tgt.birthDate = a;",
                  "m1.map:5:36 FML-E0305 boolean does not fit into `birthDate`, which is date "
                  "[M|g|active]"},
        FaultCase{"noAlternative", "src.name as n -> tgt.deceased = n;",
                  "m1.map:5:33 FML-E0305 HumanName does not fit into `deceased`, which is boolean "
                  "or dateTime [M|g|name]"},
        FaultCase{"literal", "src -> tgt.birthDate = '03/02/1980';",
                  "m1.map:5:24 FML-E0305 `03/02/1980` is no date: a date that exists, as YYYY, "
                  "YYYY-MM or YYYY-MM-DD [M|g|birthDate]"},
        FaultCase{"requiredCode", "src -> tgt.gender = 'femail';",
                  "m1.map:5:21 FML-E0322 `femail` is none of the codes of `gender` (did you mean "
                  "`female`?) [M|g|gender]"},
        FaultCase{"simple", "src.name -> tgt.gender;",
                  "m1.map:5:13 FML-E0316 HumanName cannot become code by itself; write the rules "
                  "or a <<types>> group [M|g|name]"},
        FaultCase{"choiceNeedsType", "src -> tgt.deceased as d;",
                  "m1.map:5:12 FML-E0307 `deceased` can be boolean or dateTime; say which: `= "
                  "create('Type')` [M|g|deceased]"},
        FaultCase{"createOther",
                  "src -> tgt.maritalStatus = create('Coding') as c, c.code = 'x', c.system = "
                  "'http://x';",
                  "m1.map:5:28 FML-E0305 Coding does not fit into `maritalStatus`, which is "
                  "CodeableConcept [M|g|maritalStatus]"},
        FaultCase{"createImpossible", "src -> tgt.name = create('Address') as a, a.text = 'x';",
                  "m1.map:5:19 FML-E0305 Address does not fit into `name`, which is HumanName "
                  "[M|g|name]"},
        FaultCase{"filterImpossible", "src.deceased : Period as p -> tgt.active = true;",
                  "m1.map:5:16 FML-E0317 this is never a Period; it is boolean or dateTime "
                  "[M|g|deceased]"},
        FaultCase{"sourceWritten", "src.name as n -> src.gender = 'male';",
                  "m1.map:5:18 FML-E0304 `src` is a source; only targets are written [M|g|name]"},
        FaultCase{
            "sourceAsTarget", "src.name as n then g(src, n);",
            "m1.map:5:27 FML-E0304 `tgt` of `g` must be a target, and this is a source [M|g|name]"},
        FaultCase{
            "groupInput", "src.name as n -> tgt.contact as c then g(n, c);",
            "m1.map:5:42 FML-E0315 `g` wants Patient as `src`, not HumanName [M|g|name]\n"
            "m1.map:5:45 FML-E0315 `g` wants Patient as `tgt`, not Patient.contact [M|g|name]"}),
    faultName);

INSTANTIATE_TEST_SUITE_P(
    Rules, MapFaults,
    testing::Values(
        FaultCase{"arity", "src.id as i -> tgt.id = truncate(i);",
                  "m1.map:5:25 FML-E0311 `truncate` cannot take 1 parameter; expected "
                  "truncate(source, length) [M|g|id]"},
        FaultCase{"argumentCount", "src then g(src);",
                  "m1.map:5:10 FML-E0314 `g` takes 2 inputs, not 1 [M|g|rule1]"},
        FaultCase{"conceptMap",
                  "src.gender as c -> tgt.gender = translate(c, 'http://x/none', 'code');",
                  "m1.map:5:46 FML-E0313 no ConceptMap http://x/none [M|g|gender]"},
        FaultCase{
            "translatePart", "src.gender as c -> tgt.gender = translate(c, c, 'code');",
            "m1.map:5:46 FML-E0312 translate wants the ConceptMap's URL in quotes [M|g|gender]"},
        FaultCase{"writtenTwice",
                  "src -> tgt.gender = 'male';\nsrc -> tgt.gender = 'female' \"again\";",
                  "m1.map:6:8 FML-E0306 `gender` holds one value and is already set in line 5; "
                  "what stands there would be lost [M|g|again]"},
        FaultCase{"oneOfTwoWrites",
                  "src where (active) -> tgt.gender = 'male';\nsrc where (active.not()) -> "
                  "tgt.gender = 'female' \"again\";",
                  ""},
        FaultCase{"lastOneWins", "src.name.given as g -> tgt.id = g;",
                  "m1.map:5:24 FML-W0406 the source may repeat and `id` holds one value: the last "
                  "one stays; say `first`, `last` or `only_one` behind the source [M|g|given]"},
        FaultCase{"bareCondition", "src.name as n where n.use = 'usual' -> tgt.name = n;",
                  "m1.map:5:21 FML-W0403 put the condition in parentheses, as the grammar wants it "
                  "[M|g|name]"},
        FaultCase{"doubleQuotes", "src.name as n where (n.use = \"usual\") -> tgt.name = n;",
                  "m1.map:5:22 FML-W0404 texts in FHIRPath stand in single quotes [M|g|name]"},
        FaultCase{"neverTrue", "src.name as n where (false) -> tgt.name = n;",
                  "m1.map:5:22 FML-W0402 this is never true, so the rule never runs [M|g|name]"},
        FaultCase{
            "neverAny", "src.name 0..0 as n -> tgt.name = n;",
            "m1.map:5:1 FML-W0402 0..0 lets no element through, so the rule never runs [M|g|name]"},
        FaultCase{"narrowed", "src.deceased : dateTime as d -> tgt.birthDate = d;",
                  "m1.map:5:49 FML-W0407 `birthDate` is a date: the time of day is cut off "
                  "[M|g|deceased]"},
        FaultCase{"requiredMissing", "src.id as i -> tgt.link as l, l.type = 'seealso';",
                  "m1.map:5:11 FML-W0401 the variable `i` is never used [M|g|id]\n"
                  "m1.map:5:16 FML-W0405 a Patient.link must have `other`, and no rule writes it "
                  "[M|g|id]"}),
    faultName);

TEST(MapFault, NamesFaultsOutsideOfRules) {
    struct Case {
        std::vector<std::string> maps;
        std::string_view says;
    };
    const std::string good = simpleMap("Patient", "Patient", "src.id -> tgt.id;");
    const Case cases[] = {
        {{"map \"http://x/m\" = \"M\"\nuses \"http://hl7.org/fhir/StructureDefinition/Patent\" as "
          "source\n"
          "group g(source s, target t) {}"},
         "m1.map:2:6 FML-E0201 the structure http://hl7.org/fhir/StructureDefinition/Patent is not "
         "known (did you mean `Patient`?)"},
        {{"map \"http://x/m\" = \"M\"\nimports \"http://x/other\"\ngroup g(source s, target t) {}"},
         "m1.map:2:9 FML-E0204 no map here has the URL http://x/other"},
        {{good, good}, "m2.map:1:5 FML-E0205 m1.map already has the URL http://x/m"},
        {{"map \"http://x/m\" = \"M\"\ngroup g(source s, target t) {}\ngroup g(source s, target t) "
          "{}"},
         "m1.map:3:7 FML-E0206 a second group `g`; the first is in line 2"},
        {{"map \"http://x/m\" = \"M\"\ngroup a(source s, target t) extends b {}\ngroup b(source s, "
          "target t) extends a {}"},
         "m1.map:2:37 FML-E0208 `a` extends itself by way of `b`"},
        {{"map \"http://x/m\" = \"M\"\ngroup a(source s, target t) extends b {}\ngroup b(source s, "
          "target t, source u) {}"},
         "m1.map:2:37 FML-E0209 `b` has an input `u` that `a` lacks"},
        {{"map \"http://x/m\" = \"M\"\ngroup a(source s, target t) <<types>> {}"},
         "m1.map:2:7 FML-E0210 the default group `a` needs one source and one target, both with a "
         "type"},
        {{"map \"http://x/m\" = \"M\"\ngroup a(source s : code, target t : code) <<types>> {}\n"
          "group b(source s : code, target t : code) <<types>> {}"},
         "m1.map:3:7 FML-E0211 `a` is already the default group from code to code"},
        {{"map \"http://x/m\" = \"M\"\nlet a = 1;\nlet a = 2;\ngroup g(source s, target t) {}"},
         "m1.map:3:5 FML-E0212 a second constant `a`"},
        {{"map \"http://x/m\" = \"M\"\nlet a = b;\nlet b = 2;\ngroup g(source s, target t) {}"},
         "FML-E0330"},
        {{"map \"http://x/m\" = \"M\"\ngroup g(target t) {}"},
         "m1.map:2:7 FML-E0215 the first group `g` has no source"},
        {{"map \"http://x/m\" = \"M\"\nconceptmap \"c\" { prefix s = \"x\" z:a == s:b }\ngroup "
          "g(source s, target t) {}"},
         "m1.map:2:33 FML-E0110 no prefix `z`"},
        {{"map \"http://x/m\" = \"M\"\nuses \"http://hl7.org/fhir/StructureDefinition/Patient\" "
          "alias A as source\n"
          "uses \"http://hl7.org/fhir/StructureDefinition/Basic\" alias A as target\ngroup "
          "g(source s, target t) {}"},
         "m1.map:3:6 FML-E0203 two structures are called `A` here; give one an alias"},
    };
    for (const Case& each : cases) {
        Bench bench;
        EXPECT_THAT(bench.says(each.maps), HasSubstr(std::string(each.says)));
    }
}

TEST(MapFault, ShowsTheFaultsOfAllMapsTogether) {
    Bench bench;
    const std::string says =
        bench.says({simpleMap("Patient", "Patient", "src.a -> tgt.b;\nsrc.id as i -> tgt.x = i;"),
                    "map \"http://x/n\" = \"N\"\ngroup main(source s, target t) { s -> ; s.a as v "
                    "then none(v, t); }"});
    for (const std::string_view code : {"m1.map:5:5 FML-E0302", "m1.map:6:20 FML-E0303",
                                        "m2.map:2:39 FML-E0103", "m2.map:2:55 FML-E0207"})
        EXPECT_THAT(says, HasSubstr(std::string(code)));
}

TEST(MapFault, ChecksUntypedGroupsWithTheTypesOfTheirCalls) {
    Bench bench;
    const std::string says = bench.says({R"(map "http://x/m" = "M"
uses "http://hl7.org/fhir/StructureDefinition/Patient" as source
uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
group g(source src : Patient, target tgt : Patient) {
  src.name as n -> tgt.name as o then names(n, o);
  src.address as n -> tgt.address as o then names(n, o);
}
group names(source s, target t) { s.family as f -> t.family = f; })"});
    EXPECT_THAT(says, HasSubstr("m1.map:8:37 FML-E0302 no element `family` on Address"));
    EXPECT_THAT(says, Not(HasSubstr("HumanName")));
}

TEST(MapFault, MissesCodesThatARequiredValueSetWants) {
    Bench bench;
    ASSERT_TRUE(
        bench.terminology().add(bench.read(R"({"resourceType":"ConceptMap","url":"http://x/c",
        "status":"active","group":[{"source":"s","target":"t","element":[
        {"code":"f","target":[{"code":"female","equivalence":"equal"}]},
        {"code":"m","target":[{"code":"femal","equivalence":"equal"}]}]}]})"),
                                bench.model(), "x"));
    EXPECT_EQ(
        bench.says({simpleMap("Patient", "Patient",
                              "src.id as c -> tgt.gender = translate(c, 'http://x/c', 'code');")}),
        "m1.map:5:42 FML-E0320 the ConceptMap gives `femal`, which is none of the codes of "
        "`gender` "
        "(did you mean `female`?) [M|g|id]\n");
}

TEST(MapFault, NamesWhatAProvidersModelRequiresAndNoRuleWrites) {
    const auto text = [](std::string_view path) {
        model::ElementSpec element;
        element.path = path;
        element.min = 1;
        element.types = {"string"};
        return element;
    };
    const model::TypeSpec card{.name = "Card",
                               .url = "http://x/Card",
                               .base = "Element",
                               .elements = {text("Card.title"), text("Card.code")}};
    const auto model = model::Model::extend(std::vector{card});
    ASSERT_TRUE(model);
    Bench bench(**model);
    const std::string head = R"(map "http://x/m" = "M"
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
uses "http://x/Card" alias Card as target
group g(source src : Patient, target tgt : Card) { src.id as i -> tgt.code = i; )";
    EXPECT_EQ(bench.says({head + "}"}),
              "m1.map:4:7 FML-W0405 a Card must have `title`, and no rule writes it [M|g]\n");
    EXPECT_EQ(bench.says({head + "src then other(src, tgt) \"other\"; }\n"
                                 "group other(source s, target t) { s.id as i -> t.title = i; }"}),
              "");
}

TEST(MapFault, LenientlyWaitsForTheRun) {
    Bench bench;
    CompileOptions options;
    options.lenient = true;
    const auto set = bench.compile({R"(map "http://x/m" = "M"
        uses "http://hl7.org/fhir/5.0/StructureDefinition/Patient" alias P5 as source
        uses "http://hl7.org/fhir/StructureDefinition/Patient" as target
        imports "http://x/missing"
        group g(source src : P5, target tgt : Patient) {
          src.gender -> tgt.gender;
          src.newThing as n -> tgt.newThing = n "new";
          src.other as o then Unknown(o, tgt) "call";
        })"},
                                   options);
    ASSERT_TRUE(set.has_value()) << tests::printed(set.error().issues);
    EXPECT_EQ(set->warnings().size(), 4U) << tests::printed(set->warnings());
    EXPECT_EQ(bench.transform(*set, {R"({"resourceType":"Patient","gender":"male"})"}),
              R"({"resourceType":"Patient","gender":"male"})");
    const auto open = [&](std::string_view json) {
        return bench.transformed(*set, {bench.read(json, model::kOpen)});
    };
    EXPECT_THAT(open(R"({"resourceType":"Patient","newThing":"x"})"),
                HasSubstr("FML-R0505 no element `newThing`"));
    EXPECT_THAT(open(R"({"resourceType":"Patient","other":"x"})"), HasSubstr("FML-R0515"));
}

}  // namespace
}  // namespace waymark::map
