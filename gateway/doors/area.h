// A part of the outside surface that shares its base path, its audience and the way it prints
// failures; and the handler that a listener runs: match, authenticate, answer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/doors/router.h"
#include "gateway/doors/visit.h"
#include "gateway/security/authenticator.h"
#include "gateway/security/rate_limit.h"

namespace waymark::doors {

struct Area {
    std::string prefix;  ///< "/FHIR/R4"; empty takes every path
    security::PrincipalKind audience = security::PrincipalKind::Client;
    Router router;
    std::function<net::Response(const Failure&, const net::Request&)> print;
    /// Refused POSTs leave an audit entry, and their verdict when they are repeatable.
    bool keepsRefusals = false;
};

/// One handler for all areas of a listener. Services and limiter outlive it; who is known is the
/// snapshot's.
class Dispatcher {
public:
    Dispatcher(Services& services, security::RateLimit& limiter);
    void add(Area area);
    [[nodiscard]] net::Handler handler();
    /// How a failure that the listener itself sees (malformed, too large) is printed.
    [[nodiscard]] net::Response print(const Failure& failure, const net::Request& request) const;

private:
    boost::asio::awaitable<net::Response> answer(net::Request request);
    boost::asio::awaitable<Result<net::Response>> visit(const Area* area, Visit* visit,
                                                        std::string* route);

    const Area* areaOf(std::string_view path) const;

    Services& services_;
    security::RateLimit& limiter_;
    std::vector<std::unique_ptr<Area>> areas_;
};

}  // namespace waymark::doors
