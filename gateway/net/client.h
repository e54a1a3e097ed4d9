// The outgoing side: one request to one address, with a limit on everything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::net {

struct ClientRequest {
    std::string method = "POST";
    std::string url;  ///< absolute; https, or http where allowLoopback
    Fields fields;
    std::string body;
    std::filesystem::path ca;                   ///< PEM of trusted roots; empty: the system's
    bool allowLoopback = false;                 ///< also permits plain http, to loopback only
    std::chrono::milliseconds timeout{20'000};  ///< for the whole exchange
    std::size_t answerBytes = 64 * 1024;        ///< more is read no further: TooLarge
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

struct ClientAnswer {
    Trouble trouble = Trouble::None;
    unsigned status = 0;
    Fields fields;
    std::string body;
};

/// The port; the real one keeps connections and TLS sessions per origin, a simulation answers from
/// memory. Redirects are never followed.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual boost::asio::awaitable<ClientAnswer> send(ClientRequest request) = 0;
};

}  // namespace waymark::net
