// Offsets of a body as line and column.
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::tree {

/// 1-based; the column counts bytes. Linear in the offset.
[[nodiscard]] Position positionIn(std::string_view body, std::size_t offset);

}  // namespace waymark::tree
