#include "fhir/model/temporal.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fixed_world.h"

namespace waymark::model {
namespace {

Temporal moment(std::string_view text) {
    if (text.starts_with('T')) return Temporal::parseTime(text).value();
    if (text.find('T') != std::string_view::npos) return Temporal::parseDateTime(text).value();
    return Temporal::parseDate(text).value();
}

TEST(Temporal, KeepsWhatIsStated) {
    for (const auto* text :
         {"2014", "2014-01", "2014-01-25", "2014-01-25T14", "2014-01-25T14:30",
          "2014-01-25T14:30:14", "2014-01-25T14:30:14.559Z", "2014-01-25T14:30:14.5+01:00",
          "2014-01-25T14:30:14.123456-09:30", "2014-01-25T14:30:14+00:00"}) {
        EXPECT_EQ(moment(text).text(), text);
    }
    EXPECT_EQ(moment("T14:30:14.559").text(), "14:30:14.559");
    EXPECT_EQ(moment("2014T").text(), "2014");
}

TEST(Temporal, RefusesWhatIsNoDate) {
    for (const auto* text : {"", "14", "0000", "2014-", "2014-13", "2014-00", "2014-02-29",
                             "2014-1-1", "2014-01-25T", "2014-01-25 ", "2014-01-32"}) {
        EXPECT_FALSE(Temporal::parseDate(text)) << text;
    }
    EXPECT_TRUE(Temporal::parseDate("2016-02-29"));
    EXPECT_FALSE(Temporal::parseDate("1900-02-29"));
}

TEST(Temporal, RefusesWhatIsNoDateTimeOrTime) {
    for (const auto* text :
         {"2014-01T10", "2014-01-25T24", "2014-01-25T10:60", "2014-01-25T10:00:61",
          "2014-01-25T10:00+15:00", "2014-01-25T10:00+14:01", "2014-01-25T10:00z",
          "2014-01-25T10:00:00.", "2014-01-25T10:00+01", "2014-01-25TZ"}) {
        EXPECT_FALSE(Temporal::parseDateTime(text)) << text;
    }
    for (const auto* text : {"", "T", "1", "24", "12:", "12:30:", "12:30Z", "12:30+01:00"}) {
        EXPECT_FALSE(Temporal::parseTime(text)) << text;
    }
}

struct Comparison {
    const char* a;
    const char* b;
    const char* order;  ///< "<", "=", ">" or "?" where it is open
};

TEST(Temporal, ComparesPrecisionByPrecision) {
    for (const auto& [a, b, order] : {
             Comparison{"2012", "2012", "="},
             Comparison{"2012", "2013", "<"},
             Comparison{"2012-01", "2012", "?"},
             Comparison{"2012-01", "2011", ">"},
             Comparison{"2018-03", "2018-03-01", "?"},
             Comparison{"2012-04-15", "2012-04-15T10:00:00", "?"},
             Comparison{"2012-04-15T15:30:31", "2012-04-15T15:30:31.0", "="},
             Comparison{"2012-04-15T15:30:31", "2012-04-15T15:30:31.1", "<"},
             Comparison{"2018-03-01T10:30", "2018-03-01T10:30:00", "?"},
             Comparison{"2012-04-15T15:00:00+02:00", "2012-04-15T16:00:00+03:00", "="},
             Comparison{"2017-11-05T01:30:00.0-04:00", "2017-11-05T01:15:00.0-05:00", "<"},
             Comparison{"2012-04-15T15:00:00Z", "2012-04-15T10:00:00", "?"},
             Comparison{"2012-04-18T15:00:00Z", "2012-04-15T10:00:00", ">"},
             Comparison{"2012-04-15T10:00:00", "2012-04-18T15:00:00Z", "<"},
             Comparison{"1974-12-25", "1974-12-25T12:34:00-10:00", "?"},
             Comparison{"T10:30", "T10:30:00", "?"},
             Comparison{"T10:30:00", "T10:30:00.0", "="},
             Comparison{"T12:00", "T14:00", "<"},
         }) {
        const auto found = compare(moment(a), moment(b));
        const char* shown = !found ? "?" : (*found < 0 ? "<" : (*found > 0 ? ">" : "="));
        EXPECT_STREQ(shown, order) << a << " against " << b;
    }
}

TEST(Temporal, IsEquivalentOnlyAtTheSamePrecision) {
    EXPECT_FALSE(equivalent(moment("2012"), moment("2012-01")));
    EXPECT_TRUE(equivalent(moment("2012-01-01T10:30:31.0"), moment("2012-01-01T10:30:31")));
    EXPECT_FALSE(equivalent(moment("2012-01-01T10:30:31.1"), moment("2012-01-01T10:30:31")));
}

struct Addition {
    const char* to;
    const char* amount;
    CalendarUnit unit;
    const char* result;
};

TEST(Temporal, AddsByTheCalendar) {
    using enum CalendarUnit;
    for (const auto& [to, amount, unit, result] : {
             Addition{"1973-12-25", "7", Day, "1974-01-01"},
             Addition{"1973-12-25", "7.7", Day, "1974-01-01"},
             Addition{"2019-01-31", "1", Month, "2019-02-28"},
             Addition{"2020-02-29", "1", Year, "2021-02-28"},
             Addition{"2019-03-31", "-1", Month, "2019-02-28"},
             Addition{"2014", "24", Month, "2016"},
             Addition{"2014", "23", Month, "2015"},
             Addition{"2014", "-23", Month, "2013"},
             Addition{"2016", "365", Day, "2017"},
             Addition{"2016-01", "31", Day, "2016-02"},
             Addition{"2016-01-01", "2", Week, "2016-01-15"},
             Addition{"1973-12-25T00:00:00.000+10:00", "0.1", Second,
                      "1973-12-25T00:00:00.000+10:00"},
             Addition{"1973-12-25T00:00:00.000+10:00", "10", Millisecond,
                      "1973-12-25T00:00:00.010+10:00"},
             Addition{"1973-12-25T00:00:00.0", "10", Millisecond, "1973-12-25T00:00:00.010"},
             Addition{"1973-12-25T23:30", "45", Minute, "1973-12-26T00:15"},
             Addition{"1973-12-25T23", "119", Minute, "1973-12-26T00"},
             Addition{"T23:30", "45", Minute, "00:15"},
             Addition{"T00:30", "-45", Minute, "23:45"},
             Addition{"T10:00:00.000", "1", Millisecond, "10:00:00.001"},
         }) {
        const auto sum = add(moment(to), Decimal::parse(amount).value(), unit);
        ASSERT_TRUE(sum) << to;
        EXPECT_EQ(sum->text(), result) << to << " + " << amount;
    }
}

TEST(Temporal, LeavesNotTheCalendar) {
    EXPECT_FALSE(add(moment("9999-12-31"), Decimal(1), CalendarUnit::Day));
    EXPECT_FALSE(add(moment("0001-01-01"), Decimal(-1), CalendarUnit::Year));
    EXPECT_FALSE(add(moment("2000"), Decimal::parse("1e30").value(), CalendarUnit::Year));
}

struct Bound {
    const char* of;
    int digits;
    const char* low;
    const char* high;
};

TEST(Temporal, HasBoundaries) {
    for (const auto& [of, digits, low, high] : {
             Bound{"2014", 6, "2014-01", "2014-12"},
             Bound{"2016-02", 8, "2016-02-01", "2016-02-29"},
             Bound{"2014-01-01T08", 17, "2014-01-01T08:00:00.000+14:00",
                   "2014-01-01T08:59:59.999-12:00"},
             Bound{"2014-01-01T08:05-05:00", 17, "2014-01-01T08:05:00.000-05:00",
                   "2014-01-01T08:05:59.999-05:00"},
             Bound{"2014-01-01T08:05", 8, "2014-01-01", "2014-01-01"},
             Bound{"T10:30", 9, "10:30:00.000", "10:30:59.999"},
         }) {
        EXPECT_EQ(lowBoundary(moment(of), digits)->text(), low);
        EXPECT_EQ(highBoundary(moment(of), digits)->text(), high);
    }
    EXPECT_FALSE(lowBoundary(moment("2014"), 5));
    EXPECT_FALSE(highBoundary(moment("2014"), 17));
    EXPECT_FALSE(highBoundary(moment("T10"), 17));
}

TEST(Temporal, CountsItsDigits) {
    EXPECT_EQ(moment("2014").precisionDigits(), 4);
    EXPECT_EQ(moment("2014-01-05T10:30:00.000").precisionDigits(), 17);
    EXPECT_EQ(moment("T10:30").precisionDigits(), 4);
    EXPECT_EQ(moment("T10:30:00.000").precisionDigits(), 9);
}

TEST(Temporal, IsAPointInTime) {
    const auto noon = moment("2026-11-20T12:00:00.250+01:00").instant();
    EXPECT_EQ(Temporal::at(noon, 60).text(), "2026-11-20T12:00:00.250+01:00");
    EXPECT_EQ(Temporal::at(noon, 0).text(), "2026-11-20T11:00:00.250+00:00");
    EXPECT_EQ(moment("1969-12-31T23:59:59.999Z").instant().time_since_epoch().count(), -1);
}

TEST(Temporal, AnyTextIsAMomentOrNone) {
    tests::SeededRandom random(3);
    const std::string alphabet = "0123456789-:T.+Z";
    for (int i = 0; i < 20'000; ++i) {
        std::string text = "2014-01-25T14:30:14.559+01:00";
        text.resize(random.below(text.size() + 1));
        for (auto& c : text) {
            if (random.below(12) == 0) c = alphabet[random.below(alphabet.size())];
        }
        if (const auto parsed = Temporal::parseDateTime(text)) {
            const auto again = Temporal::parseDateTime(parsed->text());
            ASSERT_TRUE(again) << text;
            EXPECT_EQ(compare(*parsed, *again), 0) << text;
        }
    }
}

}  // namespace
}  // namespace waymark::model
