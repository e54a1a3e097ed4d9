// What a simulated provider's server runs: one of these per behaviour.
#pragma once

#include <memory>

#include "fhir/core/world.h"
#include "gateway/net/client.h"
#include "gateway/net/http.h"
#include "gateway/net/runtime.h"
#include "gateway/simulate/provider.h"

namespace waymark::simulate {

struct SimulatorPorts {
    net::Runtime& runtime;
    net::HttpClient& client;
    const Clock& clock;
};

/// Receives webhooks, checks their signatures, takes each id once, and reports through the provider
/// API as its behaviour says.
Result<net::Handler> webhookProvider(const ProviderOptions& options, SimulatorPorts ports);

/// A FHIR server that keeps what a transaction brings and moves its Task on each time it is read.
Result<net::Handler> fhirProvider(const ProviderOptions& options, SimulatorPorts ports);

}  // namespace waymark::simulate
