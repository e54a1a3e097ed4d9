// POST ServiceRequest (FHIR R4 section 3.1.0.8) and POST of a transaction Bundle (3.1.0.11).
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/builder.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/read_body.h"
#include "gateway/doors/store_access.h"
#include "gateway/doors/take_in.h"
#include "gateway/referral/resource_id.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;
namespace type = model::type;
namespace name = model::name;

constexpr std::size_t kRepeatKeyBytesMax = 255;

std::string_view childText(tree::Element element, model::NameId child) {
    const auto found = element ? element.child(child) : tree::Element();
    return found ? found.text() : std::string_view();
}

/// The scope of Idempotency-Key is the client: two clients may choose the same.
Result<std::string> repeatKeyOf(const Visit& visit) {
    const auto key = visit.request.fields.find("idempotency-key");
    if (!key) return std::string();
    if (key->empty() || key->size() > kRepeatKeyBytesMax) {
        return fail(Kind::Incorrect, IssueType::Value,
                    fmt::format("Idempotency-Key takes 1 to {} characters.", kRepeatKeyBytesMax));
    }
    return fmt::format("key|{}|{}", visit.principal.id, *key);
}

/// "identifier=system|value" of If-None-Exist.
Result<std::optional<store::Identifier>> parseIfNoneExist(std::string_view query) {
    if (query.starts_with('?')) query.remove_prefix(1);
    constexpr std::string_view kPrefix = "identifier=";
    std::string decoded;
    for (std::size_t i = 0; i < query.size(); ++i) {
        if (query.compare(i, 3, "%7C") == 0 || query.compare(i, 3, "%7c") == 0) {
            decoded += '|';
            i += 2;
        } else {
            decoded += query[i];
        }
    }
    const auto bar = decoded.find('|');
    if (!decoded.starts_with(kPrefix) || bar == std::string::npos || bar + 1 == decoded.size() ||
        decoded.find('&') != std::string::npos) {
        return fail(Kind::PreconditionFailed, IssueType::NotSupported,
                    "If-None-Exist takes identifier=system|value here.");
    }
    return store::Identifier{decoded.substr(kPrefix.size(), bar - kPrefix.size()),
                             decoded.substr(bar + 1)};
}

/// The referral that If-None-Exist finds; none: create one. Several: 412, as FHIR says.
awaitable<Result<std::optional<referral::Dossier>>> existing(Visit* visit, std::string condition) {
    auto identifier = parseIfNoneExist(condition);
    if (!identifier) co_return std::unexpected(std::move(identifier).error());
    store::SearchQuery query;
    query.viewer = visit->principal.viewer();
    query.identifier = std::move(*identifier);
    query.count = 2;
    auto page = co_await search(visit, std::move(query));
    if (!page) co_return std::unexpected(std::move(page).error());
    if (page->ids.size() > 1) {
        co_return fail(Kind::PreconditionFailed, IssueType::MultipleMatches,
                       "More than one ServiceRequest of yours has this identifier.");
    }
    if (page->ids.empty()) co_return std::optional<referral::Dossier>();
    auto found = co_await referralById(visit, page->ids.front());
    co_return found;
}

/// When the subject is `Patient/{id}` of an earlier answer: that Patient, in the visit's arena.
awaitable<Result<tree::Element>> earlierPatient(Visit* visit, std::string reference) {
    constexpr std::string_view kPrefix = "Patient/";
    auto text = std::string_view(reference);
    const auto base = visit->snapshot->config->publicBase + "/";
    if (text.starts_with(base)) text.remove_prefix(base.size());
    if (!text.starts_with(kPrefix)) co_return tree::Element();
    text.remove_prefix(kPrefix.size());
    const auto id = referral::parseResourceId(text);
    const auto unknown = [] {
        return fail(Kind::Unprocessable, IssueType::NotFound,
                    "The subject names a Patient that this server has not given to you; send the "
                    "Patient contained in the ServiceRequest or in a transaction.",
                    "ServiceRequest.subject");
    };
    if (!id) co_return unknown();
    auto found = co_await referralById(visit, id->referral);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return unknown();
    const auto& dossier = visit->dossiers.emplace_back(std::move(**found));
    const auto patient = visit->snapshot->presenter->resource(
        dossier, "Patient", text, 0, *visit->arena, visit->services.random);
    if (!patient) co_return unknown();
    co_return *patient;
}

