// FHIRPath 6.1 to 6.5: equality, comparison, types, membership, Boolean logic, precedence.
#include "fixture.h"

namespace waymark::path::tests {
namespace {

TEST(Equality, IsThreeValued) {
    for (const auto& [expression, result] : {
             Case{"1 = 1.0", "boolean true"},
             Case{"1 = '1'", "boolean false"},
             Case{"1 = {}", "{}"},
             Case{"{} = {}", "{}"},
             Case{"'a' = 'A'", "boolean false"},
             Case{"(1 | 2) = (1 | 2)", "boolean true"},
             Case{"(1 | 2) = (2 | 1)", "boolean false"},
             Case{"(1 | 2) = 1", "boolean false"},
             Case{"@2012 = @2012-01", "{}"},
             Case{"@2012 = @2013", "boolean false"},
             Case{"@2012 != @2013", "boolean true"},
             Case{"@2012-01-01 = @T10:00", "boolean false"},
             Case{"4.0000 'g' = 4000.0 'mg'", "boolean true"},
             Case{"1 year = 1 'a'", "{}"},
             Case{"1 'cm' = 1 's'", "{}"},
             Case{"1 = 1 '1'", "boolean true"},
             Case{"name = name", "boolean true"},
             Case{"name[0] = name[1]", "boolean false"},
             Case{"gender = 'female'", "boolean true"},
             Case{"birthDate = @1974-12-25", "boolean true"},
             Case{"birthDate = @1974", "{}"},
             Case{"active = true", "boolean true"},
             Case{"telecom[0].rank = 1", "boolean true"},
             Case{"name.given != {}", "{}"},
             Case{"(1.type()) = (2.type())", "boolean true"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Equivalence, IsTwoValued) {
    for (const auto& [expression, result] : {
             Case{"{} ~ {}", "boolean true"},
             Case{"1 ~ {}", "boolean false"},
             Case{"'A  b' ~ 'a b'", "boolean true"},
             Case{"'ÉA' ~ 'éa'", "boolean true"},
             Case{"'a' ~ 'b'", "boolean false"},
             Case{"1.2 / 1.8 ~ 0.67", "boolean true"},
             Case{"@2012 ~ @2012-01", "boolean false"},
             Case{"@2012-01-01 !~ @2012-01-01T10:00", "boolean true"},
             Case{"(1 | 2) ~ (2 | 1)", "boolean true"},
             Case{"(1 | 2) ~ 1", "boolean false"},
             Case{"1 year ~ 1 'a'", "boolean true"},
             Case{"4 'g' ~ 4040 'mg'", "boolean true"},
             Case{"name ~ name", "boolean true"},
             Case{"name[0] ~ name[1]", "boolean false"},
             Case{"name.given ~ ('will' | 'WILMA' | 'jane')", "boolean true"},
             Case{"@T10:30:00 ~ @T10:30:00.0", "boolean true"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Comparison, OrdersWhatHasAnOrder) {
    for (const auto& [expression, result] : {
             Case{"1 < 1.5", "boolean true"},
             Case{"'abc' > 'ABC'", "boolean true"},
             Case{"'Z' < 'a'", "boolean true"},
             Case{"4 'm' > 4 'cm'", "boolean true"},
             Case{"1 year > 1 'a'", "{}"},
             Case{"10 seconds > 1 's'", "boolean true"},
             Case{"@2018-03 >= @2018-03-01", "{}"},
             Case{"@2018-03-01 > @2018-01-01", "boolean true"},
             Case{"@2018-03-01T10:30:00 <= @2018-03-01T10:30:00.0", "boolean true"},
             Case{"@T10:30 <= @T10:29", "boolean false"},
             Case{"birthDate < today()", "boolean true"},
             Case{"1 < {}", "{}"},
             Case{"multipleBirth > 1", "boolean true"},
         }) {
        Environment environment;
        environment.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
        EXPECT_EQ(evaluated(expression, patient().root(), environment), result) << expression;
    }
    for (const auto* expression : {"1 < 'a'", "true < false", "name < 1", "@2012 < @T10:00",
                                   "birthDate < 'x'", "active > true"}) {
        EXPECT_TRUE(ofPatient(expression).starts_with("compile: ")) << expression;
    }
    EXPECT_TRUE(ofPatient("name.given > 'a'").starts_with("fault: "));
}

TEST(Types, AreTestedAndNarrowed) {
    for (const auto& [expression, result] : {
             Case{"1 is Integer", "boolean true"},
             Case{"1 is System.Integer", "boolean true"},
             Case{"'a' is Integer", "boolean false"},
             Case{"active is boolean", "boolean true"},
             Case{"active is System.Boolean", "boolean false"},
             Case{"gender is code", "boolean true"},
             Case{"gender is string", "boolean true"},
             Case{"gender.as(string)", "{}"},
             Case{"gender.as(code)", "code female"},
             Case{"gender.ofType(id)", "{}"},
             Case{"$this is Patient", "boolean true"},
             Case{"is(FHIR.DomainResource)", "boolean true"},
             Case{"is(System.Patient)", "boolean false"},
             Case{"{} is Integer", "{}"},
             Case{"(multipleBirth as integer) + 1", "integer 3"},
             Case{"1 'mg' is Quantity", "boolean true"},
             Case{"1 'mg' is System.Quantity", "boolean true"},
             Case{"contained[0] is Organization", "boolean true"},
             Case{"contained[0] as Organization is Resource", "boolean true"},
             Case{"1.type().name", "string Integer"},
             Case{"gender.type().namespace", "string FHIR"},
             Case{"name.type().name", "string HumanName, string HumanName"},
             Case{"1.0.is(Decimal) and 'a'.is(String)", "boolean true"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_TRUE(ofPatient("name is HumanName").starts_with("fault: "));
    EXPECT_TRUE(ofPatient("gender is Coode").starts_with("compile: there is no type 'Coode'"));
    EXPECT_TRUE(ofPatient("name.ofType(Address)").starts_with("compile: a HumanName is never"));
}

TEST(Membership, AsksByEquality) {
    for (const auto& [expression, result] : {
             Case{"2 in (1 | 2)", "boolean true"},
             Case{"3 in (1 | 2)", "boolean false"},
             Case{"{} in (1 | 2)", "{}"},
             Case{"1 in {}", "boolean false"},
             Case{"(1 | 2) contains 2.0", "boolean true"},
             Case{"{} contains 1", "boolean false"},
             Case{"(1 | 2) contains {}", "{}"},
             Case{"gender in ('female' | 'male')", "boolean true"},
             Case{"name.given contains 'Will'", "boolean true"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_TRUE(ofPatient("name.given in 'a'").starts_with("fault: "));
    EXPECT_TRUE(ofPatient("(1 | 2) in (1 | 2)").starts_with("compile: "));
}

TEST(Logic, IsThreeValued) {
    const char* values[] = {"true", "false", "{}"};
    struct Table {
        const char* op;
        const char* rows[3][3];
    };
    const Table tables[] = {
        {"and", {{"true", "false", "{}"}, {"false", "false", "false"}, {"{}", "false", "{}"}}},
        {"or", {{"true", "true", "true"}, {"true", "false", "{}"}, {"true", "{}", "{}"}}},
        {"xor", {{"false", "true", "{}"}, {"true", "false", "{}"}, {"{}", "{}", "{}"}}},
        {"implies", {{"true", "false", "{}"}, {"true", "true", "true"}, {"true", "{}", "{}"}}},
    };
    for (const Table& table : tables) {
        for (int left = 0; left < 3; ++left) {
            for (int right = 0; right < 3; ++right) {
                const std::string expression =
                    std::string(values[left]) + " " + table.op + " " + values[right];
                const std::string wanted = table.rows[left][right];
                EXPECT_EQ(evaluated(expression), wanted == "{}" ? wanted : "boolean " + wanted)
                    << expression;
            }
        }
    }
    EXPECT_EQ(evaluated("{}.not()"), "{}");
    EXPECT_EQ(evaluated("true.not()"), "boolean false");
    EXPECT_EQ(evaluated("(0).not()"), "boolean false");
    EXPECT_EQ(ofPatient("gender and active"), "boolean true");
    EXPECT_TRUE(ofPatient("name and active").starts_with("fault: "));
}

TEST(Precedence, IsTheSpecifications) {
    for (const auto& [expression, result] : {
             Case{"1 | 2 | 3 = 3", "boolean false"},
             Case{"1 + 2 | 3", "integer 3"},
             Case{"1 = 1 and 2 = 2 or false", "boolean true"},
             Case{"true or false implies false", "boolean false"},
             Case{"1 in 1 | 2", "boolean true"},
             Case{"2 > 1 = true", "boolean true"},
             Case{"-2 * 3", "integer -6"},
             Case{"1 - 1 - 1", "integer -1"},
             Case{"-1.abs()", "integer -1"},
             Case{"(-1).abs()", "integer 1"},
         }) {
        EXPECT_EQ(evaluated(expression), result) << expression;
    }
    EXPECT_TRUE(evaluated("-1.convertsToInteger()").starts_with("compile: "));
    EXPECT_TRUE(evaluated("-7.combine(3)").starts_with("compile: "));
    EXPECT_TRUE(evaluated("1 > 2 is Boolean").starts_with("compile: "));
}

}  // namespace
}  // namespace waymark::path::tests
