#include "gateway/net/client_connection.h"

#include <sys/socket.h>
#include <cerrno>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waymark::net {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

constexpr auto tok = asio::as_tuple(asio::use_awaitable);

}  // namespace

bool ClientConnection::Read::ended() const {
    return error == asio::error::eof;
}

ClientConnection::ClientConnection(asio::io_context& io, ClientTls* tls, std::string key)
    : owner_{tls, std::move(key)}, socket_(io) {}

ClientConnection::~ClientConnection() {
    // OpenSSL forbids to resume the session of a connection that ends without a goodbye. A session
    // that has really failed it has marked itself.
    if (tls_) SSL_set_shutdown(tls_->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

awaitable<error_code> ClientConnection::connect(asio::ip::tcp::endpoint endpoint) {
    const auto [error] = co_await socket_.async_connect(endpoint, tok);
    if (!error) {
        error_code ignored;
        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    co_return error;
}

awaitable<error_code> ClientConnection::startTls(std::shared_ptr<asio::ssl::context> context,
                                                 std::string host) {
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
    owner_.tls->prepare(tls_->native_handle(), host, &owner_);
    const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, tok);
    co_return error;
}

long ClientConnection::verdict() const {
    // native_handle() of a const stream is missing in Asio; nothing is changed through it.
    return tls_ ? SSL_get_verify_result(const_cast<Tls&>(*tls_).native_handle()) : X509_V_OK;
}

awaitable<error_code> ClientConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t written = 0;
        error_code error;
        const auto buffer = asio::buffer(bytes.data(), bytes.size());
        if (tls_) {
            std::tie(error, written) = co_await tls_->async_write_some(buffer, tok);
        } else {
            std::tie(error, written) = co_await socket_.async_write_some(buffer, tok);
        }
        if (error) co_return error;
        bytes.remove_prefix(written);
    }
    co_return error_code();
}

awaitable<ClientConnection::Read> ClientConnection::read(std::span<char> room) {
    Read read;
    const auto buffer = asio::buffer(room.data(), room.size());
    if (tls_) {
        std::tie(read.error, read.bytes) = co_await tls_->async_read_some(buffer, tok);
    } else {
        std::tie(read.error, read.bytes) = co_await socket_.async_read_some(buffer, tok);
    }
    co_return read;
}

bool ClientConnection::isQuiet() {
    char byte = 0;
    const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void ClientConnection::close() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace waymark::net
