#include "gateway/cli/app.h"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "fhir/core/version.h"
#include "gateway/cli/compile.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/secret_file.h"
#include "gateway/delivery/loop.h"
#include "gateway/doors/areas.h"
#include "gateway/net/cares_resolver.h"
#include "gateway/net/http_client.h"
#include "gateway/net/server.h"
#include "gateway/ops/area.h"
#include "gateway/store/sqlite/sqlite_store.h"
#include "gateway/telemetry/stream_sink.h"

namespace waymark::cli {
namespace {

constexpr std::chrono::seconds kPatience(20);

bool serves(const config::Listener& listener, config::Audience audience) {
    return std::ranges::find(listener.audiences, audience) != listener.audiences.end();
}

}  // namespace

/// In the order of making; destroyed in reverse.
struct App::Parts {
    Parts(std::shared_ptr<const doors::Snapshot> compiled, const Clock& theClock, Random& theRandom)
        : snapshot(std::move(compiled)),
          clock(theClock),
          random(theRandom),
          sink(STDERR_FILENO, theClock),
          log(theClock, sink),
          bodies(snapshot->config->limits.bodiesInFlightBytes),
          authenticator(*snapshot->config),
          limiter(snapshot->config->limits) {}

    std::shared_ptr<const doors::Snapshot> snapshot;
    const Clock& clock;
    Random& random;
    telemetry::StreamSink sink;
    telemetry::Log log;
    telemetry::Registry metrics;
    ops::Readiness readiness;
    net::BodyBudget bodies;
    security::Authenticator authenticator;
    security::RateLimit limiter;
    std::optional<net::Runtime> runtime;
    std::unique_ptr<store::SqliteStore> store;
    std::optional<net::CaresResolver> resolver;
    std::optional<net::PooledHttpClient> http;
    std::optional<delivery::RuntimeStage> stage;
    std::optional<delivery::DeliveryLoop> loop;
    std::unique_ptr<doors::Services> services;
    std::vector<std::unique_ptr<doors::Dispatcher>> dispatchers;
    std::vector<std::unique_ptr<net::Server>> servers;
    bool stopped = false;

    /// When the store has stopped taking writes for good, the gateway ends: a restart reads what is
    /// on disk, and until then it would only refuse.
    Result<void> openStore() {
        const auto& config = *snapshot->config;
        auto ring = crypto::KeyRing::loadOrInit(config.keyRing, random);
        if (!ring) return std::unexpected(std::move(ring).error());
        store::SqliteOptions options;
        options.path = config.store;
        options.lanes.doors = config.limits.queue;
        options.onStopped = [this](const std::string&) {
            log.error("store.stopped");
            runtime->requestStop();
        };
        auto opened = store::SqliteStore::open(std::move(options), *ring, random);
        if (!opened) return std::unexpected(std::move(opened).error());
        store = std::move(*opened);
        return {};
    }

    void startDelivery() {
        stage.emplace(*runtime);
        const delivery::Rules rules{.config = snapshot->config,
                                    .presenter = snapshot->presenter,
                                    .lifecycle = snapshot->lifecycle};
        loop.emplace(delivery::Ports{.store = *store,
                                     .http = *http,
                                     .stage = *stage,
                                     .clock = clock,
                                     .random = random,
                                     .log = log,
                                     .metrics = metrics,
                                     .rules = [rules](std::string_view) { return rules; }});
        loop->start();
    }

    void makeServices() {
        services.reset(new doors::Services{.snapshot = [this] { return snapshot; },
                                           .store = *store,
                                           .runtime = *runtime,
                                           .clock = clock,
                                           .random = random,
                                           .log = log,
                                           .wakeDelivery = [this] { loop->poke(); },
                                           .arenas = {},
                                           .inFlight = {}});
    }

