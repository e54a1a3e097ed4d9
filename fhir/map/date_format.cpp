#include "fhir/map/date_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace waymark::map {
namespace {

using model::Precision;
using model::Temporal;

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
/// Two-digit years up to this are of this century.
constexpr int kLastYearOfThisCentury = 49;

/// A code and how often its letter stands there, or a literal character.
struct Piece {
    char code = 0;
    std::size_t count = 1;
    bool literal = true;
};

/// Cuts the next piece off a pattern. 'text' in quotes is literal, as in other languages' patterns.
Piece nextPiece(std::string_view& pattern, bool& quoted) {
    constexpr std::string_view kCodes = "yMdhHmsSaZz";
    const char first = pattern.front();
    Piece piece{.code = first};
    if (first != '\'' && !quoted && kCodes.find(first) != std::string_view::npos) {
        piece.literal = false;
        while (piece.count < pattern.size() && pattern[piece.count] == first) ++piece.count;
    }
    pattern.remove_prefix(piece.count);
    if (first == '\'') {
        quoted = !quoted;
        piece.count = 0;
    }
    return piece;
}

class Reader {
public:
    Reader(std::string_view text, Temporal::Kind kind) : text_(text) { out_.kind = kind; }

    bool read(const Piece& piece) {
        if (piece.literal) return piece.count == 0 || literal(piece.code);
        switch (piece.code) {
            case 'y':
                return year(piece.count);
            case 'M':
                return month(piece.count);
            case 'd':
                return field(piece.count, 1, 31, Precision::Day, out_.day);
            case 'H':
                return field(piece.count, 0, 23, Precision::Hour, out_.hour);
            case 'h':
                return field(piece.count, 1, 12, Precision::Hour, out_.hour) && (twelve_ = true);
            case 'm':
                return field(piece.count, 0, 59, Precision::Minute, out_.minute);
            case 's':
                return field(piece.count, 0, 59, Precision::Second, out_.second);
            case 'S':
                return fraction(piece.count);
            case 'a':
                return halfOfDay();
            default:
                return zone();
        }
    }

    std::optional<Temporal> finish() {
        if (!text_.empty()) return std::nullopt;
        if (twelve_) out_.hour = static_cast<std::uint8_t>(out_.hour % 12 + (afternoon_ ? 12 : 0));
        if (out_.kind != Temporal::Kind::Time) {
            if (out_.precision >= Precision::Month && out_.month == 0) return std::nullopt;
            if (out_.precision >= Precision::Day) {
                const std::chrono::year_month_day date(std::chrono::year(out_.year),
                                                       std::chrono::month(out_.month),
                                                       std::chrono::day(out_.day));
                if (!date.ok()) return std::nullopt;
            }
        }
        return out_;
    }

private:
    bool literal(char wanted) {
        if (text_.empty() || text_.front() != wanted) return false;
        text_.remove_prefix(1);
        return true;
    }
    /// Exactly `count` digits, or one or two where the code is a single letter.
    std::optional<int> digits(std::size_t count) {
        const std::size_t most = count == 1 ? 2 : count;
        std::size_t length = 0;
        int value = 0;
        while (length < most && length < text_.size() && text_[length] >= '0' &&
               text_[length] <= '9')
            value = value * 10 + (text_[length++] - '0');
        if (length == 0 || (count > 1 && length < count)) return std::nullopt;
        text_.remove_prefix(length);
        return value;
    }
    bool field(std::size_t count, int least, int most, Precision precision, std::uint8_t& into) {
        const auto value = digits(count);
        if (!value || *value < least || *value > most) return false;
        into = static_cast<std::uint8_t>(*value);
        out_.precision = std::max(out_.precision, precision);
        return true;
    }
    bool year(std::size_t count) {
        const auto value = digits(count == 1 ? 4 : count);
        if (!value) return false;
        int full = *value;
        if (count == 2) full += full <= kLastYearOfThisCentury ? 2000 : 1900;
        out_.year = static_cast<std::int16_t>(full);
        return full > 0;
    }
    bool month(std::size_t count) {
        if (count <= 2) return field(count, 1, 12, Precision::Month, out_.month);
        for (std::size_t i = 0; i < kMonths.size(); ++i) {
            const std::string_view name = count == 3 ? kMonths[i].substr(0, 3) : kMonths[i];
            if (!text_.starts_with(name)) continue;
            text_.remove_prefix(name.size());
            out_.month = static_cast<std::uint8_t>(i + 1);
            out_.precision = std::max(out_.precision, Precision::Month);
            return true;
        }
        return false;
    }
    bool fraction(std::size_t count) {
        std::uint32_t nanoseconds = 0;
        std::size_t read = 0;
        for (; read < count && read < 9 && !text_.empty() && text_.front() >= '0' &&
               text_.front() <= '9';
             ++read) {
            nanoseconds = nanoseconds * 10 + static_cast<std::uint32_t>(text_.front() - '0');
            text_.remove_prefix(1);
        }
        if (read != count) return false;
        for (std::size_t i = read; i < 9; ++i) nanoseconds *= 10;
        out_.nanoseconds = nanoseconds;
        out_.fractionDigits = static_cast<std::uint8_t>(read);
        out_.precision = Precision::Millisecond;
        return true;
    }
    bool halfOfDay() {
        if (text_.empty()) return false;
        const char letter = static_cast<char>(text_.front() | 0x20);
        if (letter != 'a' && letter != 'p') return false;
        afternoon_ = letter == 'p';
        text_.remove_prefix(1);
        if (!text_.empty() && (text_.front() | 0x20) == 'm') text_.remove_prefix(1);
        return true;
    }
    /// Z, +0200, +02:00. Names of zones are ambiguous and not taken.
    bool zone() {
        if (text_.empty()) return false;
        const char sign = text_.front();
        text_.remove_prefix(1);
        out_.hasZone = true;
        if (sign == 'Z') {
            out_.zuluZone = true;
            return true;
        }
        if (sign != '+' && sign != '-') return false;
        const auto hours = digits(2);
        if (!text_.empty() && text_.front() == ':') text_.remove_prefix(1);
        const auto minutes = digits(2);
        if (!hours || !minutes || *hours > 14 || *minutes > 59) return false;
        const int offset = *hours * 60 + *minutes;
        out_.zoneMinutes = static_cast<std::int16_t>(sign == '-' ? -offset : offset);
        return true;
    }

