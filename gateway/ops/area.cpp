#include "gateway/ops/area.h"

#include <utility>

#include "fhir/json/writer.h"
#include "fhir/outcome/outcome.h"
#include "gateway/doors/store_access.h"
#include "gateway/referral/timeline.h"

namespace waymark::ops {
namespace {

using boost::asio::awaitable;
using doors::Visit;

net::Response plain(unsigned status, std::string body, std::string_view type) {
    net::Response response;
    response.status = status;
    response.fields.set("Content-Type", std::string(type));
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

std::string statusBody(std::string_view status, std::string_view reason) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject().member("status", status).memberUnlessEmpty("reason", reason).endObject();
    return out;
}

/// The process answers: nothing more is asked of it.
awaitable<Result<net::Response>> live(Visit* /*visit*/) {
    co_return plain(200, statusBody("ok", ""), "application/json");
}

/// Ready to take referrals in: started, not stopping, and the store can be written.
awaitable<Result<net::Response>> ready(Visit* visit, const Readiness* readiness) {
    std::string_view reason;
    if (!readiness->started) reason = "starting";
    if (!visit->services.store.writable()) reason = "the store does not accept writes";
    if (readiness->stopping) reason = "stopping";
    if (reason.empty()) co_return plain(200, statusBody("ok", ""), "application/json");
    co_return plain(503, statusBody("unavailable", reason), "application/json");
}

awaitable<Result<net::Response>> metrics(const telemetry::Registry* registry) {
    co_return plain(200, registry->text(), telemetry::Registry::kContentType);
}

awaitable<Result<net::Response>> showReferral(Visit* visit) {
    const auto notFound = [] {
        return fail(Kind::NotFound, IssueType::NotFound, "There is no referral with this id.");
    };
    const auto id = Uuid::parse(visit->parameter("id"));
    if (!id) co_return notFound();
    auto work = [visit, wanted = referral::ReferralId(*id)] {
        return visit->services.store.referral(wanted, nullptr);
    };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto found = co_await std::move(operation);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    co_return plain(200, referral::timeline(**found), "application/json");
}

net::Response print(const Failure& failure, const net::Request& /*request*/) {
    return plain(outcome::httpStatus(failure.kind), outcome::problemJson(failure),
                 "application/problem+json");
}

}  // namespace

doors::Area operationsArea(const telemetry::Registry& registry, const Readiness& readiness) {
    doors::Area area;
    area.audience = security::PrincipalKind::Operator;
    area.print = print;
    auto& router = area.router;
    router.add({.method = "GET", .path = "/health/live", .open = true, .endpoint = live});
    router.add({.method = "GET",
                .path = "/health/ready",
                .open = true,
                .endpoint = [&readiness](Visit* visit) { return ready(visit, &readiness); }});
    router.add({.method = "GET",
                .path = "/metrics",
                .open = true,
                .endpoint = [&registry](Visit* /*visit*/) { return metrics(&registry); }});
    router.add({.method = "GET",
                .path = "/admin/referrals/{id}",
                .open = false,
                .endpoint = showReferral});
    return area;
}

}  // namespace waymark::ops
