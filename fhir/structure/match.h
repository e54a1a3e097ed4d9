// Fixed values and patterns (FHIR R4 section 5.1.0.11: fixed[x] is equality, pattern[x]
// containment). Private to the room.
#pragma once

#include <optional>

#include "fhir/tree/element.h"

namespace waymark::structure {

/// Whether the element is the same as the fixed value: value, children, their order; an element's
/// own id and extensions count, as FHIR says.
[[nodiscard]] bool equalsFixed(tree::Element element, tree::Element fixed);
/// Whether the element has all that the pattern has, in any order; it may have more.
[[nodiscard]] bool matchesPattern(tree::Element element, tree::Element pattern);

/// -1, 0, 1 for numbers, dates and times, and quantities of one unit; none where nothing can be
/// said.
[[nodiscard]] std::optional<int> compareValues(tree::Element a, tree::Element b);

}  // namespace waymark::structure