    std::string_view text_;
    Temporal out_;
    bool twelve_ = false;
    bool afternoon_ = false;
};

std::string zoneText(const Temporal& moment) {
    if (moment.zuluZone) return "Z";
    const int minutes = moment.zoneMinutes < 0 ? -moment.zoneMinutes : moment.zoneMinutes;
    return fmt::format("{}{:02}{:02}", moment.zoneMinutes < 0 ? '-' : '+', minutes / 60,
                       minutes % 60);
}

/// What a pattern's piece needs a moment to state.
bool states(const Temporal& moment, char code) {
    switch (code) {
        case 'y':
            return moment.kind != Temporal::Kind::Time;
        case 'M':
            return moment.kind != Temporal::Kind::Time && moment.precision >= Precision::Month;
        case 'd':
            return moment.kind != Temporal::Kind::Time && moment.precision >= Precision::Day;
        case 'Z':
        case 'z':
            return moment.hasZone;
        case 'm':
            return moment.precision >= Precision::Minute;
        case 's':
        case 'S':
            return moment.precision >= Precision::Second;
        default:
            return moment.precision >= Precision::Hour;
    }
}

std::string number(int value, std::size_t width) {
    return fmt::format("{:0{}}", value, width);
}

std::string written(const Temporal& moment, const Piece& piece) {
    switch (piece.code) {
        case 'y':
            return piece.count == 2 ? number(moment.year % 100, 2)
                                    : number(moment.year, std::max<std::size_t>(piece.count, 4));
        case 'M':
            if (piece.count <= 2) return number(moment.month, piece.count);
            return std::string(kMonths[(moment.month + 11U) % 12].substr(
                0, piece.count == 3 ? 3 : std::string_view::npos));
        case 'd':
            return number(moment.day, piece.count);
        case 'H':
            return number(moment.hour, piece.count);
        case 'h':
            return number((moment.hour + 11) % 12 + 1, piece.count);
        case 'm':
            return number(moment.minute, piece.count);
        case 's':
            return number(moment.second, piece.count);
        case 'a':
            return moment.hour < 12 ? "AM" : "PM";
        case 'S':
            return fmt::format("{:09}", moment.nanoseconds).substr(0, piece.count);
        default:
            return zoneText(moment);
    }
}

}  // namespace

std::optional<Temporal> parseMoment(std::string_view text, std::string_view pattern,
                                    Temporal::Kind kind) {
    Reader reader(text, kind);
    bool quoted = false;
    while (!pattern.empty())
        if (!reader.read(nextPiece(pattern, quoted))) return std::nullopt;
    return reader.finish();
}

std::optional<std::string> formatMoment(const Temporal& moment, std::string_view pattern) {
    std::string out;
    bool quoted = false;
    while (!pattern.empty()) {
        const Piece piece = nextPiece(pattern, quoted);
        if (piece.literal) {
            out.append(piece.count, piece.code);
            continue;
        }
        if (!states(moment, piece.code)) return std::nullopt;
        out += written(moment, piece);
    }
    return out;
}

}  // namespace waymark::map
