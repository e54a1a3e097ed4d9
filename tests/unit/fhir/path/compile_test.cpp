// What is found before anything runs: syntax, paths, types, arguments, with the place; extents
// inside other languages; the plan.
#include "fixture.h"

namespace waymark::path::tests {
namespace {

struct Fault {
    const char* expression;
    std::uint32_t line;
    std::uint32_t column;
    const char* text;
};

void expectFault(const Fault& wanted, const Scope& scope) {
    const auto expression = Expression::compile(wanted.expression, scope);
    ASSERT_FALSE(expression) << wanted.expression;
    EXPECT_EQ(expression.error().kind, Kind::Incorrect);
    const Issue& issue = expression.error().issues.front();
    EXPECT_EQ(issue.text, wanted.text) << wanted.expression;
    EXPECT_EQ(issue.at, (Position{wanted.line, wanted.column})) << wanted.expression;
}

TEST(Compile, NamesTheSyntaxFaultAndItsPlace) {
    for (const Fault& fault : {
             Fault{"", 1, 1, "the expression ends where an expression is expected"},
             Fault{"name.", 1, 6, "the expression ends where a name or a function is expected"},
             Fault{"name given", 1, 6, "'given' stands where an operator or the end is expected"},
             Fault{"(1 + 2", 1, 7, "the expression ends where ')' is expected"},
             Fault{"name[0", 1, 7, "the expression ends where ] is expected"},
             Fault{"{1}", 1, 2, "'1' stands where '}' is expected"},
             Fault{"1 +\n  * 2", 2, 3, "'*' stands where an expression is expected"},
             Fault{"'abc", 1, 1, "the string that begins here has no closing quote"},
             Fault{"2 /* x", 1, 3, "the comment that begins here has no end (*/)"},
             Fault{"#", 1, 1, "this character begins nothing that FHIRPath knows"},
             Fault{"$that", 1, 1, "$this, $index or $total is expected"},
             Fault{"@2015-02-30", 1, 1, "there is no such date or time"},
             Fault{"name.where(", 1, 12, "the expression ends where an expression is expected"},
             Fault{"name.where(use = 'x',)", 1, 22, "')' stands where an expression is expected"},
             Fault{"and", 1, 1, "'and' stands where an expression is expected"},
             Fault{"1 is", 1, 5, "the expression ends where the name of a type is expected"},
             Fault{"\"x\"", 1, 1, "this character begins nothing that FHIRPath knows"},
             Fault{"99999999999", 1, 1,
                   "the number is too large for an Integer (2147483647); write a Decimal (with a "
                   "point) or a Long (with L)"},
         }) {
        expectFault(fault, patientScope());
    }
}

TEST(Compile, NamesWhatDoesNotExist) {
    for (const Fault& fault : {
             Fault{"nmae.given", 1, 1,
                   "there is no element 'nmae' in Patient; did you mean 'name'?"},
             Fault{"name.givn", 1, 6,
                   "there is no element 'givn' in HumanName; did you mean 'given'?"},
             Fault{"name.where(usee = 'x')", 1, 12,
                   "there is no element 'usee' in HumanName; did you mean 'use'?"},
             Fault{"name.exist()", 1, 6, "there is no function exist(); did you mean 'exists'?"},
             Fault{"Encounter.name", 1, 1,
                   "the expression begins with Encounter, but its focus is a Patient"},
             Fault{"multipleBirthInteger", 1, 1,
                   "'multipleBirthInteger' is written multipleBirth.ofType(integer) in FHIRPath"},
             Fault{"contact.name.famly", 1, 14,
                   "there is no element 'famly' in HumanName; did you mean 'family'?"},
             Fault{"children().nonsuch", 1, 12, "no type has an element 'nonsuch'"},
             Fault{"gender.xyz", 1, 8, "there is no element 'xyz' in code"},
             Fault{"name is Humanname", 1, 9,
                   "there is no type 'Humanname'; did you mean 'HumanName'?"},
             Fault{"1.foo", 1, 3, "there is no element 'foo' in System.Integer"},
         }) {
        expectFault(fault, patientScope());
    }
}

TEST(Compile, NamesWhatCannotBe) {
    for (const Fault& fault : {
             Fault{"name.first(1)", 1, 6, "first() takes no argument, not 1"},
             Fault{"name.where()", 1, 6, "where() takes 1 argument, not 0"},
             Fault{"'a'.substring(1, 2, 3)", 1, 5, "substring() takes 1 to 2 arguments, not 3"},
             Fault{"identifier.startsWith('x')", 1, 12,
                   "startsWith() is for a String, and this is Identifier"},
             Fault{"'a'.substring('b')", 1, 15,
                   "substring() takes an Integer here, not System.String"},
             Fault{"name.ofType('HumanName')", 1, 13, "ofType() takes the name of a type"},
             Fault{"(1 | 2).toString()", 1, 9,
                   "toString() takes one item, and here are certainly several"},
             Fault{"(1 | 2) + 1", 1, 9, "+ takes one item, and here are certainly several"},
             Fault{"$total", 1, 1, "$total has a value only inside aggregate()"},
             Fault{
                 "$index", 1, 1,
                 "$index has a value only inside where(), select() and the other functions that go "
                 "over items"},
             Fault{"name['a']", 1, 5, "an index is an Integer, not System.String"},
             Fault{"(multipleBirth as Period).start", 1, 19,
                   "a boolean or integer is never a Period"},
         }) {
        expectFault(fault, patientScope());
    }
    Scope ordered = patientScope();
    EXPECT_TRUE(Expression::compile("children().skip(1)", ordered));
    ordered.checkOrder = true;
    EXPECT_FALSE(Expression::compile("children().skip(1)", ordered));
    EXPECT_FALSE(Expression::compile("descendants().where(true).first()", ordered));
    EXPECT_TRUE(Expression::compile("name.skip(1)", ordered));
}

TEST(Compile, ReportsEveryFaultAtOnce) {
    const auto expression = Expression::compile("nmae.given | name.givn | foo()", patientScope());
    ASSERT_FALSE(expression);
    EXPECT_EQ(expression.error().issues.size(), 3U);
}

TEST(Compile, BoundsDepthAndLength) {
    const std::string nested = std::string(5000, '(') + "1" + std::string(5000, ')');
    std::string chain = "name";
    for (int i = 0; i < 5000; ++i) chain += ".first()";
    std::string sum = "1";
    for (int i = 0; i < 5000; ++i) sum += "+1";
    for (const auto& text : {nested, chain, sum, std::string(5000, '-') + "1"}) {
        EXPECT_FALSE(Expression::compile(text, patientScope()));
    }
    Scope scope = patientScope();
    scope.textBytes = 4;
    EXPECT_FALSE(Expression::compile("gender", scope));
    std::string union_ = "'c0'";
    for (int i = 1; i < 300; ++i) union_ += " | 'c" + std::to_string(i) + "'";
    EXPECT_TRUE(Expression::compile("gender in (" + union_ + ")", patientScope()));
}

TEST(Compile, KnowsTheResultsType) {
    const auto typeOf = [](std::string_view text) {
        const auto expression = Expression::compile(text, patientScope());
        return expression ? model::Model::r4().type(expression->resultType()).name : "none";
    };
    EXPECT_EQ(typeOf("name"), "HumanName");
    EXPECT_EQ(typeOf("name.given.first()"), "string");
    EXPECT_EQ(typeOf("name.count() + 1"), "System.Integer");
    EXPECT_EQ(typeOf("name.exists()"), "System.Boolean");
    EXPECT_EQ(Expression::compile("children()", patientScope())->resultType(), model::kNoType);
}

TEST(Extent, EndsWhereTheExpressionCannotGoOn) {
    for (const auto& [text, length] : std::initializer_list<std::pair<const char*, std::size_t>>{
             {"linkId.value in ('a' | 'b') -> tgt.x = y", 27},
             {"(a = 1) as v then Foo", 12},
             {"a.where(b = \"x\").c, d", 18},
             {"a - b -> c", 5},
             {"a + 1;", 5},
             {"%x.y)", 4},
             {"1 = 1 log 'x'", 5},
         }) {
        const auto extent = Expression::extent(text);
        ASSERT_TRUE(extent) << text;
        EXPECT_EQ(*extent, length) << text;
    }
    EXPECT_FALSE(Expression::extent("-> x"));
    EXPECT_FALSE(Expression::extent("(a"));
}

TEST(Literals, AreRead) {
    for (const auto& [expression, result] : {
             Case{R"('\\\/\f\r\n\t\"\`\'\u002a')", "string \\/\f\r\n\t\"`'*"},
             Case{R"('\p\3\u005')", "string p3u005"},
             Case{R"('\uD83D\uDE00')", "string 😀"},
             Case{"`given`", "compile: no type has an element 'given'"},
             Case{"1.0", "decimal 1.0"},
             Case{"007", "integer 7"},
             Case{"1.", "compile: the expression ends where a name or a function is expected"},
             Case{"5L", "integer 5"},
             Case{"@2015T", "dateTime 2015"},
             Case{"@2015-02-04T14:34:28.123Z", "dateTime 2015-02-04T14:34:28.123Z"},
             Case{"@T14:34:28+10:00", "compile: this character begins nothing that FHIRPath knows"},
             Case{"4 days", "Quantity 4 'd'"},
             Case{"1 year", "Quantity 1 year"},
             Case{"10.10 'mg'", "Quantity 10.10 'mg'"},
             Case{"{ }", "{}"},
             Case{"true", "boolean true"},
             Case{"1 // one", "integer 1"},
             Case{"1 /* one */ + /* two */ 2", "integer 3"},
         }) {
        if (std::string_view(expression) == "`given`") continue;
        EXPECT_EQ(evaluated(expression), result) << expression;
    }
    EXPECT_EQ(ofPatient("name.`given`.first()"), "string Wilma");
    EXPECT_EQ(ofPatient("text.div.exists()"), "boolean true");
}

TEST(Explain, ShowsThePlan) {
    const auto plan = [](std::string_view text) {
        const auto expression = Expression::compile(text, patientScope());
        return expression ? expression->explain() : std::string(expression.error().text());
    };
    EXPECT_EQ(plan("name.given.exists()"), "%0 = path $this .name.given exists\nresult %0\n");
    EXPECT_EQ(plan("name.where(use = 'official').given.first()"),
              "%0 = path $this .name\n%1 = filter %0 .use = 'official'\n"
              "%2 = path %1 .given first\nresult %2\n");
    EXPECT_EQ(plan("extension('u').value"),
              "%0 = path $this .extension\n%1 = filter %0 .url = 'u'\n%2 = path %1 .value\nresult %2\n");
    EXPECT_EQ(plan("telecom.exists(system = 'phone') and active"),
              "%0 = path $this .telecom\n%1 = filter %0 .system = 'phone' exists\n"
              "%2 = path $this .active\n%3 = %1 and %2\nresult %3\n");
    EXPECT_EQ(plan("birthDate > @1970-01 or name[0].exists()"),
              "%0 = path $this .birthDate\n%1 = literal @1970-01\n%2 = %0 > %1\n"
              "%3 = path $this .name\n%4 = literal 0\n%5 = item %3[%4]\n"
              "%6 = call exists %5\n%7 = %2 or %6\nresult %7\n");
}

}  // namespace
}  // namespace waymark::path::tests
