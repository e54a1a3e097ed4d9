#include "fhir/model/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/support/fixed_world.h"

namespace waymark::model {
namespace {

Decimal decimal(std::string_view text) {
    return Decimal::parse(text).value();
}

TEST(Decimal, KeepsItsDigits) {
    for (const auto* text : {"0", "0.0", "-0.0", "1.10", "-12.500", "0.00000001",
                             "1234567890987654321.0", "99999999999999999999999999999999999999"}) {
        EXPECT_EQ(decimal(text).text(), text);
    }
}

TEST(Decimal, ReadsFhirsExponent) {
    EXPECT_EQ(decimal("1.5e3").text(), "1500");
    EXPECT_EQ(decimal("15E-3").text(), "0.015");
    EXPECT_EQ(decimal("1.500e+1").text(), "15.00");
}

TEST(Decimal, RefusesWhatIsNoDecimalOrDoesNotFit) {
    for (const auto* text : {"", "-", ".5", "5.", "1e", "1e99999", "1e400", "+1", " 1", "1 ", "0x1",
                             "1.2.3", "100000000000000000000000000000000000000", "1e-39"}) {
        EXPECT_FALSE(Decimal::parse(text)) << text;
    }
}

TEST(Decimal, RefusesEveryNumberOfMoreDigitsThanItHolds) {
    for (char digit = '1'; digit <= '9'; ++digit) {
        EXPECT_TRUE(Decimal::parse(std::string(38, digit)));
        for (std::size_t length = 39; length < 120; ++length) {
            const std::string text(length, digit);
            EXPECT_FALSE(Decimal::parse(text)) << text;
            EXPECT_FALSE(Decimal::parse("-" + text)) << text;
            EXPECT_FALSE(Decimal::parse(std::string(1, digit) + "." + text)) << text;
        }
    }
}

TEST(Decimal, AddsAndSubtractsExactly) {
    EXPECT_EQ(decimal("0.1").plus(decimal("0.2"))->text(), "0.3");
    EXPECT_EQ(decimal("1.10").plus(decimal("2"))->text(), "3.10");
    EXPECT_EQ(decimal("1").minus(decimal("1.0"))->text(), "0.0");
    EXPECT_FALSE(decimal("99999999999999999999999999999999999999").plus(Decimal(1)));
}

TEST(Decimal, MultipliesExactlyOrSaysThatItDoesNotFit) {
    EXPECT_EQ(decimal("1.2").times(decimal("1.8"))->text(), "2.16");
    EXPECT_EQ(decimal("-2.5").times(decimal("2.5"))->text(), "-6.25");
    EXPECT_FALSE(decimal("9999999999999999999999").times(decimal("9999999999999999999999")));
}

TEST(Decimal, DividesExactlyWhereTheQuotientEnds) {
    struct Case {
        const char* a;
        const char* b;
        const char* quotient;
    };
    for (const auto& [a, b, quotient] :
         {Case{"4", "2", "2"}, Case{"5", "2", "2.5"}, Case{"10.00", "2", "5.00"},
          Case{"1", "8", "0.125"}, Case{"2", "3", "0.6666666666666667"},
          Case{"-1", "3", "-0.3333333333333333"}, Case{"1.2", "1.8", "0.6666666666666667"},
          Case{"6", "0.002", "3000"}}) {
        EXPECT_EQ(decimal(a).dividedBy(decimal(b))->text(), quotient) << a << " / " << b;
    }
    EXPECT_FALSE(decimal("1").dividedBy(decimal("0.00")));
}

TEST(Decimal, QuotientIsCutAndRemainderHasTheDividendsSign) {
    EXPECT_EQ(decimal("5.5").wholeQuotient(decimal("0.7"))->text(), "7");
    EXPECT_EQ(decimal("5.5").remainder(decimal("0.7"))->text(), "0.6");
    EXPECT_EQ(decimal("-5").wholeQuotient(decimal("2"))->text(), "-2");
    EXPECT_EQ(decimal("-5").remainder(decimal("2"))->text(), "-1");
    EXPECT_FALSE(decimal("5").remainder(decimal("0")));
}

TEST(Decimal, RoundsInEveryWay) {
    using Rounding = Decimal::Rounding;
    const auto rounded = [](const char* text, int scale, Rounding how) {
        return decimal(text).withScale(scale, how)->text();
    };
    EXPECT_EQ(rounded("3.14159", 3, Rounding::HalfUp), "3.142");
    EXPECT_EQ(rounded("-2.5", 0, Rounding::HalfUp), "-3");
    EXPECT_EQ(rounded("2.4999", 0, Rounding::HalfUp), "2");
    EXPECT_EQ(rounded("-2.9", 0, Rounding::Down), "-2");
    EXPECT_EQ(rounded("-2.1", 0, Rounding::Floor), "-3");
    EXPECT_EQ(rounded("2.1", 0, Rounding::Ceiling), "3");
    EXPECT_EQ(rounded("2", 4, Rounding::HalfUp), "2.0000");
    EXPECT_FALSE(decimal("2").withScale(-1, Rounding::Down));
    EXPECT_FALSE(decimal("2").withScale(39, Rounding::Down));
}

TEST(Decimal, ComparesByValueNotByDigits) {
    EXPECT_EQ(decimal("1.0"), decimal("1.000"));
    EXPECT_LT(decimal("-2"), decimal("-1.5"));
    EXPECT_LT(decimal("0.00000000000000000000000000000000000001"), decimal("1"));
    EXPECT_LT(decimal("-99999999999999999999999999999999999999"), decimal("0.5"));
    EXPECT_GT(decimal("99999999999999999999999999999999999999").compare(decimal("1.5")), 0);
}

TEST(Decimal, IsEquivalentAtTheCoarserPrecision) {
    EXPECT_TRUE(decimal("0.6666666666666667").equivalent(decimal("0.67")));
    EXPECT_FALSE(decimal("0.6666666666666667").equivalent(decimal("0.6")));
    EXPECT_TRUE(decimal("1.10").equivalent(decimal("1.1")));
    EXPECT_FALSE(decimal("1").equivalent(decimal("2")));
}

TEST(Decimal, OrderAndArithmeticAgreeForManyNumbers) {
    tests::SeededRandom random(7);
    const auto next = [&] {
        const auto digits = static_cast<std::int64_t>(random.below(2'000'000)) - 1'000'000;
        return Decimal::of(digits, static_cast<int>(random.below(6)));
    };
    for (int i = 0; i < 2000; ++i) {
        const Decimal a = next();
        const Decimal b = next();
        EXPECT_EQ(a.compare(b), -b.compare(a));
        EXPECT_EQ(a.plus(b)->minus(b)->compare(a), 0);
        EXPECT_EQ(Decimal::parse(a.text())->text(), a.text());
        if (!b.isZero()) {
            const auto whole = a.wholeQuotient(b);
            EXPECT_EQ(whole->times(b)->plus(*a.remainder(b))->compare(a), 0);
        }
    }
}

}  // namespace
}  // namespace waymark::model
