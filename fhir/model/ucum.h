// Units of measure: a UCUM expression ("mg", "m[Hg]", "kg/m2", "10*3/uL") as a vector of base
// dimensions and an exact factor. Every unit of UCUM is in the generated table; units on a curved
// scale (pH, decibel) are known but never converted. UCUM 2.1 sections 2 and 3, case sensitive.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/model/decimal.h"

namespace waymark::model {

/// What a unit expression means: value in base units = (value + offset) * num / den * 10^exponent.
struct Unit {
    std::array<std::int8_t, 7> dimensions{};  ///< m, s, g, rad, K, C, cd
    Int128 num = 1;
    Int128 den = 1;
    int exponent = 0;
    /// A unit that is comparable with itself only ([iU], pH): its code and power.
    std::string_view own;
    std::int8_t ownPower = 0;
    /// Degrees: added before the factor; such a unit stands alone, not in a product.
    Decimal offset;
    bool hasOffset = false;

    /// None when the text is no unit expression or its factor does not fit.
    static std::optional<Unit> parse(std::string_view text);

    [[nodiscard]] bool sameDimension(const Unit& other) const {
        return dimensions == other.dimensions && own == other.own && ownPower == other.ownPower;
    }
};

/// from / to as num / den * 10^exponent, reduced; none when it does not fit. Both of one dimension.
struct Ratio {
    Int128 num = 1;
    Int128 den = 1;
    int exponent = 0;
    [[nodiscard]] bool isPowerOfTen() const { return num == 1 && den == 1; }
};
std::optional<Ratio> ratio(const Unit& from, const Unit& to);

/// value * ratio; none when it does not fit in a Decimal.
std::optional<Decimal> scaled(Decimal value, const Ratio& by);

}  // namespace waymark::model
