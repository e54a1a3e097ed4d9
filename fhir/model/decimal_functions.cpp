#include "fhir/model/decimal_functions.h"

#include <algorithm>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <string>

namespace waymark::model {
namespace {

using Real = boost::multiprecision::cpp_dec_float_50;

Real real(Decimal value) {
    return Real(value.text().c_str());
}

std::optional<Decimal> rounded(const Real& value) {
    // 10^37 keeps the rounded coefficient within a Decimal's 38 digits.
    static const Real kMost("1e37");
    if (!boost::multiprecision::isfinite(value) || abs(value) >= kMost) return std::nullopt;
    const int whole = abs(value) < 1 ? 1 : static_cast<int>(floor(log10(abs(value)))) + 1;
    const int places = std::min(Decimal::kDivisionScale, Decimal::kMaxDigits - 1 - whole);
    const auto parsed = Decimal::parse(value.str(std::max(places, 0), std::ios_base::fixed));
    return parsed ? std::optional<Decimal>(parsed->trimmed()) : std::nullopt;
}

/// base^exponent for a whole exponent from 0 up, exactly.
std::optional<Decimal> wholePower(Decimal base, std::int64_t exponent) {
    std::optional<Decimal> result(Decimal(1));
    std::optional<Decimal> square(base);
    for (; exponent > 0 && result; exponent /= 2) {
        if (exponent % 2 == 1) result = square ? result->times(*square) : std::nullopt;
        if (exponent > 1) square = square ? square->times(*square) : std::nullopt;
    }
    return result;
}

}  // namespace

std::optional<Decimal> exponential(Decimal exponent) {
    if (exponent.compare(Decimal(90)) > 0) return std::nullopt;  // More than 38 digits.
    if (exponent.compare(Decimal(-90)) < 0) return Decimal(0);
    return rounded(exp(real(exponent)));
}

std::optional<Decimal> naturalLogarithm(Decimal of) {
    if (of.compare(Decimal(0)) <= 0) return std::nullopt;
    return rounded(log(real(of)));
}

std::optional<Decimal> logarithm(Decimal of, Decimal base) {
    if (of.compare(Decimal(0)) <= 0 || base.compare(Decimal(0)) <= 0 || base == Decimal(1)) {
        return std::nullopt;
    }
    return rounded(log(real(of)) / log(real(base)));
}

std::optional<Decimal> power(Decimal base, Decimal exponent) {
    const auto whole = exponent.toInteger();
    constexpr std::int64_t kMostExact = 100'000;
    if (whole && *whole >= 0 && *whole <= kMostExact) {
        if (auto exact = wholePower(base, *whole)) return exact;
    }
    if (base.isZero()) {
        return exponent.isNegative() ? std::nullopt : std::optional<Decimal>(Decimal(0));
    }
    if (base.isNegative() && !whole) return std::nullopt;
    // log10 of the result decides whether it can fit before it is worked out.
    const Real size = real(exponent) * log10(abs(real(base)));
    if (size > 37) return std::nullopt;
    if (size < -Decimal::kMaxScale) return Decimal(0);
    const Real magnitude = pow(abs(real(base)), real(exponent));
    const bool isNegative = base.isNegative() && whole && *whole % 2 != 0;
    return rounded(isNegative ? Real(-magnitude) : magnitude);
}

std::optional<Decimal> squareRoot(Decimal of) {
    if (of.isNegative()) return std::nullopt;
    return rounded(sqrt(real(of)));
}

}  // namespace waymark::model
