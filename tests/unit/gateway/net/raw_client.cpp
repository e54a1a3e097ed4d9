#include "raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace waymark::net::tests {

namespace {

void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

}  // namespace

std::string RawAnswer::field(std::string_view name) const {
    const auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    require(socket_ >= 0, "a socket can be made");
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
            "the server can be reached");
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      context_(std::move(other.context_)),
      tls_(std::move(other.tls_)),
      read_(std::move(other.read_)) {}

RawClient::~RawClient() {
    if (socket_ >= 0) ::close(socket_);
}

bool RawClient::startTls(const std::string& caPem, const std::string& host, int version) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (version != 0) {
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_max_proto_version(context_.get(), version);
    }
    BIO* memory = BIO_new_mem_buf(caPem.data(), static_cast<int>(caPem.size()));
    X509* root = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), root);
    X509_free(root);
    BIO_free(memory);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), socket_);
    SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
    SSL_set1_host(tls_.get(), host.c_str());
    return SSL_connect(tls_.get()) == 1;
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        require(n > 0, "the server takes what is sent");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

void RawClient::sendQuietly(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

bool RawClient::more() {
    std::array<char, 16 * 1024> buffer{};
    const auto n = tls_ ? SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()))
                        : ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (n <= 0) return false;
    read_.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
}

std::optional<RawAnswer> RawClient::answer(bool withBody) {
    std::size_t end = 0;
    while ((end = read_.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) return std::nullopt;
    }
    RawAnswer answer;
    answer.head = read_.substr(0, end + 4);
    std::ranges::transform(answer.head, answer.head.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    read_.erase(0, end + 4);
    answer.status = static_cast<unsigned>(std::strtoul(answer.head.c_str() + 9, nullptr, 10));
    const auto length =
        withBody ? std::strtoul(answer.field("content-length").c_str(), nullptr, 10) : 0;
    while (read_.size() < length) {
        if (!more()) return std::nullopt;
    }
    answer.body = read_.substr(0, length);
    read_.erase(0, length);
    return answer;
}

bool RawClient::closed() {
    return read_.empty() && !more();
}

void RawClient::shutdownSend() {
    ::shutdown(socket_, SHUT_WR);
}

}  // namespace waymark::net::tests
