// A client of the tests that says exactly what it is told to, byte by byte: plain or TLS, blocking,
// and never for longer than ten seconds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace waymark::net::tests {

struct RawAnswer {
    unsigned status = 0;
    std::string head;  ///< lower case, with the status line
    std::string body;
    [[nodiscard]] bool has(std::string_view headText) const {
        return head.find(headText) != std::string::npos;
    }
    /// The value of a field (named in lower case); empty when there is none.
    [[nodiscard]] std::string field(std::string_view name) const;
};

class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// Speaks TLS from here on. Trusts `caPem` alone. False when the handshake fails.
    [[nodiscard]] bool startTls(const std::string& caPem, const std::string& host, int version = 0);
    [[nodiscard]] SSL* tls() { return tls_.get(); }

    void send(std::string_view bytes);
    /// Sends what the peer still takes; a reset is no error.
    void sendQuietly(std::string_view bytes);
    /// Reads one answer by its Content-Length; nullopt when the connection ends before.
    std::optional<RawAnswer> answer(bool withBody = true);
    /// True when the peer closes before it sends anything more.
    [[nodiscard]] bool closed();
    /// Our side says that it sends no more.
    void shutdownSend();

private:
    bool more();

    struct FreeContext {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    struct FreeTls {
        void operator()(SSL* tls) const { SSL_free(tls); }
    };

    int socket_ = -1;
    std::unique_ptr<SSL_CTX, FreeContext> context_;
    std::unique_ptr<SSL, FreeTls> tls_;
    std::string read_;
};

}  // namespace waymark::net::tests
