#include "fhir/model/quantity.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "fhir/model/ucum.h"

namespace waymark::model {
namespace {

struct CalendarWord {
    std::string_view singular;
    std::string_view plural;
    CalendarUnit unit;
    std::string_view ucum;
};
constexpr CalendarWord kWords[] = {
    {"year", "years", CalendarUnit::Year, "a"},
    {"month", "months", CalendarUnit::Month, "mo"},
    {"week", "weeks", CalendarUnit::Week, "wk"},
    {"day", "days", CalendarUnit::Day, "d"},
    {"hour", "hours", CalendarUnit::Hour, "h"},
    {"minute", "minutes", CalendarUnit::Minute, "min"},
    {"second", "seconds", CalendarUnit::Second, "s"},
    {"millisecond", "milliseconds", CalendarUnit::Millisecond, "ms"},
};

const CalendarWord* wordOf(std::string_view word) {
    for (const CalendarWord& entry : kWords) {
        if (word == entry.singular || word == entry.plural) return &entry;
    }
    return nullptr;
}

const CalendarWord* wordOf(const Quantity& quantity) {
    return quantity.calendar ? wordOf(quantity.unit) : nullptr;
}

bool isYearOrMonth(const CalendarWord* word) {
    return word && word->unit <= CalendarUnit::Month;
}

/// How calendar units count among themselves and against definite ones.
enum class Calendar { Strict, Equivalent };

/// The quantity's unit and value as UCUM has it.
struct Definite {
    Decimal value;
    Unit unit;
    std::string_view code;
};

/// Days of an unanchored calendar year or month: 365 and 30 (FHIRPath toQuantity()).
std::optional<Definite> inDays(const Quantity& quantity, const CalendarWord& word) {
    const auto days = quantity.value.times(Decimal(word.unit == CalendarUnit::Year ? 365 : 30));
    const auto unit = Unit::parse("d");
    if (!days || !unit) return std::nullopt;
    return Definite{*days, *unit, "d"};
}

std::optional<Definite> definite(const Quantity& quantity) {
    const CalendarWord* word = wordOf(quantity);
    const std::string_view code = word ? word->ucum : quantity.unit;
    const auto unit = Unit::parse(code);
    if (!unit) return std::nullopt;
    return Definite{quantity.value, *unit, code};
}

struct Pair {
    Definite a;
    Definite b;
};

/// Both as definite quantities of one dimension; none when they cannot be set against each other.
std::optional<Pair> paired(const Quantity& a, const Quantity& b, Calendar calendar) {
    const CalendarWord* wordA = wordOf(a);
    const CalendarWord* wordB = wordOf(b);
    auto left = definite(a);
    auto right = definite(b);
    const bool longA = isYearOrMonth(wordA);
    const bool longB = isYearOrMonth(wordB);
    if (longA != longB) {
        const bool bothCalendar = wordA && wordB;
        if (!bothCalendar && calendar == Calendar::Strict) return std::nullopt;
        if (bothCalendar && longA) left = inDays(a, *wordA);
        if (bothCalendar && longB) right = inDays(b, *wordB);
    }
    if (!left || !right || !left->unit.sameDimension(right->unit)) return std::nullopt;
    return Pair{*left, *right};
}

/// Degrees: to the same scale's zero, after which only the factor counts.
std::optional<Decimal> fromZero(const Definite& quantity) {
    return quantity.unit.hasOffset ? quantity.value.plus(quantity.unit.offset) : quantity.value;
}

bool isMoreGranular(const Unit& a, const Unit& b) {
    const auto quotient = ratio(a, b);
    if (!quotient) return false;
    const auto one = scaled(Decimal(1), *quotient);
    return one && one->compare(Decimal(1)) < 0;
}

/// Brings both values to one unit without a division: the coarser one is multiplied up. Values as
/// fractions of equal denominators.
struct Aligned {
    Decimal a;
    Decimal b;
};
std::optional<Aligned> aligned(const Pair& pair) {
    const auto left = fromZero(pair.a);
    const auto right = fromZero(pair.b);
    const auto quotient = ratio(pair.a.unit, pair.b.unit);
    if (!left || !right || !quotient) return std::nullopt;
    // a * num / den * 10^e against b: a * num * 10^e against b * den.
    const auto a = scaled(*left, Ratio{quotient->num, 1, std::max(quotient->exponent, 0)});
    const auto b = scaled(*right, Ratio{quotient->den, 1, std::max(-quotient->exponent, 0)});
    if (!a || !b) return std::nullopt;
    return Aligned{*a, *b};
}

ComputedQuantity computed(Decimal value, std::string_view unit, bool calendar) {
    ComputedQuantity result;
    result.value = value;
    result.unitLength = std::min(unit.size(), result.unit.size());
    std::memcpy(result.unit.data(), unit.data(), result.unitLength);
    result.calendar = calendar;
    return result;
}

std::optional<Decimal> converted(const Definite& from, const Unit& to) {
    const auto value = fromZero(from);
    const auto quotient = ratio(from.unit, to);
    if (!value || !quotient) return std::nullopt;
    const auto result = scaled(*value, *quotient);
    if (!result || !to.hasOffset) return result;
    return result->minus(to.offset);
}

/// Both in the more granular unit of the two.
struct Common {
    Decimal a;
    Decimal b;
    std::string_view unit;
    bool calendar = false;
};
std::optional<Common> common(const Quantity& a, const Quantity& b) {
    if (a.unit == b.unit && a.calendar == b.calendar) {
        if (!isUnit(a.unit)) return std::nullopt;
        return Common{a.value, b.value, a.unit, a.calendar};
    }
    const auto pair = paired(a, b, Calendar::Strict);
    if (!pair) return std::nullopt;
    const bool toA = isMoreGranular(pair->a.unit, pair->b.unit);
    const Unit& unit = toA ? pair->a.unit : pair->b.unit;
    const auto left = toA ? std::optional<Decimal>(pair->a.value) : converted(pair->a, unit);
    const auto right = toA ? converted(pair->b, unit) : std::optional<Decimal>(pair->b.value);
    if (!left || !right) return std::nullopt;
    const Quantity& named = toA ? a : b;
    const bool keepsWord =
        a.calendar && b.calendar && wordOf(named)->ucum == (toA ? pair->a : pair->b).code;
    return Common{*left, *right, keepsWord ? named.unit : (toA ? pair->a : pair->b).code,
                  keepsWord};
}

/// Unit expressions taken apart to factors with powers, so that a product can be written again.
struct Factors {
    struct Factor {
        std::string_view code;
        int power;
    };
    std::array<Factor, 8> items{};
    std::size_t count = 0;

