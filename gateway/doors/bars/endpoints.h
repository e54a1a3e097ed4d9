// The BaRS endpoints of a receiver: POST $process-message and GET MessageDefinition.
#pragma once

#include "gateway/doors/router.h"

namespace waymark::doors::bars {

void addProcessMessage(Router& router);
void addMessageDefinition(Router& router);

}  // namespace waymark::doors::bars
