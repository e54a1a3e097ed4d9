#include "gateway/simulate/provider.h"

#include <unistd.h>

#include "gateway/net/cares_resolver.h"
#include "gateway/net/http_client.h"
#include "gateway/net/server.h"
#include "gateway/simulate/inbound.h"
#include "gateway/telemetry/stream_sink.h"

namespace waymark::simulate {

Result<void> runProvider(const ProviderOptions& options, const Clock& clock, Random& random) {
    telemetry::StreamSink sink(STDERR_FILENO, clock);
    telemetry::Log log(clock, sink, telemetry::Level::Warning);
    telemetry::Registry metrics;
    net::BodyBudget bodies(config::Limits().bodiesInFlightBytes);
    net::Runtime runtime({.io = 1, .pool = 1});
    net::CaresResolver resolver(runtime);
    net::PooledHttpClient client(runtime, resolver);
    const SimulatorPorts ports{.runtime = runtime, .client = client, .clock = clock};
    auto handler = options.behaviour == "fhir" ? fhirProvider(options, ports)
                                               : webhookProvider(options, ports);
    if (!handler) return std::unexpected(std::move(handler).error());

    net::ServerSettings settings;
    settings.name = options.id;
    settings.port = options.port;
    settings.handler = std::move(*handler);
    if (!options.certificate.empty()) {
        auto certificates = net::ServerCertificates::load(options.certificate, options.key);
        if (!certificates) return std::unexpected(std::move(certificates).error());
        settings.certificates = std::move(*certificates);
    }
    const net::ServerPorts serverPorts{.runtime = runtime,
                                       .clock = clock,
                                       .random = random,
                                       .log = log,
                                       .metrics = metrics,
                                       .bodies = bodies};
    auto server = net::Server::open(serverPorts, std::move(settings));
    if (!server) return std::unexpected(std::move(server).error());
    runtime.waitForSignal();
    (*server)->stop(std::chrono::seconds(1));
    runtime.stop();
    return {};
}

}  // namespace waymark::simulate
