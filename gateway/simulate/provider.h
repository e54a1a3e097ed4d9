// Providers as they might be, each a process of its own: a webhook receiver that answers through
// the provider API, or a FHIR server whose Task moves on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::simulate {

struct ProviderOptions {
    std::string id;
    /// completes, rejects, down-at-first, fhir.
    std::string behaviour;
    std::uint16_t port = 0;
    std::filesystem::path certificate;  ///< PEM; empty: plain HTTP
    std::filesystem::path key;
    std::string providerApi;       ///< ".../provider/v1"
    std::filesystem::path ca;      ///< for the gateway's certificate
    std::filesystem::path token;   ///< file: bearer token for the provider API
    std::filesystem::path secret;  ///< file: webhook secret, or the token that a FHIR server wants
};

/// Serves until SIGTERM. Fails when the port, a file or the behaviour is none.
Result<void> runProvider(const ProviderOptions& options, const Clock& clock, Random& random);

}  // namespace waymark::simulate
