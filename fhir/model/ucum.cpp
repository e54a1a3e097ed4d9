#include "fhir/model/ucum.h"

#include <algorithm>

#include "fhir/core/check.h"

namespace waymark::model {
namespace {

enum class UnitKind : std::uint8_t { Plain, Offset, Special, Arbitrary };

/// Turns the generated table's digits into numbers while compiling.
struct Digits {
    Int128 value = 0;
    constexpr Digits(const char* text) {  // NOLINT(google-explicit-constructor): table syntax
        for (; *text != '\0'; ++text) value = value * 10 + (*text - '0');
    }
};

struct Atom {
    std::string_view code;
    Digits num;
    Digits den;
    std::int16_t exponent;
    std::array<std::int8_t, 7> dimensions;
    UnitKind kind;
    bool metric;
    std::int64_t offset;
    int offsetScale;
};

constexpr Atom kAtoms[] = {
#include "fhir/model/ucum_units.inc"
};

struct Prefix {
    std::string_view code;
    std::int16_t exponent;
    std::int64_t factor;
};
constexpr Prefix kPrefixes[] = {
    {"da", 1, 1},
    {"Ki", 0, 1024},
    {"Mi", 0, std::int64_t{1} << 20U},
    {"Gi", 0, std::int64_t{1} << 30U},
    {"Ti", 0, std::int64_t{1} << 40U},
    {"Y", 24, 1},
    {"Z", 21, 1},
    {"E", 18, 1},
    {"P", 15, 1},
    {"T", 12, 1},
    {"G", 9, 1},
    {"M", 6, 1},
    {"k", 3, 1},
    {"h", 2, 1},
    {"d", -1, 1},
    {"c", -2, 1},
    {"m", -3, 1},
    {"u", -6, 1},
    {"n", -9, 1},
    {"p", -12, 1},
    {"f", -15, 1},
    {"a", -18, 1},
    {"z", -21, 1},
    {"y", -24, 1},
};

constexpr int kMostPower = 30;
constexpr int kMostNesting = 16;

const Atom* atomNamed(std::string_view code) {
    if (code == "[IU]") code = "[iU]";  // UCUM gives both codes to the international unit.
    const auto* found = std::ranges::lower_bound(kAtoms, code, {}, &Atom::code);
    return found != std::end(kAtoms) && found->code == code ? found : nullptr;
}

Int128 gcd(Int128 a, Int128 b) {
    while (b != 0) {
        const Int128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/// into = a / b * c / d, reduced crosswise first; false when it does not fit.
bool multiplyFraction(Int128& num, Int128& den, Int128 byNum, Int128 byDen) {
    const Int128 first = gcd(num, byDen);
    const Int128 second = gcd(byNum, den);
    return !__builtin_mul_overflow(num / first, byNum / second, &num) &&
           !__builtin_mul_overflow(den / second, byDen / first, &den);
}

/// Multiplies `into` by `by`, or divides it.
bool combine(Unit& into, const Unit& by, bool divide) {
    if (into.hasOffset || by.hasOffset) return false;
    const int sign = divide ? -1 : 1;
    for (std::size_t i = 0; i < into.dimensions.size(); ++i) {
        const int power = into.dimensions[i] + sign * by.dimensions[i];
        if (power > kMostPower || power < -kMostPower) return false;
        into.dimensions[i] = static_cast<std::int8_t>(power);
    }
    into.exponent += sign * by.exponent;
    if (by.ownPower != 0) {
        if (into.ownPower != 0 && into.own != by.own) return false;
        into.own = by.own;
        into.ownPower = static_cast<std::int8_t>(into.ownPower + sign * by.ownPower);
        if (into.ownPower == 0) into.own = {};
    }
    return multiplyFraction(into.num, into.den, divide ? by.den : by.num, divide ? by.num : by.den);
}

std::optional<Unit> raised(const Unit& unit, int power) {
    if (power == 1) return unit;
    Unit result;
    for (int i = 0; i < (power < 0 ? -power : power); ++i) {
        if (!combine(result, unit, power < 0)) return std::nullopt;
    }
    return result;
}

Unit unitOf(const Atom& atom) {
    Unit unit;
    unit.dimensions = atom.dimensions;
    unit.num = atom.num.value;
    unit.den = atom.den.value;
    unit.exponent = atom.exponent;
    if (atom.kind == UnitKind::Special || atom.kind == UnitKind::Arbitrary) {
        unit.own = atom.code;
        unit.ownPower = 1;
    }
    if (atom.kind == UnitKind::Offset) {
        unit.hasOffset = true;
        unit.offset = Decimal::of(atom.offset, atom.offsetScale);
    }
    return unit;
}

/// An atom, or a prefix and a metric atom.
std::optional<Unit> simpleUnit(std::string_view code) {
    if (const Atom* atom = atomNamed(code)) return unitOf(*atom);
    for (const Prefix& prefix : kPrefixes) {
        if (!code.starts_with(prefix.code)) continue;
        const Atom* atom = atomNamed(code.substr(prefix.code.size()));
        if (!atom || !atom->metric || atom->kind == UnitKind::Offset) continue;
        Unit unit = unitOf(*atom);
        unit.exponent += prefix.exponent;
        if (!multiplyFraction(unit.num, unit.den, prefix.factor, 1)) return std::nullopt;
        return unit;
    }
    return std::nullopt;
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// UCUM's grammar (section 2.1) by recursive descent; nesting is bounded.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::optional<Unit> all() {
        auto unit = term(0);
        if (!unit || at_ != text_.size()) return std::nullopt;
        return unit;
    }

private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    std::optional<Unit> term(int depth) {
        if (depth > kMostNesting) return std::nullopt;
        Unit result;
        bool divide = false;
        if (peek() == '/') {
            divide = true;
            ++at_;
        }
        for (bool first = !divide;;) {
            const auto next = component(depth);
            if (!next) return std::nullopt;
            if (first) {
                result = *next;
            } else if (!combine(result, *next, divide)) {
                return std::nullopt;
            }
            first = false;
            if (peek() != '.' && peek() != '/') return result;
            divide = text_[at_++] == '/';
        }
    }

    std::optional<Unit> component(int depth) {
        if (peek() == '(') {
            ++at_;
            auto inner = term(depth + 1);
            if (!inner || peek() != ')') return std::nullopt;
            ++at_;
            return inner;
        }
        if (peek() == '{') return annotation() ? std::optional<Unit>(Unit{}) : std::nullopt;
        const std::size_t begin = at_;
        while (isDigit(peek())) ++at_;
        if (at_ > begin && peek() != '*' && peek() != '^') return number(begin);
        at_ = begin;
        auto unit = annotatable();
        if (unit && peek() == '{' && !annotation()) return std::nullopt;
        return unit;
    }

    std::optional<Unit> number(std::size_t begin) {
        if (at_ - begin > 18) return std::nullopt;
        Unit unit;
        unit.num = 0;
        for (const char c : text_.substr(begin, at_ - begin)) unit.num = unit.num * 10 + (c - '0');
        if (unit.num == 0) return std::nullopt;
        return unit;
    }

    bool annotation() {
        const std::size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
        return true;
    }

    /// A unit's code up to its exponent. Brackets may hold anything; "10*" and "10^" are codes.
    std::optional<Unit> annotatable() {
        const std::size_t begin = at_;
        if (text_.substr(at_).starts_with("10*") || text_.substr(at_).starts_with("10^")) {
            at_ += 3;
        } else {
            while (at_ < text_.size() &&
                   std::string_view("./(){}+-").find(text_[at_]) == std::string_view::npos &&
                   !isDigit(text_[at_])) {
                if (text_[at_] == '[') {
                    const std::size_t end = text_.find(']', at_);
                    if (end == std::string_view::npos) return std::nullopt;
                    at_ = end;
                }
                ++at_;
            }
        }
        const auto unit = simpleUnit(text_.substr(begin, at_ - begin));
        if (!unit) return std::nullopt;
        int power = 1;
        if (!exponent(power)) return std::nullopt;
        return raised(*unit, power);
    }

    bool exponent(int& power) {
        const char sign = peek();
        const bool isSigned = sign == '+' || sign == '-';
        if (isSigned) ++at_;
        if (!isDigit(peek())) return !isSigned;
        power = 0;
        for (; isDigit(peek()); ++at_) {
            power = power * 10 + (text_[at_] - '0');
            if (power > kMostPower) return false;
        }
        if (sign == '-') power = -power;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<Unit> Unit::parse(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return Parser(text).all();
}

std::optional<Ratio> ratio(const Unit& from, const Unit& to) {
    check(from.sameDimension(to), "units of one dimension have a ratio");
    Ratio result{from.num, from.den, from.exponent - to.exponent};
    if (!multiplyFraction(result.num, result.den, to.den, to.num)) return std::nullopt;
    // What is left of tens belongs to the exponent, so that pure powers of ten are seen.
    for (; result.num % 10 == 0; result.num /= 10) ++result.exponent;
    for (; result.den % 10 == 0; result.den /= 10) --result.exponent;
    return result;
}

std::optional<Decimal> scaled(Decimal value, const Ratio& by) {
    const auto num = Decimal::whole(by.num);
    const auto den = Decimal::whole(by.den);
    if (!num || !den) return std::nullopt;
    auto result = value.times(*num);
    if (result) result = result->shifted(by.exponent);
    if (!result || by.den == 1) return result;
    return result->dividedBy(*den);
}

}  // namespace waymark::model
