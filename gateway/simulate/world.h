// The demo world on disk: its configuration made from config/demo, a development CA, secrets, and
// demo.json that tells others where everything is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::simulate {

struct WorldOptions {
    std::filesystem::path state;      ///< DIR: config/, gateway.pid, demo.json, the store
    std::filesystem::path templates;  ///< config/demo
    std::uint16_t port = 0;           ///< of the front listener; 0: a free one
    std::uint16_t operationsPort = 0;
    bool plain = false;  ///< no TLS; loopback only
    /// Provider id -> URL that plays it instead of a simulator.
    std::map<std::string, std::string> urls;
};

/// A simulator to start: a provider that no URL replaces and that somebody shall play.
struct SimulatedProvider {
    std::string id;
    std::uint16_t port = 0;
    std::string behaviour;  ///< as config/demo/world.json names it
};

struct World {
    WorldOptions options;
    std::uint16_t port = 0;
    std::uint16_t operationsPort = 0;
    std::string fhir;                   ///< "https://127.0.0.1:N/FHIR/R4"
    std::string providerApi;            ///< "https://127.0.0.1:N/provider/v1"
    std::string operations;             ///< "http://127.0.0.1:N"
    std::filesystem::path ca;           ///< PEM; empty when plain
    std::filesystem::path certificate;  ///< of every simulator and the gateway
    std::filesystem::path key;
    std::vector<SimulatedProvider> simulated;
    std::shared_ptr<const config::Config> config;

    [[nodiscard]] std::filesystem::path configFolder() const { return options.state / "config"; }
};

/// Makes the world, or finds the one that is in `state` already (its secrets, ports and store are
/// kept, so a demo can be started again). Fails when a file cannot be written, a template has a
/// placeholder that nobody fills, a replaced provider does not exist, or its URL is plain http to
/// somewhere else than loopback.
Result<World> makeWorld(const WorldOptions& options, const Clock& clock, Random& random);

/// Writes demo.json by rename, so that whoever waits for it reads it whole.
Result<void> announce(const World& world, long gatewayPid);

}  // namespace waymark::simulate
