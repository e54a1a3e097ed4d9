// Plain HTTP messages: what doors and adapters see instead of Beast's.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/world.h"

namespace waymark::net {

/// Header fields in order; names compare without case.
class Fields {
public:
    void set(std::string name, std::string value);  ///< replaces all of this name
    void add(std::string name, std::string value);
    /// The first field of this name; nullopt when there is none.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
    std::string method;  ///< "GET"
    std::string target;  ///< as it came: path and query
    std::string path;    ///< decoded, without the query
    /// Decoded query parameters in order.
    std::vector<std::pair<std::string, std::string>> query;
    Fields fields;
    std::string body;
    std::string scheme;     ///< "https" or "http"
    std::string requestId;  ///< ours, a UUID; also in every log line of the request
    std::string peer;       ///< address, for rate limits; never with patient data
    Instant received{};
    std::chrono::steady_clock::time_point deadline{};  ///< shrinks downwards; nothing outlives it
};

struct Response {
    unsigned status = 200;
    Fields fields;
    std::string body;
    /// The template of the route that answered ("/FHIR/R4/ServiceRequest/{id}"), for logs, metrics.
    std::string route;
};

/// Runs on the connection's strand. What it throws becomes 500 with the request's id only.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

}  // namespace waymark::net
