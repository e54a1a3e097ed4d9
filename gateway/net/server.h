// A listener: HTTP/1.1 with keep-alive on one address, plain or TLS, with a limit on everything.
// Its methods may be called from any thread that is not one of the runtime's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/net/body_budget.h"
#include "gateway/net/http.h"
#include "gateway/net/runtime.h"
#include "gateway/net/server_certificates.h"
#include "gateway/telemetry/log.h"
#include "gateway/telemetry/metrics.h"

namespace waymark::net {

/// What a server works with; all of it outlives the runtime's last thread.
struct ServerPorts {
    Runtime& runtime;
    const Clock& clock;
    Random& random;
    telemetry::Log& log;
    telemetry::Registry& metrics;
    BodyBudget& bodies;  ///< shared by all listeners
};

struct ServerSettings {
    std::string name;  ///< the listener's, for logs and metrics
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any that is free
    /// Null: plain HTTP.
    std::shared_ptr<const ServerCertificates> certificates;
    config::Limits limits;
    Handler handler;
    /// Prints the server's own refusals; empty: one sentence of plain text.
    ErrorPage errorPage;
};

class Server {
public:
    /// Binds and begins to accept. Fails when the address cannot be bound.
    static Result<std::unique_ptr<Server>> open(const ServerPorts& ports, ServerSettings settings);
    /// As stop() without patience.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    /// Connections that are open now.
    [[nodiscard]] std::size_t connections() const;
    /// For connections from now on; those that are open keep theirs.
    void useCertificates(std::shared_ptr<const ServerCertificates> certificates);

    /// Accepts no more, closes idle connections, lets requests in flight finish for at most
    /// `patience`, then cancels them. Blocks until all connections have ended; false when a handler
    /// has not ended five seconds after it was cancelled. The second call does nothing.
    bool stop(std::chrono::milliseconds patience);

private:
    struct Parts;
    explicit Server(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;
};

}  // namespace waymark::net
