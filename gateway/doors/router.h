// Which endpoint answers a request: method and path templates ("/FHIR/R4/{type}/{id}"), tried in
// the order they were added. Filled at start, then read by any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::doors {

struct Visit;

/// The visit outlives the call. A Failure is printed by the door that owns the route.
using Endpoint = std::function<boost::asio::awaitable<Result<net::Response>>(Visit* visit)>;

struct Route {
    std::string method;
    std::string path;
    bool open = false;  ///< needs no token
    Endpoint endpoint;
};

class Router {
public:
    void add(Route route);

    struct Match {
        const Route* route = nullptr;
        std::vector<std::pair<std::string, std::string>> parameters;
        std::vector<std::string> allowed;  ///< methods of the path when none fits the request's
    };
    /// A trailing slash is the same path without it. GET routes answer HEAD too.
    [[nodiscard]] Match match(std::string_view method, std::string_view path) const;

private:
    std::vector<Route> routes_;
};

}  // namespace waymark::doors
