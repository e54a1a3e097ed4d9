// A TCP port of 127.0.0.1 on which nobody listens at the moment.
#pragma once

#include <cstdint>

#include "fhir/core/result.h"

namespace waymark::simulate {

/// Chosen at random, so that worlds side by side rarely meet. Somebody else may take it before its user listens; the demo then says so.
Result<std::uint16_t> freePort();

}  // namespace waymark::simulate
