// Which Format a primitive type has.
#pragma once

#include <string_view>

#include "fhir/model/shape.h"

namespace waymark::model {

/// None when `typeName` is no FHIR primitive.
[[nodiscard]] Format formatOf(std::string_view typeName);

}  // namespace waymark::model
