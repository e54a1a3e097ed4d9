// FHIR date, dateTime, instant and time, and FHIRPath's Date, DateTime and Time: fields with the
// precision and the zone as they were written. A value of sixteen bytes; no allocation.
// FHIR R4 section 2.24.0.1, FHIRPath sections 4.1.5 to 4.1.7 and 6.6.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/world.h"
#include "fhir/model/decimal.h"

namespace waymark::model {

/// How much of a date and time is stated.
enum class Precision : std::uint8_t { Year, Month, Day, Hour, Minute, Second, Millisecond };

/// A calendar unit that can be added to a date or time.
enum class CalendarUnit : std::uint8_t {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond
};

struct Temporal {
    enum class Kind : std::uint8_t { Date, DateTime, Time };

    std::int16_t year = 0;
    std::uint8_t month = 0;  ///< 1 to 12
    std::uint8_t day = 0;    ///< 1 to 31
    std::uint8_t hour = 0;
    std::uint8_t minute = 0;
    std::uint8_t second = 0;
    Precision precision = Precision::Year;
    std::uint32_t nanoseconds = 0;    ///< the fraction of the second
    std::int16_t zoneMinutes = 0;     ///< east of UTC
    std::uint8_t fractionDigits = 0;  ///< as written, at most 9 are kept
    Kind kind : 4 = Kind::Date;
    bool hasZone : 1 = false;
    bool zuluZone : 1 = false;  ///< written "Z"

    /// "2014", "2014-01", "2014-01-25". None for anything else.
    static std::optional<Temporal> parseDate(std::string_view text);
    /// A date, or a date with "T", and hours, minutes, seconds, a fraction and a zone as far as
    /// stated
    /// ("2014T", "2014-01-25T14", "2014-01-25T14:30:14.559+01:00").
    static std::optional<Temporal> parseDateTime(std::string_view text);
    /// "14", "14:30", "14:30:14.559", with or without a leading T.
    static std::optional<Temporal> parseTime(std::string_view text);
    /// The point in time as a DateTime to the millisecond in a zone so many minutes east of UTC.
    static Temporal at(Instant instant, std::int16_t zoneMinutes);

    /// As it is written in FHIR, without FHIRPath's @. A DateTime of day precision or less has no
    /// T.
    [[nodiscard]] std::string text() const;
    static constexpr std::size_t kTextBytes = 40;
    /// Writes text() to `to` (at least kTextBytes) and gives its length.
    std::size_t write(char* to) const;

    /// The part of a DateTime that is a date; a Date is itself. Not for Time.
    [[nodiscard]] Temporal datePart() const;
    /// A Date as a DateTime of the same precision; a DateTime is itself. Not for Time.
    [[nodiscard]] Temporal asDateTime() const;
    /// The point in time that its stated fields begin; needs a zone or takes `assumedZoneMinutes`.
    [[nodiscard]] Instant instant(std::int16_t assumedZoneMinutes = 0) const;
    /// Digits that are stated, as FHIRPath's precision() counts them: 4 for a year, 17 for a
    /// DateTime to the millisecond, 9 for a Time to the millisecond.
    [[nodiscard]] int precisionDigits() const;
};
static_assert(sizeof(Temporal) == 16);

/// -1, 0, 1; none where the stated precision or a missing zone leaves it open (FHIRPath 6.2). Date
/// against DateTime is by the DateTime. Time against another kind breaks an invariant.
std::optional<int> compare(const Temporal& a, const Temporal& b);
/// Equality: true, false, or none where that is open. Different stated precision with equal common
/// fields is open.
std::optional<bool> equal(const Temporal& a, const Temporal& b);
/// Equivalence (~): different precision is just different.
bool equivalent(const Temporal& a, const Temporal& b);

/// Adds (FHIRPath 6.6.1, 6.7.1): the amount is cut to the precision's unit; 31 January plus a month
/// is the last of February; a Time wraps around midnight. None when the year leaves 1 to 9999.
std::optional<Temporal> add(const Temporal& to, const Decimal& amount, CalendarUnit unit);

/// The earliest and the latest it may mean, to so many digits (see precisionDigits). None when the
/// number of digits is none of that kind's.
std::optional<Temporal> lowBoundary(const Temporal& of, int digits);
std::optional<Temporal> highBoundary(const Temporal& of, int digits);

}  // namespace waymark::model
