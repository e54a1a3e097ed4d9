// The life of one client connection: handshake, requests one after the other, end. Internal to
// gateway/net.
#pragma once

#include <memory>
#include <mutex>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/net/server.h"
#include "gateway/net/session.h"

namespace waymark::net {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
/// With its strand's own type, which is cheaper than an any_io_executor in every operation.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;

/// What all sessions of a listener share, and what outlives the Server while the last one ends.
class Listening {
public:
    Listening(const ServerPorts& allPorts, ServerSettings allSettings);

    [[nodiscard]] std::shared_ptr<const ServerCertificates> certificates();
    void useCertificates(std::shared_ptr<const ServerCertificates> next);

    ServerPorts ports;
    const ServerSettings settings;
    SessionTable sessions;
    telemetry::Gauge& connections;
    telemetry::Counter& handshakesFailed;
    telemetry::Counter& connectionsRefused;

private:
    std::mutex lock_;
    std::shared_ptr<const ServerCertificates> certificates_;
};

/// What a connection is let in for.
enum class Admission : std::uint8_t {
    Serve,
    TurnAway,  ///< answers its first request with 503 and closes
};

/// Starts the session; it is in the table until it ends. The socket's executor is its strand.
void startSession(const std::shared_ptr<Listening>& listening, Socket socket, Admission admission);

}  // namespace waymark::net
