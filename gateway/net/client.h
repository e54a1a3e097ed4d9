// The outgoing side: one request to one address, with a limit on everything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::net {

struct ClientRequest {
    std::string method = "POST";
    /// Absolute, without user information; https, or http where allowLoopback.
    std::string url;
    Fields fields;
    std::string body;
    std::filesystem::path ca;    ///< PEM of trusted roots; empty: the system's
    bool allowLoopback = false;  ///< also permits plain http, to loopback only
    bool allowPrivate = false;   ///< permits addresses of private networks (RFC 1918, RFC 4193)
    /// The receiver knows a repeat by its key, so a request that a dying kept connection swallowed
    /// may be sent once more. GET, HEAD, PUT and DELETE always may.
    bool repeatable = false;
    std::chrono::milliseconds timeout{20'000};  ///< for the whole exchange
    std::size_t answerBytes = 65536;            ///< more is read no further: TooLarge
};

/// Why an exchange did not give an answer; the adapter decides what follows from it.
enum class Trouble : std::uint8_t {
    None,
    BadUrl,
    AddressForbidden,
    NotResolved,
    Refused,
    TlsFailed,
    HostMismatch,
    TimedOut,
    ConnectionLost,
    BadAnswer,
    AnswerTooLarge
};

/// "connection-lost" and so on, for logs and the journal.
[[nodiscard]] std::string_view text(Trouble trouble);

struct ClientAnswer {
    Trouble trouble = Trouble::None;
    unsigned status = 0;
    Fields fields;
    std::string body;
    std::string detail;  ///< of the trouble, for operators: OpenSSL's or the system's words
};

/// The port; the real one keeps connections and TLS sessions per origin, a simulation answers from
/// memory. Redirects are never followed.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    /// Every failure is a Trouble; it throws only when the caller itself has been cancelled.
    virtual boost::asio::awaitable<ClientAnswer> send(ClientRequest request) = 0;
};

}  // namespace waymark::net
