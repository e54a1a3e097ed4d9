// Roots, powers, exponentials and logarithms of decimals, worked out with fifty decimal digits and
// then rounded to Decimal::kDivisionScale places (fewer for large results), zeros at the end
// removed.
#pragma once

#include <optional>

#include "fhir/model/decimal.h"

namespace waymark::model {

// Each gives none where the result does not exist among the real numbers or does not fit.
std::optional<Decimal> exponential(Decimal exponent);
std::optional<Decimal> naturalLogarithm(Decimal of);
std::optional<Decimal> logarithm(Decimal of, Decimal base);
/// Exact for whole exponents whose result fits.
std::optional<Decimal> power(Decimal base, Decimal exponent);
std::optional<Decimal> squareRoot(Decimal of);

}  // namespace waymark::model
