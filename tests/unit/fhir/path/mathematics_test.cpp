// FHIRPath 5.8, 6.6 and 6.7: functions of numbers, operators, dates.
#include "fixture.h"

namespace waymark::path::tests {
namespace {

TEST(Mathematics, ComputesInDecimals) {
    for (const auto& [expression, result] : {
             Case{"(-5).abs()", "integer 5"},
             Case{"(-5.50).abs()", "decimal 5.50"},
             Case{"(-5.5 'mg').abs()", "Quantity 5.5 'mg'"},
             Case{"1.1.ceiling()", "integer 2"},
             Case{"(-1.1).ceiling()", "integer -1"},
             Case{"2.1.floor()", "integer 2"},
             Case{"(-2.1).floor()", "integer -3"},
             Case{"(-1.56).truncate()", "integer -1"},
             Case{"101.truncate()", "integer 101"},
             Case{"0.exp()", "decimal 1"},
             Case{"1.exp()", "decimal 2.7182818284590452"},
             Case{"1.ln()", "decimal 0"},
             Case{"0.ln()", "{}"},
             Case{"16.log(2)", "decimal 4"},
             Case{"100.0.log(10.0)", "decimal 2"},
             Case{"(-1).log(2)", "{}"},
             Case{"1.log({})", "{}"},
             Case{"2.power(3)", "integer 8"},
             Case{"2.5.power(2)", "decimal 6.25"},
             Case{"(-1).power(0.5)", "{}"},
             Case{"2.power(-1)", "decimal 0.5"},
             Case{"2.power(31)", "{}"},
             Case{"4.power(0.5)", "decimal 2"},
             Case{"(-2).power(3.0)", "decimal -8"},
             Case{"0.power(-1)", "{}"},
             Case{"1.round()", "decimal 1"},
             Case{"3.14159.round(3)", "decimal 3.142"},
             Case{"2.5.round()", "decimal 3"},
             Case{"(-2.5).round()", "decimal -3"},
             Case{"1.5.round(4)", "decimal 1.5"},
             Case{"81.sqrt()", "decimal 9"},
             Case{"2.sqrt()", "decimal 1.414213562373095"},
             Case{"(-1).sqrt()", "{}"},
             Case{"{}.exp()", "{}"},
             Case{"1000.exp()", "{}"},
             Case{"(-1000).exp()", "decimal 0"},
         }) {
        EXPECT_EQ(evaluated(expression), result) << expression;
    }
    EXPECT_TRUE(evaluated("1.5.round(-1)").starts_with("fault: "));
    EXPECT_TRUE(ofPatient("name.given.abs()").starts_with("compile: "));
}

TEST(Arithmetic, IsExactAndTyped) {
    for (const auto& [expression, result] : {
             Case{"1 + 2 * 3", "integer 7"},
             Case{"(1 + 2) * 3", "integer 9"},
             Case{"1 + 2.0", "decimal 3.0"},
             Case{"0.1 + 0.2 = 0.3", "boolean true"},
             Case{"1.2 * 1.8", "decimal 2.16"},
             Case{"4 / 2", "decimal 2"},
             Case{"5 / 2", "decimal 2.5"},
             Case{"1 / 3", "decimal 0.3333333333333333"},
             Case{"5 / 0", "{}"},
             Case{"5 div 2", "integer 2"},
             Case{"5.5 div 0.7", "integer 7"},
             Case{"5 div 0", "{}"},
             Case{"5 mod 2", "integer 1"},
             Case{"5.5 mod 0.7", "decimal 0.6"},
             Case{"5 mod 0", "{}"},
             Case{"-5 mod 3", "integer -2"},
             Case{"- 2 + 3", "integer 1"},
             Case{"+1", "integer 1"},
             Case{"2147483647 + 1", "{}"},
             Case{"2147483647L + 1L", "{}"},
             Case{"2147483648L + 1", "integer 2147483649"},
             Case{"'a' + 'b'", "string ab"},
             Case{"'a' + {}", "{}"},
             Case{"'a' & {} & 'b'", "string ab"},
             Case{"{} & {}", "string "},
             Case{"3 'm' + 3 'cm'", "Quantity 303 'cm'"},
             Case{"12 'cm' * 3 'cm'", "Quantity 36 'cm2'"},
             Case{"12 'cm2' / 3 'cm'", "Quantity 4 'cm'"},
             Case{"2 * 3 'mg'", "Quantity 6 'mg'"},
             Case{"1 'm' + 1 's'", "{}"},
             Case{"-(2 'mg')", "Quantity -2 'mg'"},
             Case{"1 + {}", "{}"},
         }) {
        EXPECT_EQ(evaluated(expression), result) << expression;
    }
    for (const auto* expression :
         {"1 + 'a'", "'a' - 'b'", "true + 1", "'a' & 1", "-'a'", "1 & 2"}) {
        EXPECT_TRUE(evaluated(expression).starts_with("compile: ")) << expression;
    }
    EXPECT_TRUE(ofPatient("name.given + 'a'").starts_with("fault: several items"));
}

TEST(DateArithmetic, FollowsTheCalendar) {
    for (const auto& [expression, result] : {
             Case{"@1973-12-25 + 7 days", "date 1974-01-01"},
             Case{"@1973-12-25 + 1 'wk'", "date 1974-01-01"},
             Case{"@2019-01-31 + 1 month", "date 2019-02-28"},
             Case{"@2014 + 24 months", "date 2016"},
             Case{"@2016 + 365 days", "date 2017"},
             Case{"@T23:30 + 45 minutes", "time 00:15"},
             Case{"@2019-03-01 - 24 months", "date 2017-03-01"},
             Case{"@1973-12-25T00:00:00.000+10:00 + 10 'ms'",
                  "dateTime 1973-12-25T00:00:00.010+10:00"},
             Case{"birthDate + 2 years", "date 1976-12-25"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    for (const auto* expression :
         {"@1973-12-25 + 1 'mo'", "@1973-12-25 + 1 'a'", "@1974-12-25 - 1 'cm'",
          "@2020-01-01 + 1 hour", "@T10:00 + 1 day", "@9999-12-31 + 1 day"}) {
        EXPECT_TRUE(evaluated(expression).starts_with("fault: ")) << expression;
    }
    EXPECT_TRUE(evaluated("@2020 + 1").starts_with("compile: "));
}

TEST(Boundary, IsWhatAValueMayMean) {
    for (const auto& [expression, result] : {
             Case{"1.587.lowBoundary()", "decimal 1.58650000"},
             Case{"1.587.highBoundary()", "decimal 1.58750000"},
             Case{"1.587.lowBoundary(2)", "decimal 1.58"},
             Case{"1.587.highBoundary(2)", "decimal 1.59"},
             Case{"(-1.587).lowBoundary(0)", "decimal -2"},
             Case{"1.lowBoundary(5)", "decimal 0.50000"},
             Case{"(-0.0034).lowBoundary(1)", "decimal -0.0"},
             Case{"1.587.lowBoundary(-1)", "{}"},
             Case{"1.587.lowBoundary(32)", "{}"},
             Case{"0.lowBoundary(1)", "decimal -0.5"},
             Case{"@2014.highBoundary(6)", "date 2014-12"},
             Case{"@2014.lowBoundary()", "date 2014-01-01"},
             Case{"@2014-01-01T08:05.lowBoundary()", "dateTime 2014-01-01T08:05:00.000+14:00"},
             Case{"@T10:30.highBoundary()", "time 10:30:59.999"},
             Case{"@2014.lowBoundary(5)", "{}"},
             Case{"(1.587 'cm').lowBoundary(8)", "Quantity 1.58650000 'cm'"},
             Case{"1.58700.precision()", "integer 5"},
             Case{"@2014.precision()", "integer 4"},
             Case{"@T10:30:00.000.precision()", "integer 9"},
             Case{"5.precision()", "integer 0"},
             Case{"1 'cm'.comparable(1 '[in_i]')", "boolean true"},
             Case{"1 'cm'.comparable(1 's')", "boolean false"},
             Case{"1 'cm'.comparable(1 '[s]')", "boolean false"},
         }) {
        EXPECT_EQ(evaluated(expression), result) << expression;
    }
    EXPECT_TRUE(evaluated("'a'.precision()").starts_with("compile: "));
}

TEST(DateParts, AreGivenWhereStated) {
    for (const auto& [expression, result] : {
             Case{"@2014-01-05T10:30:00.000.yearOf()", "integer 2014"},
             Case{"@2012.monthOf()", "{}"},
             Case{"@2014-01-05.dayOf()", "integer 5"},
             Case{"@2012-01-01T16:30:40.002-07:00.hourOf()", "integer 16"},
             Case{"@T16:30.minuteOf()", "integer 30"},
             Case{"@T16:30.secondOf()", "{}"},
             Case{"@T16:30:40.secondOf()", "integer 40"},
             Case{"@2012-01-01T12:30:00.002-07:00.millisecondOf()", "integer 2"},
             Case{"@2012-01-01T12:30:00.000-07:00.timezoneOffsetOf()", "decimal -7.0"},
             Case{"@2012-01-01T12:30:00.000+05:30.timezoneOffsetOf()", "decimal 5.5"},
             Case{"@2012-01-01T12:30.timezoneOffsetOf()", "{}"},
             Case{"@T12:30.yearOf()", "{}"},
             Case{"@2012-01-01T12:30:00.000-07:00.dateOf()", "date 2012-01-01"},
             Case{"@2012-01-01T12:30:00.000-07:00.timeOf()", "time 12:30:00.000"},
             Case{"@2012.timeOf()", "{}"},
         }) {
        EXPECT_EQ(evaluated(expression), result) << expression;
    }
}

}  // namespace
}  // namespace waymark::path::tests
