// A FHIRPath Quantity: an exact decimal and a unit, which is a UCUM code ('mg') or a calendar word
// (days). Comparison and arithmetic go through the units' dimensions (ucum.h); calendar years and
// months never equal the definite 'a' and 'mo', but are equivalent to them (FHIRPath 4.1.8, 6.1).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/decimal.h"
#include "fhir/model/temporal.h"

namespace waymark::model {

struct Quantity {
    Decimal value;
    /// The UCUM code, or the calendar word as it was written ("day", "days"). "1" when there is
    /// none. Views a text that outlives the quantity.
    std::string_view unit = "1";
    bool calendar = false;

    /// "4.0 'mg'"; calendar words as FHIRPath's toString() has it: "3 'd'", but "2 years".
    [[nodiscard]] std::string text() const;
};

/// "year", "years", "day" ...; none for anything else.
std::optional<CalendarUnit> calendarUnit(std::string_view word);
/// The unit to add to a date or time; none for a unit that is no time or, like 'mo' and 'a', a
/// definite duration that the calendar does not count in.
std::optional<CalendarUnit> addableUnit(const Quantity& quantity);
/// Whether it is a calendar word or a unit expression that UCUM knows.
bool isUnit(std::string_view unit);

/// Whether both units are known and of the same dimension.
bool comparable(const Quantity& a, const Quantity& b);
/// -1, 0, 1; none when they are not comparable, or when a calendar year or month meets a definite
/// duration.
std::optional<int> compare(const Quantity& a, const Quantity& b);
bool equivalent(const Quantity& a, const Quantity& b);
/// The value in another unit; none when they are not comparable.
std::optional<Decimal> valueIn(const Quantity& quantity, std::string_view unit);

/// A result with a unit of its own making.
struct ComputedQuantity {
    Decimal value;
    std::array<char, 64> unit{};
    std::size_t unitLength = 0;
    bool calendar = false;
    [[nodiscard]] Quantity view() const {
        return {value, std::string_view(unit.data(), unitLength), calendar};
    }
};
/// In the more granular unit of both. None when they are not comparable or the result does not fit.
std::optional<ComputedQuantity> plus(const Quantity& a, const Quantity& b);
std::optional<ComputedQuantity> minus(const Quantity& a, const Quantity& b);
/// Equal dimensions are brought to the more granular unit first: 2 'm' * 3 'cm' is 600 'cm2'.
std::optional<ComputedQuantity> times(const Quantity& a, const Quantity& b);
std::optional<ComputedQuantity> dividedBy(const Quantity& a, const Quantity& b);

}  // namespace waymark::model