    bool add(std::string_view code, int power) {
        if (code == "1" || code.empty()) return true;
        for (std::size_t i = 0; i < count; ++i) {
            if (items[i].code != code) continue;
            items[i].power += power;
            return true;
        }
        if (count == items.size()) return false;
        items[count++] = {code, power};
        return true;
    }

    /// Adds every factor of a unit without parentheses, to a power of 1 or -1.
    bool addAll(std::string_view unit, int sign) {
        int direction = sign;
        while (!unit.empty()) {
            if (unit.front() == '/' || unit.front() == '.') {
                direction = unit.front() == '/' ? -sign : sign;
                unit.remove_prefix(1);
            }
            std::size_t end = 0;
            while (end < unit.size() && unit[end] != '.' && unit[end] != '/') {
                if (unit[end] == '(' || unit[end] == '{') return false;
                end =
                    unit[end] == '[' ? std::min(unit.find(']', end), unit.size() - 1) + 1 : end + 1;
            }
            if (!addFactor(unit.substr(0, end), direction)) return false;
            unit.remove_prefix(end);
        }
        return true;
    }

    bool addFactor(std::string_view factor, int direction) {
        std::size_t digits = factor.size();
        while (digits > 0 && factor[digits - 1] >= '0' && factor[digits - 1] <= '9') --digits;
        if (digits == 0 || digits == factor.size()) return add(factor, direction);
        const bool negative = factor[digits - 1] == '-';
        const bool isSigned = negative || factor[digits - 1] == '+';
        int power = 0;
        std::from_chars(factor.data() + digits, factor.data() + factor.size(), power);
        return add(factor.substr(0, digits - (isSigned ? 1 : 0)),
                   direction * (negative ? -power : power));
    }

    /// "cm2", "g/mL", "/s", "1".
    bool write(ComputedQuantity& to) const {
        to.unitLength = 0;
        for (const bool above : {true, false}) {
            for (std::size_t i = 0; i < count; ++i) {
                const int power = above ? items[i].power : -items[i].power;
                if (power <= 0) continue;
                if (!above && !append(to, "/")) return false;
                if (above && to.unitLength > 0 && !append(to, ".")) return false;
                char digits[8] = {};
                const auto end = std::to_chars(digits, digits + sizeof digits, power).ptr;
                if (!append(to, items[i].code)) return false;
                if (power != 1 && !append(to, {digits, static_cast<std::size_t>(end - digits)})) {
                    return false;
                }
            }
        }
        return to.unitLength > 0 || append(to, "1");
    }

