// GET {type}/{id} and GET {type}/{id}/_history/{version} (FHIR R4 sections 3.1.0.1, 3.1.0.2), with
// If-None-Match. Another's resource and one that never was are the same 404.
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/header_text.h"
#include "gateway/doors/store_access.h"
#include "gateway/doors/withdraw.h"
#include "gateway/referral/resource_id.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;

std::unexpected<Failure> notFound() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no such resource among those that you may see.");
}

/// A Task may be the referral's own or an assignment's; both are looked for, always in this order.
awaitable<Result<std::optional<referral::Dossier>>> find(Visit* visit, std::string typeName,
                                                         referral::ResourceId id) {
    auto found = co_await referralById(visit, id.referral);
    if (!found || *found || id.entry || typeName != "Task") co_return found;
    auto assigned = co_await referralByAssignment(visit, referral::AssignmentId(id.referral.get()));
    co_return assigned;
}

/// 0: the current version. nullopt: no version of ours is called that.
std::optional<std::uint32_t> parseVersion(std::string_view text) {
    if (text.empty()) return 0;
    std::uint32_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || version == 0)
        return std::nullopt;
    return version;
}

/// Whether If-None-Match names the ETag, or anything (RFC 9110 section 13.1.2).
bool matches(const net::Request& request, std::string_view etag) {
    const auto wanted = request.fields.find("if-none-match");
    if (!wanted) return false;
    for (const auto part : split(*wanted, ',')) {
        const auto bare = part.starts_with("W/") ? part.substr(2) : part;
        if (part == "*" || bare == etag.substr(2)) return true;
    }
    return false;
}

awaitable<Result<net::Response>> read(Visit* visit) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    std::string typeName(visit->parameter("type"));
    const auto id = referral::parseResourceId(visit->parameter("id"));
    const auto version = parseVersion(visit->parameter("version"));
    if (!id || !version) co_return notFound();

    auto found = co_await find(visit, typeName, *id);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    const auto& dossier = visit->dossiers.emplace_back(std::move(**found));
    auto resource = visit->snapshot->presenter->resource(
        dossier, typeName, visit->parameter("id"), *version, *visit->arena, visit->services.random);
    if (!resource) {
        if (resource.error().kind == Kind::NotFound) co_return notFound();
        co_return std::unexpected(std::move(resource).error());
    }
    const auto& model = visit->snapshot->set->model();
    auto response = resourceAnswer(200, *resource, model, *format);
    setVersionHeaders(response, *resource, model);
    // The practice-facing Task says what became of the referral.
    if (typeName == "Task" && !id->entry && id->referral == dossier.id) {
        noteTold(visit, dossier, *version == 0 ? dossier.state.shownVersion : *version);
    }
    const auto etag = response.fields.find("ETag");
    if (etag && matches(visit->request, *etag)) {
        response.status = 304;
        response.body.clear();
    }
    co_return response;
}

}  // namespace

void addRead(Router& router) {
    const std::string base(kBase);
    router.add({.method = "GET",
                .path = base + "/{type}/{id}/_history/{version}",
                .open = false,
                .endpoint = read});
    router.add({.method = "GET", .path = base + "/{type}/{id}", .open = false, .endpoint = read});
}

}  // namespace waymark::doors::fhir
