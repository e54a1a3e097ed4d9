// The provider API: plain JSON for the organisations that are asked. A provider sees its own
// assignments and nothing else.
#pragma once

#include "gateway/doors/router.h"

namespace waymark::doors::provider {

inline constexpr std::string_view kBase = "/provider/v1";

void addReferrals(Router& router);  ///< GET referrals, GET referrals/{id}
void addStatus(Router& router);     ///< POST referrals/{id}/status
void addOpenApi(Router& router);    ///< GET openapi.json, no token needed

}  // namespace waymark::doors::provider