net::Response createdAnswer(Visit* visit, const TakenIn& taken, tree::Element resource,
                            Format format) {
    const auto& model = visit->snapshot->set->model();
    const unsigned status = taken.repeat == Repeat::ByIdentifier ? 200 : 201;
    net::Response response;
    switch (preferredReturn(visit->request)) {
        case Return::Representation:
            response = resourceAnswer(status, resource, model, format);
            break;
        case Return::Minimal:
            response.status = status;
            break;
        case Return::OperationOutcome:
            response = resourceAnswer(
                status, outcome::operationOutcome(taken.warnings, *visit->arena), model, format);
            break;
    }
    response.fields.set("Location", locationOf(*visit, resource, model));
    setVersionHeaders(response, resource, model);
    return response;
}

/// The version that the first commit gave: what a repeated request is shown again.
std::uint32_t versionWhenTakenIn(const referral::Dossier& dossier) {
    using referral::EventType;
    std::uint32_t version = 0;
    for (const auto& event : dossier.events) {
        const bool first = event.type == EventType::Received || event.type == EventType::Asked ||
                           event.type == EventType::SetAside;
        if (!first || event.at != dossier.events.front().at) break;
        ++version;
    }
    return version;
}

/// The practice's ServiceRequest at a version; 0: as it is now.
Result<tree::Element> serviceRequestOf(Visit* visit, const referral::Dossier& dossier,
                                       std::uint32_t version) {
    return visit->snapshot->presenter->resource(dossier, "ServiceRequest", dossier.id.get().text(),
                                                version, *visit->arena, visit->services.random);
}

awaitable<Result<TakenIn>> takeInOrFind(Visit* visit, Arrival arrival, std::string ifNoneExist) {
    if (visit->repeatKey.empty() && !ifNoneExist.empty()) {
        auto found = co_await existing(visit, std::move(ifNoneExist));
        if (!found) co_return std::unexpected(std::move(found).error());
        if (*found) {
            TakenIn taken;
            taken.dossier = std::move(**found);
            taken.repeat = Repeat::ByIdentifier;
            co_return taken;
        }
    }
    auto taken = co_await takeIn(visit, std::move(arrival));
    co_return taken;
}

awaitable<Result<net::Response>> createServiceRequest(Visit* visit) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    auto document = readBody(visit);
    if (!document) co_return std::unexpected(std::move(document).error());
    if (document->root.type() != type::ServiceRequest) {
        co_return fail(Kind::Incorrect, IssueType::Invalid,
                       "POST ServiceRequest takes a ServiceRequest; this body is another type.");
    }
    auto key = repeatKeyOf(*visit);
    if (!key) co_return std::unexpected(std::move(key).error());

    Arrival arrival;
    arrival.origin = referral::Origin::ServiceRequest;
    arrival.document = *document;
    visit->repeatKey = std::move(*key);
    const auto subject = document->root.child(name::subject);
    std::string reference(childText(subject, name::reference));
    auto patient = co_await earlierPatient(visit, std::move(reference));
    if (!patient) co_return std::unexpected(std::move(patient).error());
    arrival.patient = *patient;

    std::string condition(visit->request.fields.find("if-none-exist").value_or(""));
    auto taken = co_await takeInOrFind(visit, std::move(arrival), std::move(condition));
    if (!taken) co_return std::unexpected(std::move(taken).error());
    if (taken->refusal) co_return std::move(*taken->refusal);
    const std::uint32_t version =
        taken->repeat == Repeat::ByKey ? versionWhenTakenIn(taken->dossier) : 0;
    auto resource = serviceRequestOf(visit, taken->dossier, version);
    if (!resource) co_return std::unexpected(std::move(resource).error());
    co_return createdAnswer(visit, *taken, *resource, *format);
}

