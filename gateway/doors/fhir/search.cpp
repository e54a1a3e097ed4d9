// Searches of ServiceRequest and Task (FHIR R4 section 3.1.1): GET with a query, POST _search with
// a form; pages by opaque links.
#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/builder.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/search_parameters.h"
#include "gateway/doors/header_text.h"
#include "gateway/doors/store_access.h"
#include "gateway/doors/withdraw.h"
#include "gateway/net/target.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;
using net::Parameters;

constexpr std::string_view kTaskStatusSystem = "http://hl7.org/fhir/task-status";
constexpr std::string_view kServiceRequestStatusMap =
    "https://waymark.health/fhir/ConceptMap/task-status-to-request-status";

/// What a status is called on the searched type: Task has our codes; the ServiceRequest's are in a
/// ConceptMap of the set.
ShownStatus shownStatus(std::string_view typeName, const mappings::Set& set) {
    if (typeName == "Task") {
        return [](referral::Status status) { return std::string(referral::code(status)); };
    }
    return [&set](referral::Status status) {
        const auto found = set.terminology().translate(kServiceRequestStatusMap, kTaskStatusSystem,
                                                       referral::code(status));
        return found && !found->empty() ? std::string(found->front().target.code) : std::string();
    };
}

std::string encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

/// "[base]/Task?status=requested&_cursor=…": everything in the query.
std::string link(const Visit& visit, std::string_view typeName, const Parameters& parameters,
                 std::string_view cursor) {
    std::string url = fmt::format("{}/{}", visit.snapshot->config->publicBase, typeName);
    char separator = '?';
    const auto add = [&](std::string_view name, std::string_view value) {
        url += fmt::format("{}{}={}", separator, encoded(name), encoded(value));
        separator = '&';
    };
    for (const auto& [name, value] : parameters) add(name, value);
    if (!cursor.empty()) add("_cursor", cursor);
    return url;
}

void addLink(tree::Builder& builder, tree::Node* bundle, std::string_view relation,
             std::string_view url) {
    auto* node = builder.add(bundle, "link");
    builder.value(node, "relation", relation);
    builder.value(node, "url", url);
}

/// Adds the searched resource of one referral.
Result<void> addMatch(Visit* visit, tree::Builder& builder, tree::Node* bundle,
                      std::string_view typeName, const referral::Dossier& dossier) {
    const auto id = dossier.id.get().text();
    auto resource = visit->snapshot->presenter->resource(dossier, typeName, id, 0, *visit->arena,
                                                         visit->services.random);
    if (!resource) return std::unexpected(std::move(resource).error());
    auto* entry = builder.add(bundle, "entry");
    builder.value(entry, "fullUrl",
                  fmt::format("{}/{}/{}", visit->snapshot->config->publicBase, typeName, id));
    builder.copy(*resource, entry, "resource");
    builder.value(builder.add(entry, "search"), "mode", "match");
    return {};
}

awaitable<Result<net::Response>> runSearch(Visit* visit, std::string typeName,
                                           Parameters parameters) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    const auto& set = *visit->snapshot->set;
    auto parsed = parseSearch(typeName, parameters, visit->principal, shownStatus(typeName, set),
                              strictHandling(visit->request));
    if (!parsed) co_return std::unexpected(std::move(parsed).error());

    store::SearchPage page;
    if (!parsed->impossible) {
        auto found = co_await search(visit, parsed->query);
        if (!found) co_return std::unexpected(std::move(found).error());
        page = std::move(*found);
    }
    tree::Builder builder(*visit->arena, set.model());
    auto* bundle = builder.root(model::type::Bundle);
    builder.value(bundle, "type", "searchset");
    builder.value(bundle, "total", std::to_string(page.total));
    addLink(builder, bundle, "self",
            link(*visit, typeName, parsed->understood, parsed->query.cursor));
    if (!page.next.empty()) {
        addLink(builder, bundle, "next", link(*visit, typeName, parsed->understood, page.next));
    }
    auto dossiers = co_await referralsById(visit, std::move(page.ids));
    if (!dossiers) co_return std::unexpected(std::move(dossiers).error());
    for (auto& opened : *dossiers) {
        const auto& dossier = visit->dossiers.emplace_back(std::move(opened));
        auto added = addMatch(visit, builder, bundle, typeName, dossier);
        if (!added) co_return std::unexpected(std::move(added).error());
        if (typeName == "Task") noteTold(visit, dossier, dossier.state.shownVersion);
    }
    co_return resourceAnswer(200, tree::Element(bundle), set.model(), *format);
}

awaitable<Result<net::Response>> searchByGet(Visit* visit, std::string typeName) {
    auto answer = co_await runSearch(visit, std::move(typeName), visit->request.query);
    co_return answer;
}

/// FHIR R4 section 3.1.0.8: a form, and the query too.
awaitable<Result<net::Response>> searchByPost(Visit* visit, std::string typeName) {
    const auto type = visit->request.fields.find("content-type").value_or("");
    if (lower(type).rfind("application/x-www-form-urlencoded", 0) != 0) {
        co_return fail(Kind::MediaType, IssueType::NotSupported,
                       "POST _search takes application/x-www-form-urlencoded.");
    }
    auto form = net::parseParameters(visit->request.body);
    if (!form) co_return std::unexpected(std::move(form).error());
    Parameters parameters = visit->request.query;
    std::ranges::move(*form, std::back_inserter(parameters));
    auto answer = co_await runSearch(visit, std::move(typeName), std::move(parameters));
    co_return answer;
}

}  // namespace

void addSearch(Router& router) {
    for (const char* typeName : {"ServiceRequest", "Task"}) {
        const auto path = fmt::format("{}/{}", kBase, typeName);
        router.add(
            {.method = "GET", .path = path, .open = false, .endpoint = [typeName](Visit* visit) {
                 return searchByGet(visit, typeName);
             }});
        router.add(
            {.method = "POST",
             .path = path + "/_search",
             .open = false,
             .endpoint = [typeName](Visit* visit) { return searchByPost(visit, typeName); }});
    }
}

}  // namespace waymark::doors::fhir
