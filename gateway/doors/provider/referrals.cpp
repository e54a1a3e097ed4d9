// GET /provider/v1/referrals and /provider/v1/referrals/{id}: what a provider was asked.
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "fhir/json/writer.h"
#include "fhir/model/temporal.h"
#include "gateway/doors/header_text.h"
#include "gateway/doors/provider/endpoints.h"
#include "gateway/doors/store_access.h"

namespace waymark::doors::provider {
namespace {

using boost::asio::awaitable;

constexpr std::uint32_t kDefaultLimit = 50;
constexpr std::uint32_t kMaximalLimit = 200;

net::Response jsonAnswer(std::string body) {
    net::Response response;
    response.fields.set("Content-Type", "application/json");
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

std::unexpected<Failure> unreadable(std::string_view name, std::string_view wanted) {
    return fail(Kind::Incorrect, IssueType::Value,
                fmt::format("The parameter {} takes {}.", name, wanted));
}

Result<void> takeStatuses(std::string_view value, store::AssignmentQuery& query) {
    for (const auto code : split(value, ',')) {
        const auto status = referral::statusFrom(code);
        if (!status) {
            return unreadable("status",
                              "one or several of requested, accepted, rejected, "
                              "in-progress, on-hold, completed, cancelled, failed, "
                              "entered-in-error, separated by commas");
        }
        query.statuses.push_back(*status);
    }
    return {};
}

Result<store::AssignmentQuery> parseQuery(const Visit& visit) {
    store::AssignmentQuery query;
    query.provider = visit.principal.id;
    query.limit = kDefaultLimit;
    for (const auto& [name, value] : visit.request.query) {
        if (name == "status") {
            if (auto taken = takeStatuses(value, query); !taken) {
                return std::unexpected(std::move(taken).error());
            }
        } else if (name == "since") {
            const auto since = model::Temporal::parseDateTime(value);
            if (!since) return unreadable(name, "a date and time such as 2026-11-20T09:30:00Z");
            query.since = since->asDateTime().instant();
        } else if (name == "cursor") {
            query.cursor = value;
        } else if (name == "limit") {
            const auto* end = value.data() + value.size();
            const auto [stop, error] = std::from_chars(value.data(), end, query.limit);
            if (error != std::errc() || stop != end || query.limit == 0) {
                return unreadable(name, "a whole number of at least 1");
            }
            query.limit = std::min(query.limit, kMaximalLimit);
        } else {
            return unreadable(name, "nothing: known are status, since, cursor and limit");
        }
    }
    return query;
}

awaitable<Result<net::Response>> list(Visit* visit) {
    auto query = parseQuery(*visit);
    if (!query) co_return std::unexpected(std::move(query).error());
    auto page = co_await assignments(visit, std::move(*query));
    if (!page) co_return std::unexpected(std::move(page).error());
    std::string body;
    json::Writer writer(body);
    writer.beginObject().key("referrals").beginArray();
    for (const auto& row : page->rows) {
        auto found = co_await referralByAssignment(visit, row.id);
        if (!found) co_return std::unexpected(std::move(found).error());
        if (!*found) continue;
        auto view =
            visit->snapshot->presenter->providerView(**found, row.id, visit->services.random);
        if (!view) co_return std::unexpected(std::move(view).error());
        writer.raw(*view);
    }
    writer.endArray().key("next");
    if (page->next.empty()) {
        writer.null();
    } else {
        writer.string(page->next);
    }
    writer.endObject();
    co_return jsonAnswer(std::move(body));
}

awaitable<Result<net::Response>> readOne(Visit* visit) {
    const auto notFound = [] {
        return fail(Kind::NotFound, IssueType::NotFound,
                    "There is no such referral among those that you were asked about.");
    };
    const auto id = Uuid::parse(visit->parameter("id"));
    if (!id) co_return notFound();
    const referral::AssignmentId assignment(*id);
    auto found = co_await referralByAssignment(visit, assignment);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    auto view =
        visit->snapshot->presenter->providerView(**found, assignment, visit->services.random);
    if (!view) co_return std::unexpected(std::move(view).error());
    co_return jsonAnswer(std::move(*view));
}

}  // namespace

void addReferrals(Router& router) {
    const auto path = std::string(kBase) + "/referrals";
    router.add({.method = "GET", .path = path, .open = false, .endpoint = list});
    router.add({.method = "GET", .path = path + "/{id}", .open = false, .endpoint = readOne});
}

}  // namespace waymark::doors::provider