/// What a transaction of ours may hold: POST entries only, exactly one ServiceRequest. Gives the
/// ServiceRequest's entry.
Result<tree::Element> checkTransaction(const tree::Document& document) {
    const auto& model = *document.model;
    if (document.root.type() != type::Bundle) {
        return fail(Kind::Incorrect, IssueType::Invalid,
                    "POST to the base takes a Bundle of type transaction.");
    }
    if (childText(document.root, name::type) != "transaction") {
        return fail(Kind::Unprocessable, IssueType::NotSupported,
                    "This server takes Bundles of type transaction here; messages go to "
                    "$process-message, and a batch must be sent as single requests.",
                    "Bundle.type");
    }
    tree::Element serviceRequestEntry;
    for (auto entry = document.root.child(name::entry); entry; entry = entry.nextSame()) {
        const auto place = tree::expressionTo(entry, model);
        const auto resource = entry.child(name::resource);
        const auto request = entry.child(name::request);
        if (!resource || !request || childText(request, name::method) != "POST") {
            return fail(Kind::Unprocessable, IssueType::NotSupported,
                        "Every entry of a transaction has a resource and request.method POST.",
                        place + ".request.method");
        }
        const auto typeName = model.type(resource.type()).name;
        if (childText(request, name::url) != typeName) {
            return fail(
                Kind::Incorrect, IssueType::Value,
                fmt::format("request.url of an entry that creates is its type, {}.", typeName),
                place + ".request.url");
        }
        if (resource.type() != type::ServiceRequest) continue;
        if (serviceRequestEntry) {
            return fail(Kind::Unprocessable, IssueType::BusinessRule,
                        "A transaction carries one ServiceRequest: send one per referral.", place);
        }
        serviceRequestEntry = entry;
    }
    if (!serviceRequestEntry) {
        return fail(Kind::Unprocessable, IssueType::Required,
                    "A transaction carries a ServiceRequest: this one has none.", "Bundle.entry");
    }
    return serviceRequestEntry;
}

/// The transaction-response: an entry for each of the request's, in their order.
Result<tree::Element> transactionResponse(Visit* visit, const TakenIn& taken, std::size_t entries) {
    const auto& model = visit->snapshot->set->model();
    const bool withResources = preferredReturn(visit->request) == Return::Representation;
    auto resources =
        visit->snapshot->presenter->resources(taken.dossier, *visit->arena, visit->services.random);
    if (!resources) return std::unexpected(std::move(resources).error());
    tree::Builder builder(*visit->arena, model);
    auto* bundle = builder.root(type::Bundle);
    builder.value(bundle, "type", "transaction-response");
    for (const auto& shown : *resources) {
        auto* entry = builder.add(bundle, "entry");
        if (withResources) builder.copy(shown, entry, "resource");
        auto* response = builder.add(entry, "response");
        builder.value(response, "status",
                      taken.repeat == Repeat::ByIdentifier ? "200 OK" : "201 Created");
        builder.value(response, "location", locationOf(*visit, shown, model));
        const auto version = tree::follow(shown, "meta.versionId", model);
        const auto updated = tree::follow(shown, "meta.lastUpdated", model);
        if (version) builder.value(response, "etag", fmt::format("W/\"{}\"", version.text()));
        if (updated) builder.value(response, "lastModified", updated.text());
    }
    check(resources->size() == entries || taken.repeat != Repeat::No,
          "a transaction answers every entry");
    return tree::Element(bundle);
}

awaitable<Result<net::Response>> createTransaction(Visit* visit) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    auto document = readBody(visit);
    if (!document) co_return std::unexpected(std::move(document).error());
    auto entry = checkTransaction(*document);
    if (!entry) co_return std::unexpected(std::move(entry).error());
    auto key = repeatKeyOf(*visit);
    if (!key) co_return std::unexpected(std::move(key).error());

    Arrival arrival;
    arrival.origin = referral::Origin::Transaction;
    arrival.document = *document;
    visit->repeatKey = std::move(*key);
    const auto resource = entry->child(name::resource);
    std::string reference(childText(resource.child(name::subject), name::reference));
    auto patient = co_await earlierPatient(visit, std::move(reference));
    if (!patient) co_return std::unexpected(std::move(patient).error());
    arrival.patient = *patient;
    std::string condition(childText(entry->child(name::request), name::ifNoneExist));

    std::size_t entries = 0;
    for (auto e = document->root.child(name::entry); e; e = e.nextSame()) ++entries;
    auto taken = co_await takeInOrFind(visit, std::move(arrival), std::move(condition));
    if (!taken) co_return std::unexpected(std::move(taken).error());
    if (taken->refusal) co_return std::move(*taken->refusal);
    auto bundle = transactionResponse(visit, *taken, entries);
    if (!bundle) co_return std::unexpected(std::move(bundle).error());
    co_return resourceAnswer(200, *bundle, visit->snapshot->set->model(), *format);
}

}  // namespace

void addCreate(Router& router) {
    router.add({.method = "POST",
                .path = std::string(kBase),
                .open = false,
                .endpoint = createTransaction});
    router.add({.method = "POST",
                .path = std::string(kBase) + "/ServiceRequest",
                .open = false,
                .endpoint = createServiceRequest});
}

}  // namespace waymark::doors::fhir
