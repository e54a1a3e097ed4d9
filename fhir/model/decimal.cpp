#include "fhir/model/decimal.h"

#include <array>

#include "fhir/core/check.h"

namespace waymark::model {
namespace {

constexpr std::array<Int128, 39> powersOfTen() {
    std::array<Int128, 39> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr std::array<Int128, 39> kPowers = powersOfTen();

Int128 powerOfTen(int exponent) {
    return kPowers[static_cast<std::size_t>(exponent)];
}

UInt128 magnitude(Int128 value) {
    return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

bool fits(Int128 coefficient) {
    return magnitude(coefficient) < static_cast<UInt128>(powerOfTen(Decimal::kMaxDigits));
}

/// coefficient * 10^by, or none when it has more than 38 digits.
std::optional<Int128> widened(Int128 coefficient, int by) {
    if (coefficient == 0) return coefficient;
    if (by > Decimal::kMaxDigits) return std::nullopt;
    Int128 result = 0;
    if (__builtin_mul_overflow(coefficient, powerOfTen(by), &result) || !fits(result)) {
        return std::nullopt;
    }
    return result;
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// What the lexical form holds, before it is brought to a coefficient and a scale.
struct Parsed {
    Int128 coefficient = 0;
    int scale = 0;
    bool negative = false;
};

/// Reads an exponent of at most four digits at `at`; false when it is malformed.
bool readExponent(std::string_view text, std::size_t at, int& exponent) {
    bool negative = false;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) negative = text[at++] == '-';
    if (at == text.size() || text.size() - at > 4) return false;
    for (; at < text.size(); ++at) {
        if (!isDigit(text[at])) return false;
        exponent = exponent * 10 + (text[at] - '0');
    }
    if (negative) exponent = -exponent;
    return true;
}

/// Appends one digit; false when the number would no longer fit.
bool push(Parsed& into, char digit) {
    if (into.coefficient >= powerOfTen(Decimal::kMaxDigits - 1)) return false;
    into.coefficient = into.coefficient * 10 + (digit - '0');
    return true;
}

std::optional<Parsed> readDigits(std::string_view text) {
    Parsed parsed;
    std::size_t at = 0;
    if (at < text.size() && text[at] == '-') {
        parsed.negative = true;
        ++at;
    }
    const std::size_t whole = at;
    for (; at < text.size() && isDigit(text[at]); ++at) {
        if (!push(parsed, text[at])) return std::nullopt;
    }
    if (at == whole) return std::nullopt;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = ++at;
        for (; at < text.size() && isDigit(text[at]); ++at) {
            if (!push(parsed, text[at])) return std::nullopt;
        }
        if (at == fraction) return std::nullopt;
        parsed.scale = static_cast<int>(at - fraction);
    }
    if (at == text.size()) return parsed;
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    int exponent = 0;
    if (!readExponent(text, at + 1, exponent)) return std::nullopt;
    parsed.scale -= exponent;
    return parsed;
}

}  // namespace

Decimal Decimal::of(Int128 coefficient, int scale, bool negativeZero) {
    check(fits(coefficient) && scale >= 0 && scale <= kMaxScale, "decimal is within its limits");
    Decimal result;
    result.coefficient_ = coefficient;
    result.scale_ = static_cast<std::int16_t>(scale);
    result.negativeZero_ = negativeZero && coefficient == 0;
    return result;
}

std::optional<Decimal> Decimal::whole(Int128 number) {
    if (!fits(number)) return std::nullopt;
    return of(number, 0);
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    auto parsed = readDigits(text);
    if (!parsed) return std::nullopt;
    if (parsed->scale < 0) {
        const auto whole = widened(parsed->coefficient, -parsed->scale);
        if (!whole) return std::nullopt;
        parsed->coefficient = *whole;
        parsed->scale = 0;
    }
    if (parsed->scale > kMaxScale) return std::nullopt;
    const Int128 signedValue = parsed->negative ? -parsed->coefficient : parsed->coefficient;
    return of(signedValue, parsed->scale, parsed->negative);
}

bool Decimal::isWhole() const {
    return coefficient_ % powerOfTen(scale_) == 0;
}

int Decimal::digits() const {
    const UInt128 value = magnitude(coefficient_);
    int count = 1;
    while (count < kMaxDigits && value >= static_cast<UInt128>(powerOfTen(count))) ++count;
    return count;
}

std::size_t Decimal::write(char* to) const {
    char reversed[kTextBytes];
    std::size_t length = 0;
    UInt128 rest = magnitude(coefficient_);
    for (int place = 0; rest != 0 || place <= scale_; ++place) {
        if (place == scale_ && scale_ > 0) reversed[length++] = '.';
        reversed[length++] = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    }
    std::size_t at = 0;
    if (coefficient_ < 0 || negativeZero_) to[at++] = '-';
    while (length > 0) to[at++] = reversed[--length];
    return at;
}

std::string Decimal::text() const {
    char buffer[kTextBytes];
    return {buffer, write(buffer)};
}

std::optional<Decimal> Decimal::plus(Decimal other) const {
    const int scale = scale_ > other.scale_ ? scale_ : other.scale_;
    const auto a = widened(coefficient_, scale - scale_);
    const auto b = widened(other.coefficient_, scale - other.scale_);
    if (!a || !b || !fits(*a + *b)) return std::nullopt;
    return of(*a + *b, scale);
}

std::optional<Decimal> Decimal::minus(Decimal other) const {
    return plus(other.negated());
}

std::optional<Decimal> Decimal::times(Decimal other) const {
    Int128 product = 0;
    const auto fitsWell = [&](Decimal a, Decimal b) {
        return !__builtin_mul_overflow(a.coefficient_, b.coefficient_, &product) && fits(product) &&
               a.scale_ + b.scale_ <= kMaxScale;
    };
    if (fitsWell(*this, other)) return of(product, scale_ + other.scale_);
    const Decimal a = trimmed();
    const Decimal b = other.trimmed();
    if (fitsWell(a, b)) return of(product, a.scale_ + b.scale_);
    return std::nullopt;
}

std::optional<Decimal> Decimal::dividedBy(Decimal other) const {
    if (other.coefficient_ == 0) return std::nullopt;
    // Long division of the coefficients, one digit at a time: the remainder times ten must fit.
    const Decimal b = other.trimmed();
    const UInt128 divisor = magnitude(b.coefficient_);
    if (divisor >= static_cast<UInt128>(powerOfTen(37))) return std::nullopt;
    auto dividend = magnitude(coefficient_);
    UInt128 quotient = dividend / divisor;
    UInt128 rest = dividend % divisor;
    int scale = scale_ - b.scale_;
    const int preferred = scale_ > other.scale_ ? scale_ - other.scale_ : 0;
    while (scale < 0 || (rest != 0 && scale < kDivisionScale)) {
        if (quotient >= static_cast<UInt128>(powerOfTen(37))) return std::nullopt;
        rest *= 10;
        quotient = quotient * 10 + rest / divisor;
        rest %= divisor;
        ++scale;
    }
    if (rest != 0 && rest * 2 >= divisor) ++quotient;
    if (scale > kMaxScale) return std::nullopt;
    auto value = static_cast<Int128>(quotient);
    if (!fits(value)) return std::nullopt;
    if ((coefficient_ < 0) != (other.coefficient_ < 0)) value = -value;
    while (scale > preferred && value % 10 == 0) {
        value /= 10;
        --scale;
    }
    return of(value, scale);
}

std::optional<Decimal> Decimal::wholeQuotient(Decimal other) const {
    if (other.coefficient_ == 0) return std::nullopt;
    const int scale = scale_ > other.scale_ ? scale_ : other.scale_;
    const auto a = widened(coefficient_, scale - scale_);
    const auto b = widened(other.coefficient_, scale - other.scale_);
    if (!a) return std::nullopt;
    if (!b) return Decimal(0);  // The divisor is larger than any dividend.
    return of(*a / *b, 0);
}

std::optional<Decimal> Decimal::remainder(Decimal other) const {
    if (other.coefficient_ == 0) return std::nullopt;
    const int scale = scale_ > other.scale_ ? scale_ : other.scale_;
    const auto a = widened(coefficient_, scale - scale_);
    const auto b = widened(other.coefficient_, scale - other.scale_);
    if (!a) return std::nullopt;
    if (!b) return *this;
    return of(*a % *b, scale);
}

std::optional<Decimal> Decimal::shifted(int exponent) const {
    if (exponent <= scale_) {
        if (scale_ - exponent > kMaxScale) return std::nullopt;
        return of(coefficient_, scale_ - exponent);
    }
    const auto longer = widened(coefficient_, exponent - scale_);
    return longer ? whole(*longer) : std::nullopt;
}

Decimal Decimal::negated() const {
    return of(-coefficient_, scale_);
}

Decimal Decimal::absolute() const {
    return of(coefficient_ < 0 ? -coefficient_ : coefficient_, scale_);
}

std::optional<Decimal> Decimal::withScale(int scale, Rounding rounding) const {
    if (scale < 0 || scale > kMaxScale) return std::nullopt;
    if (scale >= scale_) {
        const auto longer = widened(coefficient_, scale - scale_);
        if (!longer) return std::nullopt;
        return of(*longer, scale);
    }
    const Int128 power = powerOfTen(scale_ - scale);
    Int128 cut = coefficient_ / power;
    const Int128 rest = coefficient_ % power;
    const bool negative = coefficient_ < 0;
    switch (rounding) {
        case Rounding::HalfUp:
            if (magnitude(rest) >= magnitude(power) - magnitude(rest)) cut += negative ? -1 : 1;
            break;
        case Rounding::Down:
            break;
        case Rounding::Floor:
            if (rest < 0) --cut;
            break;
        case Rounding::Ceiling:
            if (rest > 0) ++cut;
            break;
    }
    return of(cut, scale);
}

Decimal Decimal::trimmed() const {
    Int128 value = coefficient_;
    int scale = scale_;
    while (scale > 0 && value % 10 == 0) {
        value /= 10;
        --scale;
    }
    return of(value, scale);
}

std::optional<std::int64_t> Decimal::toInteger() const {
    if (!isWhole()) return std::nullopt;
    const Int128 whole = coefficient_ / powerOfTen(scale_);
    const auto narrow = static_cast<std::int64_t>(whole);
    if (narrow != whole) return std::nullopt;
    return narrow;
}

bool Decimal::equivalent(Decimal other) const {
    const Decimal a = trimmed();
    const Decimal b = other.trimmed();
    const int scale = a.scale_ < b.scale_ ? a.scale_ : b.scale_;
    const auto left = a.withScale(scale, Rounding::HalfUp);
    const auto right = b.withScale(scale, Rounding::HalfUp);
    return left && right && left->coefficient_ == right->coefficient_;
}

int Decimal::compare(Decimal other) const {
    const auto order = [](Int128 a, Int128 b) { return a < b ? -1 : (a > b ? 1 : 0); };
    if (scale_ == other.scale_) return order(coefficient_, other.coefficient_);
    const int signA = order(coefficient_, 0);
    const int signB = order(other.coefficient_, 0);
    if (signA != signB) return order(signA, signB);
    const int scale = scale_ > other.scale_ ? scale_ : other.scale_;
    const auto a = widened(coefficient_, scale - scale_);
    const auto b = widened(other.coefficient_, scale - other.scale_);
    if (a && b) return order(*a, *b);
    return a ? -signA : signA;  // What no longer fits is the larger in magnitude.
}

}  // namespace waymark::model
