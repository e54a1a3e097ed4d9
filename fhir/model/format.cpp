#include "fhir/model/format.h"

#include <array>
#include <cstring>
#include <utility>

namespace waymark::model {
namespace {

constexpr std::size_t kLongestString = 1024 * 1024;  // characters, R4 section 2.24.0.1

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads a text from the left; each step fails for good once it has failed.
class Cursor {
public:
    explicit Cursor(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

    [[nodiscard]] bool atEnd() const { return at_ == end_; }
    [[nodiscard]] bool next(char c) const { return at_ != end_ && *at_ == c; }
    [[nodiscard]] bool take(char c) {
        if (!next(c)) return false;
        ++at_;
        return true;
    }
    /// Exactly `count` digits as a number, -1 when they are not there.
    [[nodiscard]] int digits(int count) {
        if (end_ - at_ < count) return -1;
        int value = 0;
        for (int i = 0; i < count; ++i) {
            if (!isDigit(at_[i])) return -1;
            value = value * 10 + (at_[i] - '0');
        }
        at_ += count;
        return value;
    }
    /// One digit or more.
    [[nodiscard]] bool someDigits() {
        const char* const begin = at_;
        while (at_ != end_ && isDigit(*at_)) ++at_;
        return at_ != begin;
    }

private:
    const char* at_;
    const char* end_;
};

int daysIn(int year, int month) {
    static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

enum class DatePrecision : std::uint8_t { None, Year, Month, Day };

DatePrecision takeDate(Cursor& cursor) {
    const int year = cursor.digits(4);
    if (year < 1) return DatePrecision::None;
    if (!cursor.take('-')) return DatePrecision::Year;
    const int month = cursor.digits(2);
    if (month < 1 || month > 12) return DatePrecision::None;
    if (!cursor.take('-')) return DatePrecision::Month;
    const int day = cursor.digits(2);
    return day >= 1 && day <= daysIn(year, month) ? DatePrecision::Day : DatePrecision::None;
}

bool takeTime(Cursor& cursor) {
    const int hour = cursor.digits(2);
    if (hour < 0 || hour > 23 || !cursor.take(':')) return false;
    const int minute = cursor.digits(2);
    if (minute < 0 || minute > 59 || !cursor.take(':')) return false;
    const int second = cursor.digits(2);
    if (second < 0 || second > 60) return false;  // 60 is a leap second
    return !cursor.take('.') || cursor.someDigits();
}

bool takeZone(Cursor& cursor) {
    if (cursor.take('Z')) return true;
    if (!cursor.take('+') && !cursor.take('-')) return false;
    const int hours = cursor.digits(2);
    if (hours < 0 || hours > 14 || !cursor.take(':')) return false;
    const int minutes = cursor.digits(2);
    return minutes >= 0 && minutes <= (hours == 14 ? 0 : 59);
}

bool isDate(std::string_view text) {
    Cursor cursor(text);
    return takeDate(cursor) != DatePrecision::None && cursor.atEnd();
}

bool isDateTime(std::string_view text, bool toTheSecond) {
    Cursor cursor(text);
    const DatePrecision precision = takeDate(cursor);
    if (precision == DatePrecision::None) return false;
    if (cursor.atEnd()) return !toTheSecond;
    return precision == DatePrecision::Day && cursor.take('T') && takeTime(cursor) &&
           takeZone(cursor) && cursor.atEnd();
}

bool isTime(std::string_view text) {
    Cursor cursor(text);
    return takeTime(cursor) && cursor.atEnd();
}

/// 0, or digits without a leading zero, with a sign if `sign`; at most `largest`.
bool isInteger(std::string_view text, bool sign, std::uint64_t least, std::uint64_t largest) {
    if (sign && text.starts_with('-')) {
        text.remove_prefix(1);
        largest += 1;
    }
    if (text.empty() || text.size() > 10 || (text.size() > 1 && text.front() == '0')) return false;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!isDigit(c)) return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value >= least && value <= largest;
}

bool isDecimal(std::string_view text) {
    Cursor cursor(text);
    static_cast<void>(cursor.take('-'));
    if (!cursor.take('0') && !cursor.someDigits()) return false;
    if (cursor.take('.') && !cursor.someDigits()) return false;
    if (cursor.take('e') || cursor.take('E')) {
        if (!cursor.take('+')) static_cast<void>(cursor.take('-'));
        if (!cursor.someDigits()) return false;
    }
    return cursor.atEnd();
}

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Whether one of the eight bytes is below 0x21, that is blank or a control character.
bool hasLow(std::uint64_t word) {
    return ((word - 0x2121212121212121ULL) & ~word & 0x8080808080808080ULL) != 0;
}

bool isString(std::string_view text) {
    if (text.empty()) return false;
    if (text.size() <= kLongestString) return true;
    std::size_t characters = 0;
    for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    return characters <= kLongestString;
}

bool isUri(std::string_view text) {
    if (text.empty()) return false;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        if (hasLow(word)) break;
    }
    while (at != end && !isBlank(*at)) ++at;
    return at == end;
}

bool isCode(std::string_view text) {
    if (text.empty() || isBlank(text.front()) || isBlank(text.back())) return false;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (isBlank(text[i]) && (text[i] != ' ' || isBlank(text[i - 1]))) return false;
    }
    return true;
}

constexpr std::array<bool, 256> kIdCharacters = [] {
    std::array<bool, 256> allowed{};
    for (std::size_t c = 'a'; c <= 'z'; ++c) allowed[c] = true;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) allowed[c] = true;
    for (std::size_t c = '0'; c <= '9'; ++c) allowed[c] = true;
    allowed['-'] = allowed['.'] = true;
    return allowed;
}();