    static bool append(ComputedQuantity& to, std::string_view text) {
        if (to.unitLength + text.size() > to.unit.size()) return false;
        std::memcpy(to.unit.data() + to.unitLength, text.data(), text.size());
        to.unitLength += text.size();
        return true;
    }
};

std::optional<ComputedQuantity> product(const Quantity& a, const Quantity& b, bool divide) {
    const CalendarWord* wordA = wordOf(a);
    const CalendarWord* wordB = wordOf(b);
    Decimal left = a.value;
    Decimal right = b.value;
    std::string_view unitA = wordA ? wordA->ucum : a.unit;
    std::string_view unitB = wordB ? wordB->ucum : b.unit;
    if (!isUnit(unitA) || !isUnit(unitB)) return std::nullopt;
    if (const auto both = common({left, unitA, false}, {right, unitB, false})) {
        left = both->a;
        right = both->b;
        unitA = both->unit;
        unitB = both->unit;
    }
    const auto value = divide ? left.dividedBy(right) : left.times(right);
    Factors factors;
    if (!value || !factors.addAll(unitA, 1) || !factors.addAll(unitB, divide ? -1 : 1)) {
        return std::nullopt;
    }
    ComputedQuantity result;
    result.value = *value;
    if (!factors.write(result)) return std::nullopt;
    return result;
}

}  // namespace

std::optional<CalendarUnit> calendarUnit(std::string_view word) {
    const CalendarWord* entry = wordOf(word);
    return entry ? std::optional<CalendarUnit>(entry->unit) : std::nullopt;
}

std::optional<CalendarUnit> addableUnit(const Quantity& quantity) {
    if (quantity.calendar) return calendarUnit(quantity.unit);
    for (const CalendarWord& entry : kWords) {
        if (quantity.unit == entry.ucum && entry.unit > CalendarUnit::Month) return entry.unit;
    }
    return std::nullopt;
}

bool isUnit(std::string_view unit) {
    return wordOf(unit) || Unit::parse(unit);
}

std::string Quantity::text() const {
    const CalendarWord* word = calendar ? wordOf(unit) : nullptr;
    std::string result = value.text();
    result += ' ';
    if (isYearOrMonth(word)) return result += unit;
    result += '\'';
    result += word ? word->ucum : unit;
    return result += '\'';
}

bool comparable(const Quantity& a, const Quantity& b) {
    return paired(a, b, Calendar::Strict).has_value();
}

std::optional<int> compare(const Quantity& a, const Quantity& b) {
    if (a.unit == b.unit && a.calendar == b.calendar) return a.value.compare(b.value);
    const auto pair = paired(a, b, Calendar::Strict);
    const auto both = pair ? aligned(*pair) : std::nullopt;
    return both ? std::optional<int>(both->a.compare(both->b)) : std::nullopt;
}

bool equivalent(const Quantity& a, const Quantity& b) {
    if (a.unit == b.unit && a.calendar == b.calendar) return a.value.equivalent(b.value);
    const auto pair = paired(a, b, Calendar::Equivalent);
    if (!pair) return false;
    const auto left = fromZero(pair->a);
    const auto right = fromZero(pair->b);
    const auto quotient = ratio(pair->a.unit, pair->b.unit);
    if (!left || !right || !quotient) return false;
    if (!quotient->isPowerOfTen()) {
        const auto both = aligned(*pair);
        return both && both->a.equivalent(both->b);
    }
    // Only the point moves: the digits keep their precision (4 'g' is stated to the gram, so 4040
    // 'mg' rounds to it). The point is moved down, where there is always room.
    const int down = std::abs(quotient->exponent);
    const auto moved = (quotient->exponent < 0 ? *left : *right).trimmed().shifted(-down);
    const Decimal other = (quotient->exponent < 0 ? *right : *left).trimmed();
    return moved && moved->equivalent(other);
}

std::optional<Decimal> valueIn(const Quantity& quantity, std::string_view unit) {
    const Quantity target{Decimal(1), unit, calendarUnit(unit).has_value()};
    if (quantity.unit == unit) return quantity.value;
    const auto pair = paired(quantity, target, Calendar::Strict);
    if (!pair) return std::nullopt;
    const CalendarWord* from = wordOf(quantity);
    const CalendarWord* to = wordOf(target);
    if (from && to && isYearOrMonth(from) && isYearOrMonth(to) && from != to) {
        return from->unit == CalendarUnit::Year ? quantity.value.times(Decimal(12))
                                                : quantity.value.dividedBy(Decimal(12));
    }
    auto value = converted(pair->a, pair->b.unit);
    // A calendar target of years or months was taken as so many days.
    if (value && to && isYearOrMonth(to) && !isYearOrMonth(from))
        return value->dividedBy(pair->b.value);
    return value;
}

std::optional<ComputedQuantity> plus(const Quantity& a, const Quantity& b) {
    const auto both = common(a, b);
    const auto sum = both ? both->a.plus(both->b) : std::nullopt;
    if (!sum) return std::nullopt;
    return computed(*sum, both->unit, both->calendar);
}

std::optional<ComputedQuantity> minus(const Quantity& a, const Quantity& b) {
    return plus(a, {b.value.negated(), b.unit, b.calendar});
}

std::optional<ComputedQuantity> times(const Quantity& a, const Quantity& b) {
    return product(a, b, false);
}

std::optional<ComputedQuantity> dividedBy(const Quantity& a, const Quantity& b) {
    return product(a, b, true);
}

}  // namespace waymark::model
