#include "gateway/ops/area.h"

#include <utility>

#include "fhir/json/writer.h"
#include "gateway/doors/store_access.h"
#include "gateway/ops/answer.h"
#include "gateway/ops/deliveries.h"
#include "gateway/ops/reload.h"
#include "gateway/ops/remap.h"
#include "gateway/referral/instant_text.h"
#include "gateway/referral/timeline.h"

namespace waymark::ops {
namespace {

using boost::asio::awaitable;
using doors::Visit;

/// The process answers: nothing more is asked of it.
awaitable<Result<net::Response>> live(Visit* /*visit*/) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject().member("status", "ok").endObject();
    co_return jsonAnswer(200, std::move(out));
}

/// A file's own name: where the gateway keeps its files is nobody's business here.
std::string_view fileName(std::string_view path) {
    return path.substr(path.find_last_of('/') + 1);
}

/// The last order to reload; a refused one with its first fault.
void writeReload(json::Writer& writer, const ReloadReport& report) {
    writer.key("reload")
        .beginObject()
        .member("outcome", report.accepted ? "reloaded" : "refused")
        .member("at", referral::instantText(report.at));
    if (!report.faults.empty()) {
        const Issue& first = report.faults.front();
        writer.member("faults", report.faults.size())
            .memberUnlessEmpty("file", fileName(first.file))
            .member("line", first.at.line)
            .member("column", first.at.column)
            .memberUnlessEmpty("code", first.code);
    }
    writer.endObject();
}

/// Ready to take referrals in: started, not stopping, and the store can be written. What is wrong
/// beside that (a refused reload, messages set aside) is said, and keeps nobody out.
awaitable<Result<net::Response>> ready(Visit* visit, const Standing* standing) {
    std::string_view reason;
    if (!standing->started) reason = "starting";
    if (!visit->services.store.writable()) reason = "the store does not accept writes";
    if (standing->stopping) reason = "stopping";
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("status", reason.empty() ? "ok" : "unavailable")
        .memberUnlessEmpty("reason", reason)
        .member("mappings", visit->snapshot->set->version())
        .member("setAside", standing->setAside.load());
    if (const auto report = standing->lastReload()) writeReload(writer, *report);
    writer.endObject();
    co_return jsonAnswer(reason.empty() ? 200 : 503, std::move(out));
}

awaitable<Result<net::Response>> metrics(const telemetry::Registry* registry) {
    co_return plainAnswer(200, registry->text(), telemetry::Registry::kContentType);
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
    co_return jsonAnswer(200, referral::timeline(**found));
}

}  // namespace

doors::Area operationsArea(const telemetry::Registry& registry, const Control& control,
                           Reconciler& reconciler) {
    doors::Area area;
    area.audience = security::PrincipalKind::Operator;
    area.print = problemAnswer;
    const auto open = [&](std::string path, doors::Endpoint endpoint) {
        area.router.add({.method = "GET",
                         .path = std::move(path),
                         .open = true,
                         .endpoint = std::move(endpoint)});
    };
    const auto add = [&](std::string method, std::string path, doors::Endpoint endpoint) {
        area.router.add({.method = std::move(method),
                         .path = std::move(path),
                         .open = false,
                         .endpoint = std::move(endpoint)});
    };
    open("/health/live", live);
    open("/health/ready",
         [standing = &control.standing](Visit* visit) { return ready(visit, standing); });
    open("/metrics", [&registry](Visit* /*visit*/) { return metrics(&registry); });
    add("GET", "/admin/referrals/{id}", showReferral);
    add("POST", "/admin/referrals/{id}/remap", remapEndpoint(control.standing));
    add("POST", "/admin/reload", reloadEndpoint(control));
    add("GET", "/admin/deliveries", listDeliveries());
    add("GET", "/admin/deliveries/{id}", showDelivery());
    add("POST", "/admin/deliveries/{act}", changeDeliveries(control));
    add("GET", "/admin/reconcile", reconcileEndpoint(reconciler));
    return area;
}

}  // namespace waymark::ops