    Result<void> listen(const config::Listener& listener) {
        auto& dispatcher = *dispatchers.emplace_back(
            std::make_unique<doors::Dispatcher>(*services, authenticator, limiter));
        using config::Audience;
        if (serves(listener, Audience::Practices)) dispatcher.add(doors::practicesArea());
        if (serves(listener, Audience::Providers)) dispatcher.add(doors::providersArea());
        if (serves(listener, Audience::Operations)) {
            dispatcher.add(ops::operationsArea(metrics, readiness));
        }
        net::ServerSettings settings;
        settings.name = listener.name;
        settings.address = listener.address;
        settings.port = listener.port;
        settings.limits = snapshot->config->limits;
        settings.handler = dispatcher.handler();
        settings.errorPage = [&dispatcher](const Failure& failure, const net::Request& request) {
            return dispatcher.print(failure, request);
        };
        if (!listener.certificate.empty()) {
            auto certificates = net::ServerCertificates::load(listener.certificate, listener.key);
            if (!certificates) return std::unexpected(std::move(certificates).error());
            settings.certificates = std::move(*certificates);
        }
        const net::ServerPorts ports{.runtime = *runtime,
                                     .clock = clock,
                                     .random = random,
                                     .log = log,
                                     .metrics = metrics,
                                     .bodies = bodies};
        auto server = net::Server::open(ports, std::move(settings));
        if (!server) return std::unexpected(std::move(server).error());
        log.info("listening",
                 {{"listener", telemetry::Name(listener.name)}, {"port", (*server)->port()}});
        servers.push_back(std::move(*server));
        return {};
    }

    void probeStore() {
        const auto probe = [this](telemetry::Word name, telemetry::Word help,
                                  std::uint64_t store::Counts::* count) {
            metrics.probe(name, help, [this, count] {
                const auto counts = store->counts();
                return counts ? static_cast<double>((*counts).*count) : -1.0;
            });
        };
        probe("waymark_referrals", "Referrals in the store", &store::Counts::referrals);
        probe("waymark_referrals_open", "Referrals that are not final", &store::Counts::open);
        probe("waymark_deliveries_due", "Deliveries to be made", &store::Counts::deliveriesDue);
        probe("waymark_deliveries_dead", "Deliveries given up", &store::Counts::deliveriesDead);
        probe("waymark_store_queue", "Commits that wait for the writer", &store::Counts::queued);
    }
};

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() {
    stop();
}

Result<std::unique_ptr<App>> App::start(const std::filesystem::path& configFolder,
                                        const Clock& clock, Random& random) {
    auto snapshot = compile(configFolder);
    if (!snapshot) return std::unexpected(std::move(snapshot).error());
    // From here on ~App ends whatever has begun.
    std::unique_ptr<App> app(new App(std::make_unique<Parts>(std::move(*snapshot), clock, random)));
    auto& parts = *app->parts_;
    const auto config = parts.snapshot->config;
    net::raiseDescriptorLimit();
    parts.runtime.emplace(net::Runtime::Threads{.io = config->threads, .pool = 4});
    if (auto open = parts.openStore(); !open) return std::unexpected(std::move(open).error());
    parts.resolver.emplace(*parts.runtime);
    parts.http.emplace(*parts.runtime, *parts.resolver);
    parts.startDelivery();
    parts.makeServices();
    parts.probeStore();
    for (const auto& listener : config->listeners) {
        if (auto open = parts.listen(listener); !open) {
            return std::unexpected(std::move(open).error());
        }
    }
    if (!config->pidFile.empty()) {
        const auto written = crypto::writeSecretFile(config->pidFile, std::to_string(::getpid()),
                                                     crypto::Existing::Replace);
        if (!written) return std::unexpected(written.error());
    }
    parts.readiness.started = true;
    parts.log.info("ready", {{"mappings", telemetry::Name(parts.snapshot->set->version())}});
    return app;
}

bool App::waitForEnd() {
    parts_->runtime->waitForSignal();
    return parts_->store->writable();
}

void App::stop() {
    if (parts_->stopped) return;
    parts_->stopped = true;
    parts_->readiness.stopping = true;
    for (auto& server : parts_->servers) server->stop(kPatience);
    if (parts_->loop) parts_->loop->stop(kPatience);
    if (parts_->runtime) parts_->runtime->stop();
    parts_->log.info("stopped");
}

}  // namespace waymark::cli