bool isId(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    for (const char c : text) {
        if (!kIdCharacters[static_cast<unsigned char>(c)]) return false;
    }
    return true;
}

bool isOid(std::string_view text) {
    if (!text.starts_with("urn:oid:")) return false;
    Cursor cursor(text.substr(8));
    if (!cursor.take('0') && !cursor.take('1') && !cursor.take('2')) return false;
    bool arcs = false;
    while (cursor.take('.')) {
        if (!cursor.take('0') && !cursor.someDigits()) return false;
        arcs = true;
    }
    return arcs && cursor.atEnd();
}

bool isUuid(std::string_view text) {
    if (text.size() != 45 || !text.starts_with("urn:uuid:")) return false;
    text.remove_prefix(9);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !isDigit(c) && !(c >= 'a' && c <= 'f')) return false;
    }
    return true;
}

constexpr std::array<std::uint8_t, 256> kBase64 = [] {
    std::array<std::uint8_t, 256> kinds{};
    for (std::size_t c = 'a'; c <= 'z'; ++c) kinds[c] = 1;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) kinds[c] = 1;
    for (std::size_t c = '0'; c <= '9'; ++c) kinds[c] = 1;
    kinds['+'] = kinds['/'] = 1;
    kinds['='] = 2;
    kinds[' '] = kinds['\t'] = kinds['\n'] = kinds['\r'] = 3;
    return kinds;
}();

bool isBase64(std::string_view text) {
    std::size_t characters = 0;
    std::size_t padding = 0;
    for (const char c : text) {
        switch (kBase64[static_cast<unsigned char>(c)]) {
            case 1:
                if (padding > 0) return false;
                ++characters;
                break;
            case 2:
                ++padding;
                break;
            case 3:
                break;
            default:
                return false;
        }
    }
    return characters > 0 && padding <= 2 && (characters + padding) % 4 == 0;
}

constexpr std::uint64_t kLargestInteger = 2'147'483'647;

}  // namespace

bool matches(Format format, std::string_view text) {
    switch (format) {
        case Format::None:
            return false;
        case Format::Boolean:
            return text == "true" || text == "false";
        case Format::Integer:
            return isInteger(text, true, 0, kLargestInteger);
        case Format::PositiveInt:
            return isInteger(text, false, 1, kLargestInteger);
        case Format::UnsignedInt:
            return isInteger(text, false, 0, kLargestInteger);
        case Format::Decimal:
            return isDecimal(text);
        case Format::String:
        case Format::Markdown:
            return isString(text);
        case Format::Xhtml:
            return !text.empty();
        case Format::Code:
            return isCode(text);
        case Format::Id:
            return isId(text);
        case Format::Uri:
            return isUri(text);
        case Format::Oid:
            return isOid(text);
        case Format::Uuid:
            return isUuid(text);
        case Format::Base64:
            return isBase64(text);
        case Format::Date:
            return isDate(text);
        case Format::DateTime:
            return isDateTime(text, false);
        case Format::Instant:
            return isDateTime(text, true);
        case Format::Time:
            return isTime(text);
    }
    return false;
}

std::string_view expectation(Format format) {
    switch (format) {
        case Format::None:
            break;
        case Format::Boolean:
            return "true or false";
        case Format::Integer:
            return "a whole number from -2147483648 to 2147483647";
        case Format::PositiveInt:
            return "a whole number from 1 to 2147483647";
        case Format::UnsignedInt:
            return "a whole number from 0 to 2147483647";
        case Format::Decimal:
            return "a decimal number such as 1.50";
        case Format::String:
        case Format::Markdown:
            return "a text of 1 to 1048576 characters";
        case Format::Xhtml:
            return "a <div> of XHTML";
        case Format::Code:
            return "a code: no space at its ends, single spaces inside";
        case Format::Id:
            return "an id: 1 to 64 letters, digits, '-' and '.'";
        case Format::Uri:
            return "a URI without spaces";
        case Format::Oid:
            return "an OID as urn:oid:1.2.3";
        case Format::Uuid:
            return "a UUID as urn:uuid: with 36 lower-case characters";
        case Format::Base64:
            return "base64 with its padding";
        case Format::Date:
            return "a date that exists, as YYYY, YYYY-MM or YYYY-MM-DD";
        case Format::DateTime:
            return "a date that exists, as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz "
                   "(with seconds and zone)";
        case Format::Instant:
            return "an instant as YYYY-MM-DDThh:mm:ss.sss+zz:zz (with seconds and zone)";
        case Format::Time:
            return "a time as hh:mm:ss";
    }
    return "";
}

Format formatOf(std::string_view typeName) {
    static constexpr std::pair<std::string_view, Format> kFormats[] = {
        {"boolean", Format::Boolean},
        {"integer", Format::Integer},
        {"positiveInt", Format::PositiveInt},
        {"unsignedInt", Format::UnsignedInt},
        {"decimal", Format::Decimal},
        {"string", Format::String},
        {"markdown", Format::Markdown},
        {"code", Format::Code},
        {"id", Format::Id},
        {"uri", Format::Uri},
        {"url", Format::Uri},
        {"canonical", Format::Uri},
        {"oid", Format::Oid},
        {"uuid", Format::Uuid},
        {"base64Binary", Format::Base64},
        {"date", Format::Date},
        {"dateTime", Format::DateTime},
        {"instant", Format::Instant},
        {"time", Format::Time},
        {"xhtml", Format::Xhtml},
    };
    for (const auto& [name, format] : kFormats) {
        if (name == typeName) return format;
    }
    return Format::None;
}

}  // namespace waymark::model
