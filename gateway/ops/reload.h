// POST /admin/reload: configuration and mapping set read again, checked aside and swapped whole, or
// refused whole.
#pragma once

#include <string>

#include "gateway/doors/router.h"
#include "gateway/ops/control.h"

namespace waymark::ops {

/// The endpoint; the control outlives it.
[[nodiscard]] doors::Endpoint reloadEndpoint(const Control& control);

/// {"outcome", "at", "before", "mappings", "needsRestart", "faults": [{"file", "line", "column",
/// "code", "text"}], "remapped"}; no secret stands in a fault's text.
[[nodiscard]] std::string reloadJson(const ReloadReport& report, std::size_t remapped);

}  // namespace waymark::ops
