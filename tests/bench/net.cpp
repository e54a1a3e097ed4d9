// The gateway's own listener with a handler that does nothing: what reading, limits, log and
// metrics cost beyond bench_echo. Usage: bench_net [threads] [tls]; prints port and, for TLS,
// writes its CA to the file named by the third argument.
#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

#include "gateway/net/development_ca.h"
#include "gateway/net/server.h"
#include "gateway/telemetry/stream_sink.h"

namespace {

using namespace waymark;

class SystemClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override {
        return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    }
};

/// Chance for request ids only.
class QuickRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        thread_local std::mt19937_64 engine{std::random_device{}()};
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(engine());
    }
};

boost::asio::awaitable<net::Response> created(net::Request) {
    net::Response response;
    response.status = 201;
    response.fields.set("Content-Type", "application/json");
    response.body = "{}";
    response.route = "/bench";
    co_return response;
}

}  // namespace

int main(int argc, char** argv) {
    const SystemClock clock;
    QuickRandom random;
    telemetry::StreamSink sink(STDERR_FILENO, clock);
    telemetry::Log log(clock, sink);
    telemetry::Registry metrics;
    net::BodyBudget bodies(std::size_t{64} << 20U);
    net::Runtime runtime({.io = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2, .pool = 1});
    net::ServerSettings settings;
    settings.name = "bench";
    settings.handler = created;
    if (argc > 3 && std::string_view(argv[2]) == "tls") {
        const auto ca = net::DevelopmentCa::create(clock.now());
        std::ofstream(argv[3]) << ca.certificate();
        const auto issued = ca.issue({"localhost", "127.0.0.1"});
        settings.certificates = net::ServerCertificates::make({issued}).value();
    }
    auto server =
        net::Server::open({runtime, clock, random, log, metrics, bodies}, std::move(settings));
    if (!server) {
        std::cerr << server.error().text() << "\n";
        return 3;
    }
    std::cout << (*server)->port() << std::endl;
    runtime.waitForSignal();
    return (*server)->stop(std::chrono::seconds(5)) ? 0 : 1;
}
