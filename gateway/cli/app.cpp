#include "gateway/cli/app.h"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "fhir/core/version.h"
#include "gateway/cli/live.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/secret_file.h"
#include "gateway/delivery/loop.h"
#include "gateway/doors/areas.h"
#include "gateway/net/cares_resolver.h"
#include "gateway/net/http_client.h"
#include "gateway/net/server.h"
#include "gateway/notify/door.h"
#include "gateway/notify/loop.h"
#include "gateway/ops/area.h"
#include "gateway/ops/reconcile.h"
#include "gateway/ops/remap.h"
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
    Parts(std::unique_ptr<Live> started, const Clock& theClock, Random& theRandom)
        : live(std::move(started)),
          config(live->now()->config),
          clock(theClock),
          random(theRandom),
          sink(STDERR_FILENO, theClock),
          log(theClock, sink),
          bodies(config->limits.bodiesInFlightBytes),
          limiter(config->limits) {
        live->tell(log);
    }

    std::unique_ptr<Live> live;
    std::shared_ptr<const config::Config> config;  ///< of the start: store, listeners, limits
    const Clock& clock;
    Random& random;
    telemetry::StreamSink sink;
    telemetry::Log log;
    telemetry::Registry metrics;
    ops::Standing standing;
    ops::Control control{.standing = standing, .reload = {}, .deliveriesMoved = {}};
    net::BodyBudget bodies;
    security::RateLimit limiter;
    std::optional<net::Runtime> runtime;
    std::unique_ptr<store::SqliteStore> store;
    std::optional<net::CaresResolver> resolver;
    std::optional<net::PooledHttpClient> http;
    std::optional<delivery::RuntimeStage> stage;
    notify::Registry subscriptions;
    std::optional<notify::NotifyLoop> notify;
    std::optional<delivery::DeliveryLoop> loop;
    std::unique_ptr<doors::Services> services;
    std::vector<std::unique_ptr<doors::Dispatcher>> dispatchers;
    std::optional<ops::Reconciler> reconciler;
    std::vector<std::unique_ptr<net::Server>> servers;
    bool stopped = false;

    /// When the store has stopped taking writes for good, the gateway ends: a restart reads what is
    /// on disk, and until then it would only refuse.
    Result<void> openStore() {
        auto ring = crypto::KeyRing::loadOrInit(config->keyRing, random);
        if (!ring) return std::unexpected(std::move(ring).error());
        store::SqliteOptions options;
        options.path = config->store;
        options.lanes.doors = config->limits.queue;
        options.onStopped = [this](const std::string&) {
            log.error("store.stopped");
            runtime->requestStop();
        };
        auto opened = store::SqliteStore::open(std::move(options), *ring, random);
        if (!opened) return std::unexpected(std::move(opened).error());
        store = std::move(*opened);
        return {};
    }

    Result<void> startDelivery() {
        stage.emplace(*runtime);
        delivery::Ports ports{
            .store = *store,
            .http = *http,
            .stage = *stage,
            .clock = clock,
            .random = random,
            .log = log,
            .metrics = metrics,
            .rules = [this](std::string_view setVersion) { return live->rules(setVersion); }};
        notify.emplace(ports, subscriptions, [this] { loop->poke(); });
        ports.addressees = &*notify;
        loop.emplace(ports);
        // Notifications that are due are addressed to Subscriptions: these are read first.
        if (auto started = notify->start(); !started) return started;
        loop->start();
        return {};
    }

    /// On the pool.
    ops::ReloadReport reload() {
        auto report = live->reload();
        for (const Issue& fault : report.faults) {
            log.error("reload.fault", {{"file", telemetry::Name(fault.file)},
                                       {"line", fault.at.line},
                                       {"column", fault.at.column},
                                       {"code", telemetry::Name(fault.code)}});
        }
        log.write(
            report.accepted ? telemetry::Level::Info : telemetry::Level::Error,
            report.accepted ? telemetry::Word("reload.done") : telemetry::Word("reload.refused"),
            {{"mappings", telemetry::Name(report.version)}, {"faults", report.faults.size()}});
        metrics
            .counter("waymark_reloads_total", "Orders to read configuration and mappings again",
                     {telemetry::Label{"outcome", report.accepted ? telemetry::Word("done")
                                                                  : telemetry::Word("refused")}})
            .add();
        standing.reloaded(report);
        if (report.accepted) loop->configured();
        return report;
    }

    void makeControl() {
        control.reload = [this] { return reload(); };
        control.deliveriesMoved = [this](std::vector<store::DeliveryId> deliveries) {
            loop->moved(std::move(deliveries));
        };
        reconciler.emplace(*services, standing, metrics);
        runtime->onHangup([this] {
            if (reload().accepted) ops::remapSetAsideLater(*services, standing);
        });
    }

    /// What was left from before the start: sets that nothing needs, referrals that are set aside.
    void lookBack() {
        const auto versions = store->openSetVersions();
        if (versions) live->tidy(*versions);
        ops::remapSetAsideLater(*services, standing);
        reconciler->start();
    }

    void makeServices() {
        services.reset(new doors::Services{.snapshot = [this] { return live->now(); },
                                           .store = *store,
                                           .runtime = *runtime,
                                           .clock = clock,
                                           .random = random,
                                           .log = log,
                                           .wakeDelivery =
                                               [this] {
                                                   loop->poke();
                                                   notify->poke();
                                               },
                                           .noteSetAside = [this] { noteSetAside(); },
                                           .arenas = {},
                                           .inFlight = {}});
    }

    void noteSetAside() {
        ++standing.setAside;
        metrics.counter("waymark_set_aside_total", "Messages that a map could not handle").add();
    }

    Result<void> listen(const config::Listener& listener) {
        auto& dispatcher =
            *dispatchers.emplace_back(std::make_unique<doors::Dispatcher>(*services, limiter));
        using config::Audience;
        if (serves(listener, Audience::Practices)) {
            dispatcher.add(doors::practicesArea([this](doors::Router& router) {
                notify::addSubscriptions(router, subscriptions, *notify);
            }));
        }
        if (serves(listener, Audience::Providers)) dispatcher.add(doors::providersArea());
        if (serves(listener, Audience::Operations)) {
            dispatcher.add(ops::operationsArea(metrics, control, *reconciler));
        }
        net::ServerSettings settings;
        settings.name = listener.name;
        settings.address = listener.address;
        settings.port = listener.port;
        settings.limits = config->limits;
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
        metrics.probe("waymark_referrals_set_aside", "Open referrals that a map could not handle",
                      [this] { return static_cast<double>(standing.setAside.load()); });
        probe("waymark_store_queue", "Commits that wait for the writer", &store::Counts::queued);
    }
};

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() {
    stop();
}

