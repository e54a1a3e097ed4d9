// FHIRPath 5.5: iif() and conversions.
#include "fixture.h"

namespace waymark::path::tests {
namespace {

TEST(Iif, EvaluatesOnlyTheBranchItNeeds) {
    for (const auto& [expression, result] : {
             Case{"iif(true, 1, 2)", "integer 1"},
             Case{"iif(false, 1, 2)", "integer 2"},
             Case{"iif({}, 1, 2)", "integer 2"},
             Case{"iif(false, 1)", "{}"},
             Case{"iif(true, 1, name.single())", "integer 1"},
             Case{"iif(false, (1 | 2).toString(), true)", "boolean true"},
             Case{"('a').iif($this = 'a', $this & '!', 'no')", "string a!"},
             Case{"{}.iif(true, 'yes', 'no')", "string yes"},
             Case{"name.select(iif(family.exists(), family, given))", "string Archer, string Will"},
             Case{"iif(gender, 1, 2)", "integer 1"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_TRUE(ofPatient("('a' | 'b').iif(true, 1)").starts_with("fault: "));
    EXPECT_TRUE(ofPatient("iif('text', 1, 2)").starts_with("fault: "));
}

TEST(Conversion, MakesBooleans) {
    for (const auto& [expression, result] : {
             Case{"'Yes'.toBoolean()", "boolean true"},
             Case{"'T'.toBoolean()", "boolean true"},
             Case{"'0.0'.toBoolean()", "boolean false"},
             Case{"'n'.toBoolean()", "boolean false"},
             Case{"'maybe'.toBoolean()", "{}"},
             Case{"1.toBoolean()", "boolean true"},
             Case{"2.toBoolean()", "{}"},
             Case{"0.0.toBoolean()", "boolean false"},
             Case{"1.00.toBoolean()", "boolean true"},
             Case{"'x'.convertsToBoolean()", "boolean false"},
             Case{"active.toBoolean()", "boolean true"},
             Case{"{}.toBoolean()", "{}"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Conversion, MakesNumbers) {
    for (const auto& [expression, result] : {
             Case{"'+12'.toInteger()", "integer 12"},
             Case{"'-1'.toInteger()", "integer -1"},
             Case{"'1.0'.toInteger()", "{}"},
             Case{"true.toInteger()", "integer 1"},
             Case{"'2147483648'.toInteger()", "{}"},
             Case{"'2147483648'.toLong()", "integer 2147483648"},
             Case{"'9'.convertsToLong()", "boolean true"},
             Case{"1.5.toInteger()", "{}"},
             Case{"'x'.convertsToInteger()", "boolean false"},
             Case{"'1.50'.toDecimal()", "decimal 1.50"},
             Case{"true.toDecimal()", "decimal 1.0"},
             Case{"'+1'.toDecimal()", "decimal 1"},
             Case{"'1e3'.toDecimal()", "{}"},
             Case{"'+-1'.toDecimal()", "{}"},
             Case{"'.5'.convertsToDecimal()", "boolean false"},
             Case{"'4 days'.toQuantity()", "Quantity 4 'd'"},
             Case{"'10 \\'mg[Hg]\\''.toQuantity()", "Quantity 10 'mg[Hg]'"},
             Case{"'1 \\'wk\\''.toQuantity() = 1 week", "boolean true"},
             Case{"'1 wk'.toQuantity()", "{}"},
             Case{"'1.a'.convertsToQuantity()", "boolean false"},
             Case{"1.toQuantity()", "Quantity 1 '1'"},
             Case{"true.toQuantity()", "Quantity 1.0 '1'"},
             Case{"(1.5 'kg').toQuantity('g')", "Quantity 1500 'g'"},
             Case{"(1 'kg').toQuantity('m')", "{}"},
             Case{"(1 'kg').convertsToQuantity('m')", "boolean false"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Conversion, MakesDatesAndTimes) {
    for (const auto& [expression, result] : {
             Case{"'2015'.toDate()", "date 2015"},
             Case{"'2015-02-30'.toDate()", "{}"},
             Case{"@2015-02-04T14:34:28Z.toDate()", "date 2015-02-04"},
             Case{"'2015-02-04T10:00Z'.toDate()", "date 2015-02-04"},
             Case{"@2015-02.toDateTime()", "dateTime 2015-02"},
             Case{"'2015-02-04T14'.toDateTime()", "dateTime 2015-02-04T14"},
             Case{"'14:34:28.123'.toTime()", "time 14:34:28.123"},
             Case{"'14'.toTime()", "time 14"},
             Case{"'25'.toTime()", "{}"},
             Case{"1.toDate()", "{}"},
             Case{"'x'.convertsToDateTime()", "boolean false"},
             Case{"'10:00'.convertsToTime()", "boolean true"},
             Case{"birthDate.toDateTime()", "dateTime 1974-12-25"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Conversion, MakesStrings) {
    for (const auto& [expression, result] : {
             Case{"1.toString()", "string 1"},
             Case{"1.50.toString()", "string 1.50"},
             Case{"true.toString()", "string true"},
             Case{"@T14:30.toString()", "string 14:30"},
             Case{"@2015-02-04T14:34:28.000+01:00.toString()",
                  "string 2015-02-04T14:34:28.000+01:00"},
             Case{"(5.0 'mg').toString()", "string 5.0 'mg'"},
             Case{"1 week.toString()", "string 1 'wk'"},
             Case{"birthDate.toString()", "string 1974-12-25"},
             Case{"gender.toString()", "string female"},
             Case{"text.toString()", "{}"},
             Case{"text.convertsToString()", "boolean false"},
             Case{"multipleBirth.toString()", "string 2"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_TRUE(ofPatient("name.toString()").starts_with("fault: "));
}

}  // namespace
}  // namespace waymark::path::tests
