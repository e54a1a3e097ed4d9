#include "gateway/net/server.h"

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/net/http_session.h"

namespace waymark::net {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, Strand>;

constexpr auto tok = asio::as_tuple(asio::use_awaitable);

/// Connections beyond the limit that are still told why they are turned away.
constexpr std::size_t kTurnedAway = 64;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kCancelPatience{5};
constexpr std::chrono::milliseconds kSweepMin{5};
constexpr std::chrono::milliseconds kSweepMax{250};

/// Often enough that no limit is overrun by more than an eighth.
std::chrono::milliseconds sweepInterval(const config::Limits& limits) {
    const auto shortest = std::min({limits.handshake, limits.header, limits.request, limits.idle});
    return std::clamp(shortest / 8, kSweepMin, kSweepMax);
}

std::unexpected<Failure> cannotListen(const ServerSettings& settings, const error_code& error) {
    return fail(Kind::Unavailable, IssueType::Processing,
                fmt::format("Listener {} cannot listen on {} port {}: {}.", settings.name,
                            settings.address, settings.port, error.message()));
}

}  // namespace

/// Shared with its loops, which may outlive the Server when a handler does not end.
struct Server::Parts : std::enable_shared_from_this<Server::Parts> {
    Parts(const ServerPorts& ports, ServerSettings settings)
        : listening(std::make_shared<Listening>(ports, std::move(settings))),
          strand(asio::make_strand(ports.runtime.context())),
          acceptor(strand),
          pause(strand),
          sweep(strand) {}

    error_code bind();
    awaitable<void> accept();
    awaitable<void> sweepSessions();
    void admit(Socket socket);
    void spawn(awaitable<void> loop, std::promise<void>* ended);

    std::shared_ptr<Listening> listening;
    Strand strand;
    Acceptor acceptor;
    asio::basic_waitable_timer<std::chrono::steady_clock> pause;
    asio::basic_waitable_timer<std::chrono::steady_clock> sweep;
    std::uint16_t port = 0;
    bool stopping = false;  ///< on the strand
    std::promise<void> acceptEnded;
    std::promise<void> sweepEnded;
    bool stopped = false;  ///< on the thread that stops
};

error_code Server::Parts::bind() {
    error_code error;
    const auto address = asio::ip::make_address(listening->settings.address, error);
    if (error) return error;
    const tcp::endpoint endpoint(address, listening->settings.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    return error;
}

void Server::Parts::spawn(awaitable<void> loop, std::promise<void>* ended) {
    auto& log = listening->ports.log;
    auto whenEnded = [self = shared_from_this(), &log, ended](const std::exception_ptr& failure) {
        if (failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& bug) {
                log.exception("listener.failed", bug);
            }
        }
        ended->set_value();
    };
    asio::co_spawn(strand, std::move(loop), std::move(whenEnded));
}

awaitable<void> Server::Parts::accept() {
    auto& io = listening->ports.runtime.context();
    while (!stopping) {
        auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), tok);
        if (stopping) break;
        if (error) {
            // Out of descriptors, or a connection that was gone before it was taken.
            if (error == asio::error::connection_aborted) continue;
            listening->ports.log.warning("listener.cannotAccept", {{"code", error.value()}});
            pause.expires_after(kAcceptPause);
            static_cast<void>(co_await pause.async_wait(tok));
            continue;
        }
        admit(std::move(socket));
    }
}

void Server::Parts::admit(Socket socket) {
    auto& sessions = listening->sessions;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const std::size_t limit = listening->settings.limits.connections;
    const auto open = sessions.size();
    // An idle connection makes way; its client opens another when it needs one.
    if (open < limit || (open < limit + kTurnedAway && sessions.finishLongestIdle())) {
        startSession(listening, std::move(socket), Admission::Serve);
        return;
    }
    listening->connectionsRefused.add();
    if (open < limit + kTurnedAway) {
        startSession(listening, std::move(socket), Admission::TurnAway);
    }
}

awaitable<void> Server::Parts::sweepSessions() {
    const auto interval = sweepInterval(listening->settings.limits);
    while (!stopping || listening->sessions.size() > 0) {
        sweep.expires_after(interval);
        static_cast<void>(co_await sweep.async_wait(tok));
        listening->sessions.expireOverdue(std::chrono::steady_clock::now());
    }
}

Server::Server(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
    static_cast<void>(stop(std::chrono::milliseconds(0)));
}

Result<std::unique_ptr<Server>> Server::open(const ServerPorts& ports, ServerSettings settings) {
    auto parts = std::make_shared<Parts>(ports, std::move(settings));
    const auto error = parts->bind();
    if (error) return cannotListen(parts->listening->settings, error);
    parts->spawn(parts->accept(), &parts->acceptEnded);
    parts->spawn(parts->sweepSessions(), &parts->sweepEnded);
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

std::uint16_t Server::port() const {
    return parts_->port;
}

std::size_t Server::connections() const {
    return parts_->listening->sessions.size();
}

void Server::useCertificates(std::shared_ptr<const ServerCertificates> certificates) {
    parts_->listening->useCertificates(std::move(certificates));
}

bool Server::stop(std::chrono::milliseconds patience) {
    if (parts_->stopped) return true;
    parts_->stopped = true;
    asio::post(parts_->strand, [parts = parts_] {
        parts->stopping = true;
        error_code ignored;
        parts->acceptor.close(ignored);
        parts->pause.cancel();
    });
    parts_->acceptEnded.get_future().wait();
    auto& sessions = parts_->listening->sessions;
    sessions.finishAll();
    bool empty = sessions.waitUntilEmpty(patience);
    if (!empty) {
        sessions.abortAll();
        empty = sessions.waitUntilEmpty(kCancelPatience);
    }
    asio::post(parts_->strand, [parts = parts_] { parts->sweep.cancel(); });
    if (empty) parts_->sweepEnded.get_future().wait();
    return empty;
}

}  // namespace waymark::net