Result<std::unique_ptr<App>> App::start(const std::filesystem::path& configFolder,
                                        const Clock& clock, Random& random) {
    auto live = Live::start(configFolder, clock);
    if (!live) return std::unexpected(std::move(live).error());
    // From here on ~App ends whatever has begun.
    std::unique_ptr<App> app(new App(std::make_unique<Parts>(std::move(*live), clock, random)));
    auto& parts = *app->parts_;
    const auto config = parts.config;
    net::raiseDescriptorLimit();
    parts.runtime.emplace(net::Runtime::Threads{.io = config->threads, .pool = 4});
    if (auto open = parts.openStore(); !open) return std::unexpected(std::move(open).error());
    parts.resolver.emplace(*parts.runtime);
    parts.http.emplace(*parts.runtime, *parts.resolver);
    if (auto begun = parts.startDelivery(); !begun) {
        return std::unexpected(std::move(begun).error());
    }
    parts.makeServices();
    parts.probeStore();
    parts.makeControl();
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
    parts.lookBack();
    parts.standing.started = true;
    parts.log.info("ready", {{"mappings", telemetry::Name(parts.live->now()->set->version())}});
    return app;
}

bool App::waitForEnd() {
    parts_->runtime->waitForSignal();
    return parts_->store->writable();
}

void App::stop() {
    if (parts_->stopped) return;
    parts_->stopped = true;
    parts_->standing.stopping = true;
    if (parts_->reconciler) parts_->reconciler->stop();
    for (auto& server : parts_->servers) server->stop(kPatience);
    if (parts_->notify) parts_->notify->stop();
    if (parts_->loop) parts_->loop->stop(kPatience);
    if (parts_->runtime) parts_->runtime->stop();
    parts_->log.info("stopped");
}

}  // namespace waymark::cli
