// One HTTP exchange, waited for: for the simulators' own flow, which has nothing else to do. Never
// from a thread of the runtime.
#pragma once

#include "gateway/net/client.h"
#include "gateway/net/runtime.h"

namespace waymark::simulate {

net::ClientAnswer fetch(net::Runtime& runtime, net::HttpClient& client, net::ClientRequest request);

}  // namespace waymark::simulate
