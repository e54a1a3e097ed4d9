// Exact decimal numbers: a coefficient of up to 38 digits and a scale, so that 1.10 stays 1.10 and
// no binary fraction ever enters. Arithmetic that does not fit says so instead of rounding in
// silence. FHIR decimal (section 2.24.0.1) and FHIRPath System.Decimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::model {

/// The compiler's 128-bit integer; __extension__ keeps -Wpedantic content.
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// coefficient * 10^-scale. Trivially copyable. The scale is part of the value as it is shown, and
/// of its precision, but not of comparison.
class Decimal {
public:
    static constexpr int kMaxDigits = 38;
    static constexpr int kMaxScale = 38;
    /// Digits after the point that a division works out before it rounds.
    static constexpr int kDivisionScale = 16;

    constexpr Decimal() = default;
    constexpr explicit Decimal(std::int64_t whole) : coefficient_(whole) {}
    /// `|coefficient|` < 10^38 and 0 <= scale <= 38; anything else breaks an invariant.
    static Decimal of(Int128 coefficient, int scale, bool negativeZero = false);

    /// None when it has more than 38 digits.
    static std::optional<Decimal> whole(Int128 number);
    /// "-12.50", and FHIR's exponent form "1.5e3". None for anything else and for what does not
    /// fit.
    static std::optional<Decimal> parse(std::string_view text);

    [[nodiscard]] Int128 coefficient() const { return coefficient_; }
    [[nodiscard]] int scale() const { return scale_; }
    [[nodiscard]] bool isZero() const { return coefficient_ == 0; }
    [[nodiscard]] bool isNegative() const { return coefficient_ < 0; }
    /// "-0.0": what is left of a small negative number when its digits are cut off.
    [[nodiscard]] bool isNegativeZero() const { return negativeZero_; }
    [[nodiscard]] bool isWhole() const;
    /// Digits of the coefficient, at least 1.
    [[nodiscard]] int digits() const;

    /// All digits, trailing zeros included, never an exponent.
    [[nodiscard]] std::string text() const;
    /// Writes text() to `to` (at least kTextBytes) and gives its length.
    static constexpr std::size_t kTextBytes = 48;
    std::size_t write(char* to) const;

    /// None when the result has more than 38 digits.
    [[nodiscard]] std::optional<Decimal> plus(Decimal other) const;
    [[nodiscard]] std::optional<Decimal> minus(Decimal other) const;
    [[nodiscard]] std::optional<Decimal> times(Decimal other) const;
    /// Exact where the quotient ends within kDivisionScale digits, else rounded half up to them.
    /// None for a zero divisor and for what does not fit.
    [[nodiscard]] std::optional<Decimal> dividedBy(Decimal other) const;
    /// Quotient cut to a whole number, and what then remains (sign of the dividend).
    [[nodiscard]] std::optional<Decimal> wholeQuotient(Decimal other) const;
    [[nodiscard]] std::optional<Decimal> remainder(Decimal other) const;
    /// times 10^exponent, by moving the point: 4.00 shifted by 1 is 40.0, by -1 is 0.400.
    [[nodiscard]] std::optional<Decimal> shifted(int exponent) const;
    [[nodiscard]] Decimal negated() const;
    [[nodiscard]] Decimal absolute() const;

    /// How digits beyond a scale are dropped.
    enum class Rounding : std::uint8_t { HalfUp, Down, Floor, Ceiling };
    /// To exactly `scale` digits after the point; zeros are added where there are fewer. None when
    /// that does not fit.
    [[nodiscard]] std::optional<Decimal> withScale(int scale, Rounding rounding) const;
    /// Trailing zeros after the point removed.
    [[nodiscard]] Decimal trimmed() const;
    /// None when it is not whole or does not fit.
    [[nodiscard]] std::optional<std::int64_t> toInteger() const;

    /// -1, 0 or 1 by value: 1.0 and 1.00 are the same.
    [[nodiscard]] int compare(Decimal other) const;
    /// FHIRPath's ~: equal when both are rounded to the digits of the less precise; zeros at the
    /// end do not count as digits.
    [[nodiscard]] bool equivalent(Decimal other) const;
    friend bool operator==(Decimal a, Decimal b) { return a.compare(b) == 0; }
    friend bool operator<(Decimal a, Decimal b) { return a.compare(b) < 0; }

private:
    Int128 coefficient_ = 0;
    std::int16_t scale_ = 0;
    bool negativeZero_ = false;
};

}  // namespace waymark::model
