// The operators + - * / div mod & on single System values (FHIRPath 6.6 and 6.7).
#pragma once

#include <cstdint>

#include "fhir/path/static_type.h"
#include "fhir/path/syntax.h"
#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

enum class Computed : std::uint8_t {
    Value,
    Empty,     ///< division by zero, overflow, units that do not go together
    Mismatch,  ///< no such operation on these kinds
    BadUnit,   ///< a unit that cannot be added to this date or time
    OutOfCalendar,
};

Computed compute(Operator op, const Value& a, const Value& b, tree::Arena& arena, Value& result);

/// The kinds that the operation may give for operands of these kinds; 0 when there is no such
/// operation for any of them.
KindSet computedKinds(Operator op, KindSet a, KindSet b);
/// Whether any of the kinds can be set in order against any of the others.
bool isOrdered(KindSet a, KindSet b);

}  // namespace waymark::path
