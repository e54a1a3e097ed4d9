// FHIRPath 5.9, 5.10, 9 and FHIR R4's own functions and variables.
#include "fixture.h"

#include <map>
#include <vector>

#include "fhir/path/narrative.h"

namespace waymark::path::tests {
namespace {

constexpr std::string_view kBundle = R"({
  "resourceType": "Bundle", "type": "message",
  "entry": [
    {"fullUrl": "urn:uuid:10000000-0000-4000-8000-000000000001",
     "resource": {"resourceType": "ServiceRequest", "id": "sr", "status": "active", "intent": "order",
       "subject": {"reference": "urn:uuid:10000000-0000-4000-8000-000000000002"},
       "requester": {"reference": "Practitioner/7"},
       "performer": [{"reference": "https://a.example/fhir/Organization/5/_history/2"},
                     {"reference": "Organization/6"}, {"reference": "Organization/none"}]}},
    {"fullUrl": "urn:uuid:10000000-0000-4000-8000-000000000002",
     "resource": {"resourceType": "Patient", "id": "p", "gender": "female",
                  "generalPractitioner": [{"reference": "#gp"}],
                  "contained": [{"resourceType": "Practitioner", "id": "gp", "gender": "male"}]}},
    {"fullUrl": "https://a.example/fhir/Organization/5",
     "resource": {"resourceType": "Organization", "id": "5", "name": "Five",
                  "partOf": {"reference": "Organization/6"}}},
    {"fullUrl": "https://a.example/fhir/Organization/6",
     "resource": {"resourceType": "Organization", "id": "6", "name": "Six of a"}},
    {"fullUrl": "https://b.example/fhir/Practitioner/7",
     "resource": {"resourceType": "Practitioner", "id": "7", "gender": "other"}}
  ]})";

/// A small world outside of the message.
class World final : public Services {
public:
    [[nodiscard]] tree::Element resolve(std::string_view reference) const override {
        return reference == "Organization/none" ? outside_.root() : tree::Element();
    }
    [[nodiscard]] std::optional<bool> memberOf(std::string_view valueSet, std::string_view,
                                               std::string_view code) const override {
        if (valueSet != "http://example.org/vs") return std::nullopt;
        return code == "female";
    }
    [[nodiscard]] std::optional<bool> conformsTo(tree::Element,
                                                 std::string_view profile) const override {
        if (profile == "http://example.org/profile") return true;
        return std::nullopt;
    }
    [[nodiscard]] std::optional<bool> subsumes(std::string_view, std::string_view code,
                                               std::string_view) const override {
        if (code == "unknown") return std::nullopt;
        return code == "broad";
    }
    void trace(std::string_view name, const Collection& items) const override {
        traced_.push_back(std::string(name) + ":" + std::to_string(items.size()));
    }
    mutable std::vector<std::string> traced_;

private:
    Resource outside_{R"({"resourceType": "Organization", "id": "none", "name": "Far away"})"};
};

