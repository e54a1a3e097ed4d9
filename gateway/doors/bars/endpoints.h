// The BaRS endpoints of a receiver: POST $process-message and GET MessageDefinition.
#pragma once

#include "gateway/doors/router.h"

namespace waymark::doors::bars {

/// The version of BaRS that media types name: "application/fhir+json; version=1.4.0". A sender that
/// asks for another major version gets 406 (Core 1.5.0, standard pattern).
inline constexpr int kApiMajor = 1;

void addProcessMessage(Router& router);
void addMessageDefinition(Router& router);

}  // namespace waymark::doors::bars
