#include "fhir/model/temporal.h"

#include <algorithm>
#include <array>

#include "fhir/core/check.h"

namespace waymark::model {
namespace {

namespace chr = std::chrono;

constexpr std::int16_t kEastmost = 14 * 60;
constexpr std::int16_t kWestmost = -12 * 60;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

int daysInMonth(int year, int month) {
    const chr::year_month_day_last last(chr::year(year) / chr::month(static_cast<unsigned>(month)) /
                                        chr::last);
    return static_cast<int>(static_cast<unsigned>(last.day()));
}

/// Reads the lexical forms from left to right.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool atEnd() const { return at_ == text_.size(); }
    bool take(char c) {
        if (atEnd() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    /// Exactly `count` digits with a value in [low, high].
    bool number(int count, int low, int high, int& value) {
        value = 0;
        for (int i = 0; i < count; ++i) {
            if (atEnd() || !isDigit(text_[at_])) return false;
            value = value * 10 + (text_[at_++] - '0');
        }
        return value >= low && value <= high;
    }
    bool date(Temporal& to) {
        int year = 0;
        int month = 0;
        int day = 0;
        if (!number(4, 1, 9999, year)) return false;
        to.year = static_cast<std::int16_t>(year);
        to.precision = Precision::Year;
        if (!take('-')) return true;
        if (!number(2, 1, 12, month)) return false;
        to.month = static_cast<std::uint8_t>(month);
        to.precision = Precision::Month;
        if (!take('-')) return true;
        if (!number(2, 1, daysInMonth(year, month), day)) return false;
        to.day = static_cast<std::uint8_t>(day);
        to.precision = Precision::Day;
        return true;
    }
    bool time(Temporal& to) {
        int hour = 0;
        int minute = 0;
        int second = 0;
        if (!number(2, 0, 23, hour)) return false;
        to.hour = static_cast<std::uint8_t>(hour);
        to.precision = Precision::Hour;
        if (!take(':')) return true;
        if (!number(2, 0, 59, minute)) return false;
        to.minute = static_cast<std::uint8_t>(minute);
        to.precision = Precision::Minute;
        if (!take(':')) return true;
        if (!number(2, 0, 60, second)) return false;  // FHIR lets a leap second stand.
        to.second = static_cast<std::uint8_t>(second);
        to.precision = Precision::Second;
        return take('.') ? fraction(to) : true;
    }
    bool zone(Temporal& to) {
        if (take('Z')) {
            to.hasZone = true;
            to.zuluZone = true;
            return true;
        }
        const bool west = !atEnd() && text_[at_] == '-';
        if (!take('+') && !take('-')) return true;
        int hours = 0;
        int minutes = 0;
        if (!number(2, 0, 14, hours) || !take(':') ||
            !number(2, 0, hours == 14 ? 0 : 59, minutes)) {
            return false;
        }
        const int east = hours * 60 + minutes;
        to.zoneMinutes = static_cast<std::int16_t>(west ? -east : east);
        to.hasZone = true;
        return true;
    }

private:
    bool fraction(Temporal& to) {
        std::uint32_t nanoseconds = 0;
        int digits = 0;
        for (; !atEnd() && isDigit(text_[at_]); ++at_, ++digits) {
            if (digits < 9)
                nanoseconds = nanoseconds * 10 + static_cast<std::uint32_t>(text_[at_] - '0');
        }
        if (digits == 0) return false;
        to.fractionDigits = static_cast<std::uint8_t>(std::min(digits, 9));
        for (int i = to.fractionDigits; i < 9; ++i) nanoseconds *= 10;
        to.nanoseconds = nanoseconds;
        to.precision = Precision::Millisecond;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

char* put(char* to, int value, int digits) {
    for (int i = digits - 1; i >= 0; --i) {
        to[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return to + digits;
}

char* putTime(char* to, const Temporal& moment) {
    to = put(to, moment.hour, 2);
    if (moment.precision < Precision::Minute) return to;
    *to++ = ':';
    to = put(to, moment.minute, 2);
    if (moment.precision < Precision::Second) return to;
    *to++ = ':';
    to = put(to, moment.second, 2);
    if (moment.precision < Precision::Millisecond) return to;
    *to++ = '.';
    std::uint32_t fraction = moment.nanoseconds;
    for (int i = moment.fractionDigits; i < 9; ++i) fraction /= 10;
    return put(to, static_cast<int>(fraction), moment.fractionDigits);
}

char* putZone(char* to, const Temporal& moment) {
    if (!moment.hasZone) return to;
    if (moment.zuluZone) {
        *to++ = 'Z';
        return to;
    }
    const int east = moment.zoneMinutes;
    *to++ = east < 0 ? '-' : '+';
    to = put(to, (east < 0 ? -east : east) / 60, 2);
    *to++ = ':';
    return put(to, (east < 0 ? -east : east) % 60, 2);
}

/// Nanoseconds since 1970 of the fields as they stand, unstated ones at their lowest, zone ignored.
Int128 localNanoseconds(const Temporal& moment) {
    const chr::sys_days day = chr::year(moment.year) /
                              chr::month(std::max<unsigned>(moment.month, 1)) /
                              chr::day(std::max<unsigned>(moment.day, 1));
    const Int128 seconds = Int128(day.time_since_epoch().count()) * 86'400 + moment.hour * 3600 +
                           moment.minute * 60 + moment.second;
    return seconds * 1'000'000'000 + moment.nanoseconds;
}

/// Gives the fraction the digits that it now needs: milliseconds added to ".0" need three.
void widenFraction(Temporal& moment) {
    if (moment.precision < Precision::Millisecond) return;
    constexpr std::uint32_t kUnits[] = {1'000'000'000, 100'000'000, 10'000'000, 1'000'000};
    if (moment.fractionDigits < 3 && moment.nanoseconds % kUnits[moment.fractionDigits] != 0) {
        moment.fractionDigits = 3;
    }
}

/// Writes the fields from a local time; precision, zone and digits of the fraction stay. False when
/// the year leaves 1 to 9999.
bool setLocal(Temporal& moment, Int128 nanoseconds) {
    constexpr Int128 kDay = Int128(86'400) * 1'000'000'000;
    Int128 day = nanoseconds / kDay;
    if (nanoseconds % kDay < 0) --day;
    Int128 rest = nanoseconds - day * kDay;
    if (day < -719'162 || day > 2'932'896) return false;  // 0001-01-01 and 9999-12-31
    const chr::year_month_day date{chr::sys_days(chr::days(static_cast<int>(day)))};
    moment.year = static_cast<std::int16_t>(static_cast<int>(date.year()));
    if (moment.precision >= Precision::Month) {
        moment.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
    }
    if (moment.precision >= Precision::Day) {
        moment.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
    }
    moment.nanoseconds = static_cast<std::uint32_t>(rest % 1'000'000'000);
    const auto seconds = static_cast<int>(rest / 1'000'000'000);
    widenFraction(moment);
    moment.hour = static_cast<std::uint8_t>(seconds / 3600);
    moment.minute = static_cast<std::uint8_t>(seconds / 60 % 60);
    moment.second = static_cast<std::uint8_t>(seconds % 60);
    return true;
}

/// In UTC: the same point in time with zone 0.
Temporal toUtc(const Temporal& moment) {
    if (moment.zoneMinutes == 0) return moment;
    Temporal utc = moment;
    // Only the last or first day of all time can leave the calendar; there the fields stay.
    setLocal(utc, localNanoseconds(moment) - Int128(moment.zoneMinutes) * 60'000'000'000);
    utc.zoneMinutes = 0;
    return utc;
}

std::array<std::int64_t, 6> fields(const Temporal& moment) {
    return {moment.year,   moment.month,
            moment.day,    moment.hour,
            moment.minute, std::int64_t{moment.second} * 1'000'000'000 + moment.nanoseconds};
}

/// Seconds and their fraction are one precision when values are compared.
int comparedPrecision(const Temporal& moment) {
    return static_cast<int>(std::min(moment.precision, Precision::Second));
}

std::optional<int> compareFields(const Temporal& a, const Temporal& b) {
    const auto left = fields(a);
    const auto right = fields(b);
    const int first = a.kind == Temporal::Kind::Time ? static_cast<int>(Precision::Hour) : 0;
    const int last = std::min(comparedPrecision(a), comparedPrecision(b));
    for (int i = first; i <= last; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (left[at] != right[at]) return left[at] < right[at] ? -1 : 1;
    }
    if (comparedPrecision(a) != comparedPrecision(b)) return std::nullopt;
    return 0;
}

/// The latest local time that the stated fields may mean, in nanoseconds.
Int128 lastNanoseconds(const Temporal& moment) {
    constexpr std::int64_t kLengths[] = {0, 0, 86'400, 3600, 60, 1};
    const auto precision = static_cast<std::size_t>(comparedPrecision(moment));
    check(precision >= 2, "a range is asked of days and finer only");
    if (moment.precision >= Precision::Second) return localNanoseconds(moment);
    return localNanoseconds(moment) + Int128(kLengths[precision]) * 1'000'000'000 - 1;
}

/// One has a zone and the other, which states a time, has none: decided only when no zone on earth
/// could make them the same.
std::optional<int> compareUnzoned(const Temporal& zoned, const Temporal& unzoned) {
    constexpr Int128 kMinute = 60'000'000'000;
    const Int128 zone = Int128(zoned.zoneMinutes) * kMinute;
    if (lastNanoseconds(zoned) - zone < localNanoseconds(unzoned) - kEastmost * kMinute) return -1;
    if (localNanoseconds(zoned) - zone > lastNanoseconds(unzoned) - kWestmost * kMinute) return 1;
    return std::nullopt;
}

/// Days that a unit stands for where the calendar does not say (unanchored conversion).
constexpr std::int64_t kDaysPerYear = 365;
constexpr std::int64_t kDaysPerMonth = 30;

std::optional<Temporal> addMonths(Temporal to, std::int64_t months) {
    const std::int64_t total = std::int64_t{to.year} * 12 + std::max<int>(to.month, 1) - 1 + months;
    if (total < 12 || total >= std::int64_t{10'000} * 12) return std::nullopt;
    to.year = static_cast<std::int16_t>(total / 12);
    if (to.precision >= Precision::Month) to.month = static_cast<std::uint8_t>(total % 12 + 1);
    if (to.precision >= Precision::Day) {
        const int last = daysInMonth(to.year, to.month);
        to.day = static_cast<std::uint8_t>(std::min<int>(to.day, last));
    }
    return to;
}

std::optional<Temporal> addDays(Temporal to, std::int64_t days) {
    if (to.precision == Precision::Year) return addMonths(to, days / kDaysPerYear * 12);
    if (to.precision == Precision::Month) return addMonths(to, days / kDaysPerMonth);
    const Int128 moved = localNanoseconds(to) + Int128(days) * 86'400 * 1'000'000'000;
    if (!setLocal(to, moved)) return std::nullopt;
    return to;
}

/// Nanoseconds of the unit that a precision counts in.
std::int64_t nanosecondsPer(Precision precision) {
    switch (precision) {
        case Precision::Hour:
            return std::int64_t{3600} * 1'000'000'000;
        case Precision::Minute:
            return std::int64_t{60} * 1'000'000'000;
        case Precision::Second:
            return 1'000'000'000;
        default:
            return 1;
    }
}

std::optional<Temporal> addNanoseconds(Temporal to, Int128 nanoseconds) {
    constexpr Int128 kDay = Int128(86'400) * 1'000'000'000;
    if (to.kind != Temporal::Kind::Time && to.precision <= Precision::Day) {
        return addDays(to, static_cast<std::int64_t>(nanoseconds / kDay));
    }
    const Int128 unit = nanosecondsPer(to.precision);
    const Int128 moved = nanoseconds / unit * unit;
    if (to.kind == Temporal::Kind::Time) {
        Temporal onADay = to;
        onADay.year = 2000;
        const Int128 start = localNanoseconds(onADay);
        const Int128 midnight = start / kDay * kDay;
        const Int128 within = ((start - midnight + moved) % kDay + kDay) % kDay;
        setLocal(onADay, midnight + within);
        onADay.year = 0;
        onADay.month = 0;
        onADay.day = 0;
        return onADay;
    }
    if (!setLocal(to, localNanoseconds(to) + moved)) return std::nullopt;
    return to;
}

std::optional<Precision> precisionOf(Temporal::Kind kind, int digits) {
    constexpr int kDigits[] = {4, 6, 8, 10, 12, 14, 17};
    const int offset = kind == Temporal::Kind::Time ? 8 : 0;
    const int first = kind == Temporal::Kind::Time ? 3 : 0;
    const int last = kind == Temporal::Kind::Date ? 2 : 6;
    for (int i = first; i <= last; ++i) {
        if (kDigits[i] - offset == digits) return static_cast<Precision>(i);
    }
    return std::nullopt;
}

/// Fields finer than the precision are zero, so that arithmetic sees none of them.
void cutTo(Temporal& moment, Precision precision) {
    moment.precision = precision;
    if (precision < Precision::Millisecond) moment.nanoseconds = 0;
    if (precision < Precision::Second) moment.second = 0;
    if (precision < Precision::Minute) moment.minute = 0;
    if (precision < Precision::Hour) moment.hour = 0;
    if (precision < Precision::Day) moment.day = 0;
    if (precision < Precision::Month) moment.month = 0;
}

std::optional<Temporal> boundary(const Temporal& of, int digits, bool high) {
    const auto wanted = precisionOf(of.kind, digits);
    if (!wanted) return std::nullopt;
    Temporal result = of;
    const auto unstated = [&](Precision precision) { return of.precision < precision; };
    if (of.kind != Temporal::Kind::Time) {
        if (unstated(Precision::Month)) result.month = high ? 12 : 1;
        if (unstated(Precision::Day)) {
            result.day =
                static_cast<std::uint8_t>(high ? daysInMonth(result.year, result.month) : 1);
        }
    }
    if (unstated(Precision::Hour)) result.hour = high ? 23 : 0;
    if (unstated(Precision::Minute)) result.minute = high ? 59 : 0;
    if (unstated(Precision::Second)) result.second = high ? 59 : 0;
    if (unstated(Precision::Millisecond)) result.nanoseconds = high ? 999'000'000 : 0;
    cutTo(result, *wanted);
    result.fractionDigits = *wanted == Precision::Millisecond ? 3 : 0;
    if (*wanted <= Precision::Day) {
        result.hasZone = false;
        result.zuluZone = false;
        result.zoneMinutes = 0;
    } else if (of.kind == Temporal::Kind::DateTime && !of.hasZone) {
        result.hasZone = true;
        result.zoneMinutes = high ? kWestmost : kEastmost;
    }
    return result;
}

}  // namespace

std::optional<Temporal> Temporal::parseDate(std::string_view text) {
    Temporal result;
    Reader reader(text);
    if (!reader.date(result) || !reader.atEnd()) return std::nullopt;
    return result;
}

std::optional<Temporal> Temporal::parseDateTime(std::string_view text) {
    Temporal result;
    result.kind = Kind::DateTime;
    Reader reader(text);
    if (!reader.date(result)) return std::nullopt;
    if (reader.take('T') && !reader.atEnd()) {
        if (result.precision != Precision::Day || !reader.time(result) || !reader.zone(result)) {
            return std::nullopt;
        }
    }
    if (!reader.atEnd()) return std::nullopt;
    return result;
}

std::optional<Temporal> Temporal::parseTime(std::string_view text) {
    Temporal result;
    result.kind = Kind::Time;
    Reader reader(text);
    reader.take('T');
    if (!reader.time(result) || !reader.atEnd()) return std::nullopt;
    return result;
}

Temporal Temporal::at(Instant instant, std::int16_t zoneMinutes) {
    Temporal result;
    result.kind = Kind::DateTime;
    result.precision = Precision::Millisecond;
    result.fractionDigits = 3;
    result.hasZone = true;
    result.zoneMinutes = zoneMinutes;
    const Int128 local = Int128(instant.time_since_epoch().count()) * 1'000'000 +
                         Int128(zoneMinutes) * 60'000'000'000;
    check(setLocal(result, local), "the present lies between the years 1 and 9999");
    return result;
}

std::size_t Temporal::write(char* to) const {
    char* at = to;
    if (kind == Kind::Time) return static_cast<std::size_t>(putTime(at, *this) - to);
    at = put(at, year, 4);
    if (precision >= Precision::Month) {
        *at++ = '-';
        at = put(at, month, 2);
    }
    if (precision >= Precision::Day) {
        *at++ = '-';
        at = put(at, day, 2);
    }
    if (precision >= Precision::Hour) {
        *at++ = 'T';
        at = putZone(putTime(at, *this), *this);
    }
    return static_cast<std::size_t>(at - to);
}

std::string Temporal::text() const {
    char buffer[kTextBytes];
    return {buffer, write(buffer)};
}

Temporal Temporal::datePart() const {
    check(kind != Kind::Time, "a time of day has no date");
    Temporal result;
    result.year = year;
    result.month = month;
    result.day = day;
    result.precision = std::min(precision, Precision::Day);
    return result;
}

Temporal Temporal::asDateTime() const {
    check(kind != Kind::Time, "a time of day has no date");
    Temporal result = *this;
    result.kind = Kind::DateTime;
    return result;
}

Instant Temporal::instant(std::int16_t assumedZoneMinutes) const {
    const std::int16_t zone = hasZone ? zoneMinutes : assumedZoneMinutes;
    const Int128 utc = localNanoseconds(*this) - Int128(zone) * 60'000'000'000;
    Int128 milliseconds = utc / 1'000'000;
    if (utc % 1'000'000 < 0) --milliseconds;
    return Instant(Milliseconds(static_cast<std::int64_t>(milliseconds)));
}

int Temporal::precisionDigits() const {
    constexpr int kDigits[] = {4, 6, 8, 10, 12, 14, 17};
    return kDigits[static_cast<std::size_t>(precision)] - (kind == Kind::Time ? 8 : 0);
}

std::optional<int> compare(const Temporal& a, const Temporal& b) {
    check((a.kind == Temporal::Kind::Time) == (b.kind == Temporal::Kind::Time),
          "a time of day is compared with a time of day");
    if (a.kind == Temporal::Kind::Time || a.hasZone == b.hasZone) {
        if (!a.hasZone || a.zoneMinutes == b.zoneMinutes) return compareFields(a, b);
        return compareFields(toUtc(a), toUtc(b));
    }
    const Temporal& unzoned = a.hasZone ? b : a;
    if (unzoned.precision <= Precision::Day) return compareFields(a, b);
    if (a.hasZone) return compareUnzoned(a, b);
    const auto reversed = compareUnzoned(b, a);
    return reversed ? std::optional<int>(-*reversed) : std::nullopt;
}

std::optional<bool> equal(const Temporal& a, const Temporal& b) {
    const auto order = compare(a, b);
    return order ? std::optional<bool>(*order == 0) : std::nullopt;
}

bool equivalent(const Temporal& a, const Temporal& b) {
    return comparedPrecision(a) == comparedPrecision(b) && compare(a, b) == 0;
}

std::optional<Temporal> add(const Temporal& to, const Decimal& amount, CalendarUnit unit) {
    const auto whole = amount.withScale(0, Decimal::Rounding::Down);
    const auto count = whole ? whole->toInteger() : std::nullopt;
    constexpr std::int64_t kMost = 1'000'000'000'000'000;
    if (!count || *count > kMost || *count < -kMost) return std::nullopt;
    switch (unit) {
        case CalendarUnit::Year:
            return addMonths(to, *count * 12);
        case CalendarUnit::Month:
            return addMonths(to, to.precision == Precision::Year ? *count / 12 * 12 : *count);
        case CalendarUnit::Week:
            return addDays(to, *count * 7);
        case CalendarUnit::Day:
            return addDays(to, *count);
        case CalendarUnit::Hour:
            return addNanoseconds(to, Int128(*count) * 3'600'000'000'000);
        case CalendarUnit::Minute:
            return addNanoseconds(to, Int128(*count) * 60'000'000'000);
        case CalendarUnit::Second:
            return addNanoseconds(to, Int128(*count) * 1'000'000'000);
        case CalendarUnit::Millisecond:
            return addNanoseconds(to, Int128(*count) * 1'000'000);
    }
    return std::nullopt;
}

std::optional<Temporal> lowBoundary(const Temporal& of, int digits) {
    return boundary(of, digits, false);
}

std::optional<Temporal> highBoundary(const Temporal& of, int digits) {
    return boundary(of, digits, true);
}

}  // namespace waymark::model