TEST(FhirFunctions, LookIntoTheTree) {
    for (const auto& [expression, result] : {
             Case{"extension('http://example.org/score').value", "decimal 1.50"},
             Case{"extension('http://example.org/' & 'note').value", "string hello"},
             Case{"extension('http://example.org/none')", "{}"},
             Case{"birthDate.extension(%`ext-patient-birthTime`).exists()", "boolean true"},
             Case{"extension('http://example.org/score').exists()", "boolean true"},
             Case{"active.hasValue()", "boolean true"},
             Case{"name.hasValue()", "boolean false"},
             Case{"{}.hasValue()", "boolean false"},
             Case{"birthDate.getValue()", "date 1974-12-25"},
             Case{"name[0].getValue()", "{}"},
             Case{"birthDate.value", "date 1974-12-25"},
             Case{"identifier.value.first()", "string 9990000018"},
             Case{"children().count() > 10", "boolean true"},
             Case{"name[0].children().count()", "integer 4"},
             Case{"name.descendants().count()", "integer 6"},
             Case{"descendants().ofType(Organization).name", "string Riverside"},
             Case{"1.descendants()", "{}"},
             Case{"text.div.htmlChecks()", "boolean true"},
             Case{"managingOrganization.resolve().name", "string Riverside"},
             Case{"checkModifiers().gender", "code female"},
             Case{"(5.0 'mg').value + 1", "decimal 6.0"},
             Case{"(5 'mg').unit", "string mg"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Resolve, FindsWhatTheMessageHolds) {
    const Resource bundle(kBundle);
    const World world;
    Environment environment;
    environment.services = &world;
    for (const auto& [expression, result] : {
             Case{"entry.resource.ofType(ServiceRequest).subject.resolve().gender", "code female"},
             Case{"entry.resource.ofType(ServiceRequest).requester.resolve().gender", "code other"},
             Case{"entry.resource.ofType(ServiceRequest).performer.resolve().name",
                  "string Five, string Six of a, string Far away"},
             Case{"entry.resource.generalPractitioner.resolve().gender", "code male"},
             Case{"entry.resource.partOf.resolve().name", "string Six of a"},
             Case{"entry.resource.ofType(ServiceRequest).subject.all(resolve() is Patient)",
                  "boolean true"},
             Case{"'Organization/6'.resolve().name", "string Six of a"},
             Case{"'#x'.resolve()", "{}"},
             Case{"(1 | 'x').resolve()", "{}"},
         }) {
        EXPECT_EQ(evaluated(expression, bundle.root(), environment), result) << expression;
    }
    EXPECT_EQ(evaluated("entry.resource.performer.resolve().count()", bundle.root()), "integer 2");
}

TEST(Services, AreAsked) {
    const World world;
    Environment environment;
    environment.services = &world;
    for (const auto& [expression, result] : {
             Case{"gender.memberOf('http://example.org/vs')", "boolean true"},
             Case{"'x'.memberOf('http://example.org/vs')", "boolean false"},
             Case{"gender.memberOf('http://example.org/unknown')", "{}"},
             Case{"gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')",
                  "boolean true"},
             Case{"'x'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')",
                  "boolean false"},
             Case{"name.memberOf('http://example.org/vs')", "{}"},
             Case{"conformsTo('http://example.org/profile')", "boolean true"},
             Case{"conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "boolean true"},
             Case{"conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", "boolean false"},
             Case{"'broad'.subsumes('narrow')", "boolean true"},
             Case{"'narrow'.subsumedBy('broad')", "boolean true"},
             Case{"'same'.subsumes('same')", "boolean true"},
             Case{"'unknown'.subsumes('x')", "{}"},
             Case{"'a'.subsumes('b')", "boolean false"},
             Case{"name.trace('names', given).count()", "integer 2"},
             Case{"name.trace('plain').count()", "integer 2"},
         }) {
        EXPECT_EQ(evaluated(expression, patient().root(), environment), result) << expression;
    }
    EXPECT_EQ(world.traced_, (std::vector<std::string>{"names:3", "plain:2"}));
    EXPECT_TRUE(ofPatient("conformsTo('http://trash')").starts_with("fault: "));
}

TEST(Variables, AreTheEnvironments) {
    for (const auto& [expression, result] : {
             Case{"%ucum", "string http://unitsofmeasure.org"},
             Case{"%sct", "string http://snomed.info/sct"},
             Case{"%loinc", "string http://loinc.org"},
             Case{"%'ucum'", "string http://unitsofmeasure.org"},
             Case{"%`vs-administrative-gender`",
                  "string http://hl7.org/fhir/ValueSet/administrative-gender"},
             Case{"%context.gender", "code female"},
             Case{"%resource.gender", "code female"},
             Case{"name.given.where(%resource.gender = 'female').count()", "integer 3"},
             Case{"contained.select(%rootResource.id)", "id p1"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_EQ(ofPatient("%nowhere"), "compile: there is no variable %nowhere");
    EXPECT_EQ(ofPatient("%ressource"),
              "compile: there is no variable %ressource; did you mean 'resource'?");
}

TEST(Variables, OfTheHostAreTyped) {
    Scope scope;
    scope.variables = {{"who", model::Model::r4().typeNamed("HumanName"), false}, {"any", 0, true}};
    const tree::Element name = patient().root().child(model::Model::r4().nameId("name"));
    const Value who = Value::of(name);
    const Value items[] = {Value::integer(1), Value::string("b")};
    const Collection variables[] = {Collection::view(who), Collection(items, 2)};
    Environment environment;
    environment.variables = variables;
    EXPECT_EQ(evaluated("%who.family", patient().root(), environment, scope), "string Archer");
    EXPECT_EQ(evaluated("%any", patient().root(), environment, scope), "integer 1, string b");
    EXPECT_TRUE(
        evaluated("%who.nothing", patient().root(), environment, scope).starts_with("compile: "));
    EXPECT_TRUE(
        evaluated("who.family", patient().root(), environment, scope).starts_with("compile: "));
    scope.bareVariables = true;
    EXPECT_EQ(evaluated("who.family", patient().root(), environment, scope), "string Archer");
    EXPECT_EQ(evaluated("extension.valueDecimal", patient().root(), environment, scope),
              "decimal 1.50");
    EXPECT_EQ(evaluated("\"double\"", patient().root(), environment, scope), "string double");
}

TEST(Variables, AreDefinedInExpressions) {
    for (const auto& [expression, result] : {
             Case{"defineVariable('v', 5).select(%v + 1)", "integer 6"},
             Case{"name.defineVariable('all').first().select(%all.count())", "integer 2"},
             Case{"name.select(defineVariable('n').given.select(%n.use & ':' & $this))",
                  "string official:Wilma, string official:Jane, string nickname:Will"},
             Case{"defineVariable('v', 'a').select(%v & %v.length().toString())", "string a1"},
             Case{"'abc'.defineVariable('v').substring(%v.length() - 1)", "string c"},
             Case{"(1 | 2 | 3).defineVariable('i', 1)[%i]", "integer 2"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    for (const auto* expression :
         {"defineVariable('v', 1).defineVariable('v', 2)", "defineVariable('ucum', 1)",
          "defineVariable('v', 1) | %v", "name.select(defineVariable('v')).select(%v)",
          "defineVariable(gender)"}) {
        EXPECT_TRUE(ofPatient(expression).starts_with("compile: ")) << expression;
    }
}

TEST(Present, IsFixedAndInItsZone) {
    Environment environment;
    environment.now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 30) +
                      std::chrono::hours(23) + std::chrono::minutes(30);
    EXPECT_EQ(evaluated("now()", {}, environment), "dateTime 2026-07-01T00:30:00.000+01:00");
    EXPECT_EQ(evaluated("today()", {}, environment), "date 2026-07-01");
    EXPECT_EQ(evaluated("timeOfDay()", {}, environment), "time 00:30:00.000");
    EXPECT_EQ(evaluated("now() > today()", {}, environment), "{}");
    environment.zone = "UTC";
    EXPECT_EQ(evaluated("today()", {}, environment), "date 2026-06-30");
    environment.zone = "Middle/Earth";
    EXPECT_TRUE(evaluated("now()", {}, environment).starts_with("fault: there is no time zone"));
}

TEST(Narrative, IsChecked) {
    const auto div = [](std::string_view inside) {
        return "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + std::string(inside) + "</div>";
    };
    EXPECT_EQ(checkNarrative(div("<p>Hello &amp; <b>bye</b><br/></p>")), NarrativeFault::None);
    EXPECT_EQ(checkNarrative(div("<img src=\"x.png\" alt='x'/>")), NarrativeFault::None);
    EXPECT_EQ(checkNarrative(div("<!-- note --> x ")), NarrativeFault::None);
    EXPECT_EQ(checkNarrative(div(" \n ")), NarrativeFault::Empty);
    EXPECT_EQ(checkNarrative(div("<script>x</script>")), NarrativeFault::ForbiddenElement);
    EXPECT_EQ(checkNarrative(div("<p onclick=\"x\">x</p>")), NarrativeFault::ForbiddenAttribute);
    EXPECT_EQ(checkNarrative(div("<p src=\"x\">x</p>")), NarrativeFault::ForbiddenAttribute);
    EXPECT_EQ(checkNarrative("<p>x</p>"), NarrativeFault::NotADiv);
    EXPECT_EQ(checkNarrative("<div>x</div>"), NarrativeFault::NotADiv);
    for (const auto* text : {"", "x", "<div", "<div xmlns=\"http://www.w3.org/1999/xhtml\">x",
                             "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</p>"}) {
        EXPECT_EQ(checkNarrative(text), NarrativeFault::Malformed) << text;
    }
    EXPECT_EQ(checkNarrative(div("<p>x") + "</div>"), NarrativeFault::Malformed);
    EXPECT_EQ(checkNarrative(div("a & b")), NarrativeFault::Malformed);
    EXPECT_EQ(checkNarrative(div("<p a=b>x</p>")), NarrativeFault::Malformed);
    EXPECT_EQ(checkNarrative(div("x") + "y"), NarrativeFault::Malformed);
}

}  // namespace
}  // namespace waymark::path::tests
