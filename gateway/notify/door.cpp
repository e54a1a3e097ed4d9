#include "gateway/notify/door.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "fhir/tree/json_writer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/negotiate.h"
#include "gateway/doors/fhir/read_body.h"
#include "gateway/doors/header_text.h"
#include "gateway/doors/store_access.h"
#include "gateway/notify/post.h"

namespace waymark::notify {
namespace {

using boost::asio::awaitable;
using doors::Visit;

constexpr std::size_t kSubscriptionsMax = 100;  ///< of one client
constexpr std::uint32_t kEventsMax = 1000;      ///< in one answer of $events

struct Parts {
    Registry& registry;
    NotifyLoop& loop;
};

std::unexpected<Failure> notFound() {
    return fail(Kind::NotFound, IssueType::NotFound, "There is no such Subscription among yours.");
}

net::Response jsonAnswer(unsigned status, std::string body) {
    net::Response response;
    response.status = status;
    response.fields.set("Content-Type", doors::fhir::contentType(doors::fhir::Format::Json));
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

net::Response resourceAnswer(unsigned status, const Subscription& subscription) {
    auto response = jsonAnswer(status, resourceJson(subscription));
    response.fields.set("ETag", fmt::format("W/\"{}\"", subscription.version));
    return response;
}

Result<json::Value> bodyOf(Visit* visit) {
    auto document = doors::fhir::readBody(visit);
    if (!document) return std::unexpected(std::move(document).error());
    std::string text;
    tree::writeJson(document->root, *document->model, text);
    return json::Value::parse(text);
}

Result<Subscription> subscriptionIn(Visit* visit) {
    auto body = bodyOf(visit);
    if (!body) return std::unexpected(std::move(body).error());
    const auto* const client = visit->snapshot->config->client(visit->principal.id);
    if (client == nullptr) {
        return fail(Kind::Forbidden, IssueType::Forbidden, "Only a client can subscribe.");
    }
    return readSubscription(*body, *client);
}

awaitable<Result<void>> keep(Visit* visit, store::Record record, std::string_view action) {
    store::Commit work;
    work.lane = store::Lane::Door;
    work.audit.push_back({.at = visit->request.received,
                          .actor = visit->principal.id,
                          .action = std::string(action),
                          .subject = record.id.text(),
                          .outcome = "ok",
                          .request = visit->request.requestId});
    work.records.push_back(std::move(record));
    auto kept = co_await doors::commit(visit, std::move(work));
    if (!kept) co_return std::unexpected(std::move(kept).error());
    co_return Result<void>();
}

std::optional<Stand> ownStand(const Parts& parts, const Visit& visit) {
    const auto id = Uuid::parse(visit.parameter("id"));
    return id ? parts.registry.find(*id, visit.principal.id) : std::nullopt;
}

awaitable<Result<net::Response>> create(Visit* visit, Parts parts) {
    auto read = subscriptionIn(visit);
    if (!read) co_return std::unexpected(std::move(read).error());
    const auto all = parts.registry.all();
    const auto own = std::ranges::count_if(
        all, [&](const Stand& stand) { return stand.subscription.client == visit->principal.id; });
    if (static_cast<std::size_t>(own) >= kSubscriptionsMax) {
        co_return fail(Kind::Unprocessable, IssueType::TooCostly,
                       "You have as many Subscriptions as one client may have; delete some.");
    }
    Subscription made = std::move(*read);
    const auto now = visit->request.received;
    made.id = Uuid::version7(now, visit->services.random);
    made.created = now;
    made.updated = now;
    auto record = recordOf(made);
    auto kept = co_await keep(visit, std::move(record), "subscribe");
    if (!kept) co_return std::unexpected(std::move(kept).error());
    parts.registry.put(made);
    parts.loop.poke();
    auto response = resourceAnswer(201, made);
    response.fields.set(
        "Location",
        fmt::format("{}/Subscription/{}", visit->snapshot->config->publicBase, made.id.text()));
    co_return response;
}

awaitable<Result<net::Response>> replace(Visit* visit, Parts parts) {
    const auto known = ownStand(parts, *visit);
    if (!known) co_return notFound();
    auto read = subscriptionIn(visit);
    if (!read) co_return std::unexpected(std::move(read).error());
    Subscription made = std::move(*read);
    made.id = known->subscription.id;
    made.created = known->subscription.created;
    made.updated = visit->request.received;
    made.version = known->subscription.version + 1;
    auto record = recordOf(made);
    auto kept = co_await keep(visit, std::move(record), "subscribe");
    if (!kept) co_return std::unexpected(std::move(kept).error());
    parts.registry.put(made);
    parts.loop.poke();
    co_return resourceAnswer(200, made);
}

awaitable<Result<net::Response>> read(Visit* visit, Parts parts) {
    const auto known = ownStand(parts, *visit);
    if (!known) co_return notFound();
    co_return resourceAnswer(200, known->subscription);
}

awaitable<Result<net::Response>> remove(Visit* visit, Parts parts) {
    const auto known = ownStand(parts, *visit);
    if (!known) co_return notFound();
    auto record = removalOf(known->subscription.id);
    auto kept = co_await keep(visit, std::move(record), "unsubscribe");
    if (!kept) co_return std::unexpected(std::move(kept).error());
    parts.registry.remove(known->subscription.id);
    net::Response response;
    response.status = 204;
    co_return response;
}

// ---- parameters of searches and operations --------------------------------------------------

using Named = std::vector<std::pair<std::string, std::string>>;

/// Of the query, and of a Parameters body where there is one; commas separate alternatives.
Result<Named> parametersOf(Visit* visit) {
    Named named;
    const auto add = [&named](std::string_view name, std::string_view values) {
        for (const auto value : doors::split(values, ',')) named.emplace_back(name, value);
    };
    for (const auto& [name, value] : visit->request.query) add(name, value);
    if (visit->request.method != "POST" || visit->request.body.empty()) return named;
    auto body = bodyOf(visit);
    if (!body) return std::unexpected(std::move(body).error());
    for (const auto& parameter : (*body)["parameter"].items()) {
        const auto name = parameter["name"].asString().value_or("");
        for (const auto& member : parameter.members()) {
            if (member.name.starts_with("value")) add(name, member.value.text());
        }
    }
    return named;
}

std::vector<std::string> valuesOf(const Named& named, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [key, value] : named) {
        if (key == name) values.push_back(value);
    }
    return values;
}

bool isAmong(const std::vector<std::string>& values, std::string_view value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
}

std::vector<Stand> ownStands(const Parts& parts, const Visit& visit, const Named& named,
                             std::string_view idName) {
    const auto ids = valuesOf(named, idName);
    const auto statuses = valuesOf(named, "status");
    const auto urls = valuesOf(named, "url");
    auto stands = parts.registry.all();
    std::erase_if(stands, [&](const Stand& stand) {
        const Subscription& each = stand.subscription;
        return each.client != visit.principal.id || !isAmong(ids, each.id.text()) ||
               !isAmong(statuses, code(each.standing)) || !isAmong(urls, each.endpoint);
    });
    return stands;
}

awaitable<Result<net::Response>> search(Visit* visit, Parts parts) {
    const auto named = parametersOf(visit);
    if (!named) co_return std::unexpected(named.error());
    const auto stands = ownStands(parts, *visit, *named, "_id");
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("resourceType", "Bundle")
        .member("type", "searchset")
        .member("total", stands.size());
    writer.key("entry").beginArray();
    for (const Stand& stand : stands) {
        writer.beginObject().member(
            "fullUrl", fmt::format("{}/Subscription/{}", visit->snapshot->config->publicBase,
                                   stand.subscription.id.text()));
        writer.key("resource").raw(resourceJson(stand.subscription));
        writer.key("search").beginObject().member("mode", "match").endObject();
        writer.endObject();
    }
    writer.endArray().endObject();
    co_return jsonAnswer(200, std::move(out));
}

/// REQ subscriptions-backport 106 to 112.
awaitable<Result<net::Response>> statusOfAll(Visit* visit, Parts parts) {
    const auto named = parametersOf(visit);
    if (!named) co_return std::unexpected(named.error());
    const auto stands = ownStands(parts, *visit, *named, "id");
    co_return jsonAnswer(200, statusBundle(stands, visit->snapshot->config->publicBase));
}

awaitable<Result<net::Response>> statusOfOne(Visit* visit, Parts parts) {
    const auto known = ownStand(parts, *visit);
    if (!known) co_return notFound();
    co_return jsonAnswer(200, statusBundle({*known}, visit->snapshot->config->publicBase));
}

std::optional<std::uint64_t> numberIn(const Named& named, std::string_view name,
                                      std::uint64_t usual) {
    const auto values = valuesOf(named, name);
    if (values.empty()) return usual;
    std::uint64_t number = 0;
    const auto& text = values.front();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// On the pool. The events that are asked for; those of a referral that was erased lose their
/// focus.
Result<std::vector<ShownEvent>> eventsOf(Visit* visit, const Subscription& subscription,
                                         Content content, std::uint64_t from, std::uint64_t until) {
    auto& store = visit->services.store;
    const auto notices = store.notices(subscription.id, from, until, kEventsMax);
    if (!notices) return std::unexpected(notices.error());
    const delivery::Rules rules{.config = visit->snapshot->config,
                                .presenter = visit->snapshot->presenter,
                                .lifecycle = visit->snapshot->lifecycle};
    const auto viewer = visit->principal.viewer();
    std::vector<ShownEvent> events;
    for (const store::Notice& notice : *notices) {
        const auto dossier = store.referral(notice.referral, &viewer);
        if (!dossier) return std::unexpected(dossier.error());
        if (!*dossier) {
            events.push_back({.number = notice.number, .at = notice.at});
            continue;
        }
        auto shown = shownEvent(rules, **dossier, subscription.topic, content, notice,
                                visit->services.random);
        if (!shown) return std::unexpected(std::move(shown.error()));
        events.push_back(std::move(*shown));
    }
    return events;
}

/// REQ subscriptions-backport 115 to 119.
awaitable<Result<net::Response>> events(Visit* visit, Parts parts) {
    const auto known = ownStand(parts, *visit);
    if (!known) co_return notFound();
    const auto named = parametersOf(visit);
    if (!named) co_return std::unexpected(named.error());
    constexpr auto kLast = std::numeric_limits<std::uint64_t>::max();
    const auto from = numberIn(*named, "eventsSinceNumber", 1);
    const auto until = numberIn(*named, "eventsUntilNumber", kLast);
    if (!from || !until) {
        co_return fail(Kind::Incorrect, IssueType::Value,
                       "eventsSinceNumber and eventsUntilNumber are whole numbers.");
    }
    const auto wanted = valuesOf(*named, "content");
    const Subscription& subscription = known->subscription;
    const auto asked =
        wanted.empty() ? std::optional(subscription.content) : contentFrom(wanted.front());
    // No more than the Subscription itself may show.
    const Content content = std::min(asked.value_or(subscription.content), subscription.content);
    const auto work = [visit, &subscription, content, from, until] {
        return eventsOf(visit, subscription, content, *from, *until);
    };
    auto reading = visit->services.runtime.onPool(work);
    const auto shown = co_await std::move(reading);
    if (!shown) co_return std::unexpected(shown.error());
    co_return jsonAnswer(200,
                         notificationBundle(subscription, visit->snapshot->config->publicBase,
                                            NotificationType::QueryEvent, known->events, *shown));
}

}  // namespace

void addSubscriptions(doors::Router& router, Registry& registry, NotifyLoop& loop) {
    const Parts parts{.registry = registry, .loop = loop};
    using Flow = awaitable<Result<net::Response>> (*)(Visit*, Parts);
    const auto add = [&](const char* method, std::string_view path, Flow flow) {
        router.add({.method = method,
                    .path = std::string(doors::fhir::kBase) + "/Subscription" + std::string(path),
                    .open = false,
                    .endpoint = [parts, flow](Visit* visit) { return flow(visit, parts); }});
    };
    add("POST", "", create);
    add("GET", "", search);
    for (const char* method : {"GET", "POST"}) {
        add(method, "/$status", statusOfAll);
        add(method, "/{id}/$status", statusOfOne);
        add(method, "/{id}/$events", events);
    }
    add("GET", "/{id}", read);
    add("PUT", "/{id}", replace);
    add("DELETE", "/{id}", remove);
}

}  // namespace waymark::notify
