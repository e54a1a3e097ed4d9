// A FHIRPath Quantity: an exact decimal and a unit, which is a UCUM code ('mg') or a calendar word
// (days). Comparison and arithmetic go through the units' dimensions (ucum.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/decimal.h"

namespace waymark::model {

struct Quantity {
    Decimal value;
    /// The UCUM code, or the calendar word as it was written ("day", "days"). "1" when there is
    /// none. Views a text that outlives the quantity.
    std::string_view unit = "1";
    bool calendar = false;

    /// "4.0 'mg'", "3 days".
    [[nodiscard]] std::string text() const;
};

}  // namespace waymark::model
