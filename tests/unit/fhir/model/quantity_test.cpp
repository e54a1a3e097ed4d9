#include "fhir/model/quantity.h"

#include <gtest/gtest.h>

#include <string>

#include "fhir/model/ucum.h"

namespace waymark::model {
namespace {

Quantity quantity(std::string_view value, std::string_view unit) {
    return {Decimal::parse(value).value(), unit, calendarUnit(unit).has_value()};
}

TEST(Unit, ReadsUcumExpressions) {
    for (const auto* text :
         {"1",        "mg",      "m[Hg]",  "mm[Hg]",           "kg/m2",     "/min",
          "10*3/uL",  "10^9/L",  "%",      "{score}",          "mg{total}", "(m.s)/kg",
          "m.s-2",    "[lb_av]", "[in_i]", "mL/min/{1.73_m2}", "ug/kg/h",   "[iU]/mL",
          "mmol/mol", "Cel",     "dB",     "[degF]",           "Kibit",     "cm3"}) {
        EXPECT_TRUE(Unit::parse(text)) << text;
    }
}

TEST(Unit, RefusesWhatIsNone) {
    for (const auto* text :
         {"",     "[s]", "MGG",  "kk",    "lbs",
          "m//s", "m.",  "m/",   "(m",    "m)",
          "{x",   "m2x", "m--2", "m-",    "[in_i",
          "0",    "m99", "day",  "Cel/s", "((((((((((((((((((m))))))))))))))))))"}) {
        EXPECT_FALSE(Unit::parse(text)) << text;
    }
}

struct Comparison {
    Quantity a;
    Quantity b;
    const char* order;  ///< "<", "=", ">" or "?"
    bool equivalent;
};

TEST(Quantity, ComparesAcrossUnits) {
    for (const auto& [a, b, order, same] : {
             Comparison{quantity("4.0000", "g"), quantity("4000.0", "mg"), "=", true},
             Comparison{quantity("4", "g"), quantity("4040", "mg"), "<", true},
             Comparison{quantity("4040", "mg"), quantity("4", "g"), ">", true},
             Comparison{quantity("1", "[in_i]"), quantity("2.54", "cm"), "=", true},
             Comparison{quantity("1", "cm"), quantity("1", "s"), "?", false},
             Comparison{quantity("1", "cm"), quantity("1", "[s]"), "?", false},
             Comparison{quantity("7", "days"), quantity("1", "week"), "=", true},
             Comparison{quantity("1", "wk"), quantity("1", "week"), "=", true},
             Comparison{quantity("1", "mo"), quantity("1", "month"), "?", true},
             Comparison{quantity("1", "year"), quantity("1", "a"), "?", true},
             Comparison{quantity("1", "year"), quantity("12", "months"), "=", true},
             Comparison{quantity("1", "year"), quantity("365", "days"), "=", true},
             Comparison{quantity("1", "month"), quantity("30", "days"), "=", true},
             Comparison{quantity("10", "seconds"), quantity("1", "s"), ">", false},
             Comparison{quantity("0.040", "m2"), quantity("400.00", "cm2"), "=", true},
             Comparison{quantity("37.0", "Cel"), quantity("98.6", "[degF]"), "=", true},
             Comparison{quantity("1", "[iU]"), quantity("1", "[IU]"), "=", true},
             Comparison{quantity("1", "[iU]"), quantity("1", "1"), "?", false},
             Comparison{quantity("1", "[psi]"), quantity("1", "bar"), "<", false},
             Comparison{quantity("7", "[pH]"), quantity("7.0", "[pH]"), "=", true},
         }) {
        const auto found = compare(a, b);
        const char* shown = !found ? "?" : (*found < 0 ? "<" : (*found > 0 ? ">" : "="));
        EXPECT_STREQ(shown, order) << a.text() << " against " << b.text();
        EXPECT_EQ(equivalent(a, b), same) << a.text() << " against " << b.text();
    }
}

TEST(Quantity, ComputesInTheMoreGranularUnit) {
    EXPECT_EQ(plus(quantity("3", "m"), quantity("3", "cm"))->view().text(), "303 'cm'");
    EXPECT_EQ(minus(quantity("3", "m"), quantity("3", "cm"))->view().text(), "297 'cm'");
    EXPECT_EQ(plus(quantity("1", "year"), quantity("2", "months"))->view().text(), "14 months");
    EXPECT_EQ(plus(quantity("1", "day"), quantity("2", "days"))->view().text(), "3 'd'");
    EXPECT_FALSE(plus(quantity("1", "m"), quantity("1", "s")));
    EXPECT_FALSE(plus(quantity("1", "xyz"), quantity("1", "xyz")));
}

TEST(Quantity, MakesTheUnitOfAProduct) {
    EXPECT_EQ(times(quantity("12", "cm"), quantity("3", "cm"))->view().text(), "36 'cm2'");
    EXPECT_EQ(times(quantity("3", "cm"), quantity("12", "cm2"))->view().text(), "36 'cm3'");
    EXPECT_EQ(times(quantity("2.0", "cm"), quantity("2.0", "m"))->view().text(), "400.0 'cm2'");
    EXPECT_EQ(dividedBy(quantity("12", "cm2"), quantity("3", "cm"))->view().text(), "4 'cm'");
    EXPECT_EQ(dividedBy(quantity("4.0", "g"), quantity("2.0", "m"))->view().text(), "2 'g/m'");
    EXPECT_EQ(dividedBy(quantity("1.0", "m"), quantity("1.0", "m"))->view().text(), "1 '1'");
    EXPECT_EQ(dividedBy(quantity("1", "1"), quantity("2", "s"))->view().text(), "0.5 '/s'");
    EXPECT_FALSE(dividedBy(quantity("1", "m"), quantity("0", "m")));
}

TEST(Quantity, ConvertsToAnotherUnit) {
    EXPECT_EQ(valueIn(quantity("1.5", "kg"), "g")->text(), "1500");
    EXPECT_EQ(valueIn(quantity("1", "week"), "days")->text(), "7");
    EXPECT_EQ(valueIn(quantity("24", "months"), "years")->text(), "2");
    EXPECT_EQ(valueIn(quantity("2", "years"), "months")->text(), "24");
    EXPECT_EQ(valueIn(quantity("60", "days"), "months")->text(), "2");
    EXPECT_EQ(valueIn(quantity("98.6", "[degF]"), "Cel")->trimmed().text(), "37");
    EXPECT_FALSE(valueIn(quantity("1", "kg"), "m"));
}

TEST(Quantity, KnowsWhatMayBeAddedToADate) {
    EXPECT_EQ(addableUnit(quantity("1", "months")), CalendarUnit::Month);
    EXPECT_EQ(addableUnit(quantity("1", "wk")), CalendarUnit::Week);
    EXPECT_EQ(addableUnit(quantity("1", "ms")), CalendarUnit::Millisecond);
    EXPECT_FALSE(addableUnit(quantity("1", "mo")));
    EXPECT_FALSE(addableUnit(quantity("1", "a")));
    EXPECT_FALSE(addableUnit(quantity("1", "cm")));
}

}  // namespace
}  // namespace waymark::model
