// The two areas that this room serves: FHIR for practices and the provider API.
#pragma once

#include "gateway/doors/area.h"

namespace waymark::doors {

[[nodiscard]] Area practicesArea();
[[nodiscard]] Area providersArea();

}  // namespace waymark::doors
