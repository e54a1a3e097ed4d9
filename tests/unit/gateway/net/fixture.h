// A server on a free loopback port with everything that it works with.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/net/server.h"
#include "raw_client.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/fixed_world.h"

namespace waymark::net::tests {

/// The seeded one, for several threads.
class SharedRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        const std::lock_guard guard(lock_);
        random_.fill(bytes);
    }

private:
    std::mutex lock_;
    waymark::tests::SeededRandom random_;
};

/// The time at which certificates are checked: OpenSSL looks at the system's clock.
inline Instant systemTime() {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

/// Members in an order in which the runtime ends first.
class ServerTest : public testing::Test {
protected:
    ServerTest() { settings_.name = "test"; }
    ~ServerTest() override {
        server_.reset();
        runtime_.stop();
    }

    /// Starts the server with `settings_`.
    void serve(Handler handler) {
        settings_.handler = std::move(handler);
        auto opened = Server::open(ports(), settings_);
        ASSERT_TRUE(opened.has_value()) << opened.error().text();
        server_ = std::move(*opened);
    }
    ServerPorts ports() { return {runtime_, clock_, random_, log_, metrics_, *bodies_}; }
    RawClient connect() { return RawClient(server_->port()); }

    waymark::tests::FixedClock clock_;
    SharedRandom random_;
    waymark::tests::CollectingSink sink_;
    telemetry::Log log_{clock_, sink_};
    telemetry::Registry metrics_;
    std::unique_ptr<BodyBudget> bodies_ = std::make_unique<BodyBudget>(64 * 1024 * 1024);
    ServerSettings settings_;
    Runtime runtime_{Runtime::Threads{.io = 2, .pool = 1}};
    std::unique_ptr<Server> server_;
};

/// Answers with what it was asked: "POST /path 5 hello".
inline boost::asio::awaitable<Response> repeat(Request request) {
    Response response;
    response.route = "/repeat";
    response.fields.set("Content-Type", "text/plain");
    response.body = request.method + " " + request.path + " " +
                    std::to_string(request.body.size()) + " " + request.body.substr(0, 100);
    co_return response;
}

/// An empty answer.
inline boost::asio::awaitable<Response> succeed() {
    co_return Response();
}

/// Answers "finished" once the test calls what it finds in the promise.
using Release = std::function<void(bool)>;
inline boost::asio::awaitable<Response> holdUntil(std::promise<Release>* release) {
    auto begin = [release](const auto& done) { release->set_value(done); };
    auto waiting = awaitCallback<bool>(std::move(begin));
    co_await std::move(waiting);
    Response response;
    response.body = "finished";
    co_return response;
}

/// Never answers; says through the promise that it has begun.
inline boost::asio::awaitable<Response> waitForEver(std::promise<void>* begun) {
    boost::asio::steady_timer forever(co_await boost::asio::this_coro::executor);
    forever.expires_at(std::chrono::steady_clock::time_point::max());
    begun->set_value();
    co_await forever.async_wait(boost::asio::use_awaitable);
    co_return Response();
}

}  // namespace waymark::net::tests
