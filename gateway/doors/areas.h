// The two areas that this room serves: FHIR for practices and the provider API.
#pragma once

#include "gateway/doors/area.h"

namespace waymark::doors {

[[nodiscard]] Area practicesArea(const std::function<void(Router&)>& more = {});
[[nodiscard]] Area providersArea();

}  // namespace waymark::doors
