// One connection to one origin, plain or TLS, as the client uses it. Internal to gateway/net; used
// by one exchange at a time, on its strand.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "gateway/net/client_tls.h"

namespace waymark::net {

class ClientConnection {
public:
    struct Read {
        boost::system::error_code error;
        std::size_t bytes = 0;
        /// The peer said that it sends no more (TLS: with close_notify), as opposed to breaking
        /// off.
        [[nodiscard]] bool ended() const;
    };

    /// `key` names the origin for the pool and for TLS sessions.
    ClientConnection(boost::asio::io_context& io, ClientTls* tls, std::string key);
    ~ClientConnection();
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    [[nodiscard]] const std::string& key() const { return owner_.key; }

    boost::asio::awaitable<boost::system::error_code> connect(
        boost::asio::ip::tcp::endpoint endpoint);
    /// Speaks TLS from here on, and insists on `host`.
    boost::asio::awaitable<boost::system::error_code> startTls(
        std::shared_ptr<boost::asio::ssl::context> context, std::string host);
    /// After a failed handshake: OpenSSL's verdict on the certificate, X509_V_OK when it had none.
    [[nodiscard]] long verdict() const;

    /// `bytes` and the room live until the call has ended.
    boost::asio::awaitable<boost::system::error_code> write(std::string_view bytes);
    boost::asio::awaitable<Read> read(std::span<char> room);

    /// Nothing has come, and the peer has not closed.
    [[nodiscard]] bool isQuiet();
    /// Ends every operation on it, now and later.
    void close();
    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }

private:
    using Tls = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

    const ClientTls::Owner owner_;
    std::shared_ptr<boost::asio::ssl::context> context_;
    boost::asio::ip::tcp::socket socket_;
    std::optional<Tls> tls_;
};

}  // namespace waymark::net
