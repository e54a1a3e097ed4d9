#include "gateway/doors/area.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gateway/doors/take_in.h"

namespace waymark::doors {
namespace {

using boost::asio::awaitable;

/// Their correlation id if it is a UUID, else our request id: what log lines carry.
std::string correlationOf(const net::Request& request) {
    const auto theirs = request.fields.find("x-correlation-id");
    if (theirs) {
        if (const auto id = Uuid::parse(*theirs)) return id->text();
    }
    return request.requestId;
}

/// BaRS 1.4 mirrors both ids back in every response; others profit too.
void mirrorIds(const net::Request& request, net::Response& response) {
    for (const auto* name : {"X-Request-Id", "X-Correlation-Id"}) {
        const auto theirs = request.fields.find(name);
        if (theirs && Uuid::parse(*theirs)) response.fields.set(name, std::string(*theirs));
    }
    if (!response.fields.find("X-Request-Id")) {
        response.fields.set("X-Request-Id", request.requestId);
    }
}

Failure notHere() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "Nothing is served at this path; GET /FHIR/R4/metadata lists what is.")
        .error();
}

Failure notAllowed(const std::vector<std::string>& allowed) {
    return fail(Kind::NotAllowed, IssueType::NotSupported,
                fmt::format("This path takes {}.", fmt::join(allowed, ", ")))
        .error();
}

}  // namespace

Dispatcher::Dispatcher(Services& services, security::RateLimit& limiter)
    : services_(services), limiter_(limiter) {}

void Dispatcher::add(Area area) {
    areas_.push_back(std::make_unique<Area>(std::move(area)));
}

net::Handler Dispatcher::handler() {
    return [this](net::Request request) { return answer(std::move(request)); };
}

const Area* Dispatcher::areaOf(std::string_view path) const {
    for (const auto& area : areas_) {
        const bool within = path.starts_with(area->prefix) &&
                            (path.size() == area->prefix.size() || area->prefix.empty() ||
                             path[area->prefix.size()] == '/');
        if (within) return area.get();
    }
    return nullptr;
}

net::Response Dispatcher::print(const Failure& failure, const net::Request& request) const {
    const Area* area = areaOf(request.path);
    if (!area && !areas_.empty()) area = areas_.front().get();
    check(area != nullptr, "a listener serves at least one area");
    return area->print(failure, request);
}

awaitable<Result<net::Response>> Dispatcher::visit(const Area* area, Visit* visit,
                                                   std::string* route) {
    auto match = area->router.match(visit->request.method, visit->request.path);
    if (!match.route) {
        if (match.allowed.empty()) co_return std::unexpected(notHere());
        co_return std::unexpected(notAllowed(match.allowed));
    }
    *route = match.route->path;
    visit->parameters = std::move(match.parameters);
    if (!match.route->open) {
        auto principal =
            visit->snapshot->authenticator->authenticate(visit->request, area->audience);
        if (!principal) co_return std::unexpected(std::move(principal).error());
        visit->principal = std::move(*principal);
        auto allowed = limiter_.take(visit->principal, visit->request.received);
        if (!allowed) co_return std::unexpected(std::move(allowed).error());
    }
    auto result = co_await match.route->endpoint(visit);
    co_return result;
}

awaitable<net::Response> Dispatcher::answer(net::Request request) {
    const Area* area = areaOf(request.path);
    if (!area) {
        auto response = print(notHere(), request);
        mirrorIds(request, response);
        co_return response;
    }
    Visit visit{.services = services_,
                .snapshot = services_.snapshot(),
                .request = std::move(request),
                .arena = services_.arenas.borrow(),
                .parameters = {},
                .principal = {},
                .correlationId = {},
                .repeatKey = {},
                .dossiers = {}};
    visit.correlationId = correlationOf(visit.request);
    std::string route;
    auto result = co_await this->visit(area, &visit, &route);
    net::Response response;
    if (result) {
        response = std::move(*result);
    } else {
        response = area->print(result.error(), visit.request);
        if (result.error().kind == Kind::Unauthenticated) {
            response.fields.set("WWW-Authenticate", security::challengeFor(visit.request));
        }
        if (result.error().kind == Kind::NotAllowed) {
            auto match = area->router.match(visit.request.method, visit.request.path);
            response.fields.set("Allow", fmt::format("{}", fmt::join(match.allowed, ", ")));
        }
        const bool known = visit.principal.kind != security::PrincipalKind::None;
        if (area->keepsRefusals && known && visit.request.method == "POST") {
            co_await keepRefusal(&visit, result.error().kind, &response);
        }
    }
    response.route = std::move(route);
    mirrorIds(visit.request, response);
    co_return response;
}

}  // namespace waymark::doors
