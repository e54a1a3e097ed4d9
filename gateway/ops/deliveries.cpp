#include "gateway/ops/deliveries.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fhir/json/value.h"
#include "gateway/doors/store_access.h"
#include "gateway/ops/answer.h"
#include "gateway/ops/delivery_words.h"

namespace waymark::ops {
namespace {

using boost::asio::awaitable;
using doors::Visit;
using store::Delivery;
using store::DeliveryState;

/// Far above what an operator looks at; what is left over is asked for again.
constexpr std::uint32_t kChangesMax = 1000;
constexpr double kRateMax = 1000;

enum class Act : std::uint8_t { Replay, Hold, Release };

struct Order {
    Act act = Act::Replay;
    store::DeliveryQuery query;
    bool dryRun = false;
    double rate = 0;  ///< a second; 0: at once
};

/// A delivery with what decides about it.
struct Row {
    Delivery delivery;
    referral::Dossier dossier;
};

Result<store::DeliveryQuery> queryOf(const net::Request& request) {
    store::DeliveryQuery query;
    for (const auto& [name, value] : request.query) {
        if (auto read = readFilter(name, value, query); !read) {
            return std::unexpected(std::move(read).error());
        }
    }
    return query;
}

/// On the pool: those that fit, one more than the limit when there are more.
Result<std::vector<Row>> find(store::Store& store, const store::DeliveryQuery& query) {
    auto found = store.findDeliveries(query);
    if (!found) return std::unexpected(std::move(found).error());
    std::vector<Row> rows;
    for (Delivery& delivery : *found) {
        auto dossier = store.referral(delivery.referral, nullptr);
        if (!dossier) return std::unexpected(std::move(dossier).error());
        if (!*dossier) continue;
        rows.push_back({.delivery = std::move(delivery), .dossier = std::move(**dossier)});
    }
    return rows;
}

void writeRow(json::Writer& writer, const Row& row) {
    writer.beginObject();
    writeDelivery(writer, row.delivery);
    writer.member("nextStep", nextStep(row.delivery, row.dossier)).endObject();
}

awaitable<Result<net::Response>> list(Visit* visit) {
    const auto query = queryOf(visit->request);
    if (!query) co_return std::unexpected(query.error());
    auto work = [visit, query = *query] { return find(visit->services.store, query); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    const auto rows = co_await std::move(operation);
    if (!rows) co_return std::unexpected(rows.error());
    std::string out;
    json::Writer writer(out);
    writer.beginObject().key("deliveries").beginArray();
    for (const Row& row : *rows) writeRow(writer, row);
    writer.endArray().key("next");
    if (rows->size() == query->limit) {
        writer.string(rows->back().delivery.id.get().text());
    } else {
        writer.null();
    }
    writer.endObject();
    co_return jsonAnswer(200, std::move(out));
}

awaitable<Result<net::Response>> show(Visit* visit) {
    const auto id = Uuid::parse(visit->parameter("id"));
    store::DeliveryQuery query;
    if (id) query.id = referral::DeliveryId(*id);
    auto work = [visit, query] { return find(visit->services.store, query); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    const auto rows = co_await std::move(operation);
    if (!rows) co_return std::unexpected(rows.error());
    if (!id || rows->empty()) {
        co_return fail(Kind::NotFound, IssueType::NotFound, "There is no delivery with this id.");
    }
    std::string out;
    json::Writer writer(out);
    writeRow(writer, rows->front());
    co_return jsonAnswer(200, std::move(out));
}

Result<void> readMember(const json::Member& member, Order& order) {
    if (member.name == "dryRun") {
        const auto value = member.value.asBoolean();
        if (value) order.dryRun = *value;
        if (value) return {};
        return fail(Kind::Incorrect, IssueType::Value, "\"dryRun\" must be true or false.");
    }
    if (member.name == "rate") {
        const auto value = member.value.asDouble();
        if (value && *value > 0 && *value <= kRateMax) order.rate = *value;
        if (order.rate > 0) return {};
        return fail(Kind::Incorrect, IssueType::Value,
                    "\"rate\" must be a number of deliveries a second, above 0 and at most 1000.");
    }
    return readFilter(member.name, member.value.text(), order.query);
}

Result<Order> orderOf(const net::Request& request, Act act) {
    const auto body = json::Value::parse(request.body);
    if (!body) return std::unexpected(body.error());
    Order order;
    order.act = act;
    order.query.limit = kChangesMax;
    for (const json::Member& member : body->members()) {
        if (auto read = readMember(member, order); !read) {
            return std::unexpected(std::move(read).error());
        }
    }
    const auto& query = order.query;
    const bool narrow = query.id || query.referral || query.from || !query.provider.empty();
    if (!body->isObject() || !narrow) {
        return fail(Kind::Incorrect, IssueType::Required,
                    "Say which deliveries: id, referral, provider or from (and to), in a JSON "
                    "object.");
    }
    return order;
}

/// Why nothing is done to it; empty when something is.
std::string whyNot(Act act, const Row& row) {
    const DeliveryState state = row.delivery.state;
    const auto* const assignment = row.dossier.state.find(row.delivery.assignment);
    const bool ended = assignment == nullptr || referral::isFinal(assignment->status);
    switch (act) {
        case Act::Hold:
            return state == DeliveryState::Due ? "" : "It is not due.";
        case Act::Release:
            return state == DeliveryState::Held ? "" : "It is not held.";
        case Act::Replay:
            break;
    }
    if (state == DeliveryState::Held) return "It is held: release it.";
    if (state == DeliveryState::Dropped) return nextStep(row.delivery, row.dossier);
    if (ended && row.delivery.kind == store::DeliveryKind::Created) {
        return fmt::format("Its assignment has ended. {}", nextStep(row.delivery, row.dossier));
    }
    return {};
}

store::Commit commitFor(const Order& order, const Row& row, const config::Config& config,
                        Instant now, Instant due, const Visit& visit) {
    const Delivery& delivery = row.delivery;
    store::Commit commit;
    commit.lane = store::Lane::Status;
    store::DeliveryChange& change = commit.changes.emplace_back();
    change.id = delivery.id;
    change.expected = delivery.state;
    if (order.act == Act::Hold) {
        change.state = DeliveryState::Held;
    } else {
        change.state = DeliveryState::Due;
        change.due = due;
        // A new life: the schedule begins anew, and the route's time for delivering it.
        const auto* const route = config.route(row.dossier.route);
        const auto within =
            route != nullptr ? route->deliveredWithin : config::Route().deliveredWithin;
        if (order.act == Act::Replay) {
            change.attempts = 0;
            change.deadline = std::max(delivery.deadline, due + within);
        }
    }
    constexpr std::string_view kWords[] = {"replay", "hold", "release"};
    commit.audit.push_back({.at = now,
                            .actor = visit.principal.id,
                            .action = std::string(kWords[static_cast<std::size_t>(order.act)]),
                            .subject = delivery.assignment.get().text(),
                            .outcome = "ok",
                            .request = visit.request.requestId});
    return commit;
}

/// What became of each.
struct Done {
    store::DeliveryId id;
    std::string provider;
    bool changed = false;
    std::string why;
};

awaitable<Result<std::vector<Done>>> carryOut(Visit* visit, const Order* order,
                                              const std::vector<Row>* rows) {
    std::vector<Done> all;
    const Instant now = visit->services.clock.now();
    double seconds = 0;
    for (const Row& row : *rows) {
        Done& done = all.emplace_back(
            Done{.id = row.delivery.id, .provider = row.delivery.provider, .why = {}});
        done.why = whyNot(order->act, row);
        if (!done.why.empty()) continue;
        done.changed = true;
        const auto after = Milliseconds(std::llround(seconds * 1000));
        if (order->rate > 0) seconds += 1 / order->rate;
        if (order->dryRun) continue;
        auto work = commitFor(*order, row, *visit->snapshot->config, now, now + after, *visit);
        auto committing = doors::commit(visit, std::move(work));
        const auto committed = co_await std::move(committing);
        if (committed) continue;
        if (committed.error().kind != Kind::Conflict) co_return std::unexpected(committed.error());
        done.changed = false;
        done.why = "It has moved on meanwhile; look again.";
    }
    co_return all;
}

std::string bodyOf(const Order& order, const std::vector<Done>& all) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("matched", all.size())
        .member("changed", std::ranges::count_if(all, &Done::changed))
        .member("dryRun", order.dryRun)
        .member("more", all.size() == order.query.limit);
    writer.key("deliveries").beginArray();
    for (const Done& done : all) {
        writer.beginObject()
            .member("id", done.id.get().text())
            .member("provider", done.provider)
            .member("outcome", done.changed ? (order.dryRun ? "would-change" : "changed") : "left")
            .memberUnlessEmpty("why", done.why)
            .endObject();
    }
    writer.endArray().endObject();
    return out;
}

awaitable<Result<net::Response>> change(Visit* visit, const Control* control) {
    const std::string_view word = visit->parameter("act");
    if (word != "replay" && word != "hold" && word != "release") {
        co_return fail(Kind::NotFound, IssueType::NotFound,
                       "Deliveries take replay, hold and release.");
    }
    const Act act = word == "replay" ? Act::Replay : word == "hold" ? Act::Hold : Act::Release;
    const auto order = orderOf(visit->request, act);
    if (!order) co_return std::unexpected(order.error());
    auto work = [visit, query = order->query] { return find(visit->services.store, query); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    const auto rows = co_await std::move(operation);
    if (!rows) co_return std::unexpected(rows.error());
    if (order->query.id && rows->empty()) {
        co_return fail(Kind::NotFound, IssueType::NotFound, "There is no delivery with this id.");
    }
    auto carrying = carryOut(visit, &*order, &*rows);
    const auto all = co_await std::move(carrying);
    if (!all) co_return std::unexpected(all.error());
    std::vector<store::DeliveryId> moved;
    for (const Done& done : *all) {
        if (done.changed && !order->dryRun) moved.push_back(done.id);
    }
    if (!moved.empty()) control->deliveriesMoved(std::move(moved));
    co_return jsonAnswer(200, bodyOf(*order, *all));
}

}  // namespace

doors::Endpoint listDeliveries() {
    return [](Visit* visit) { return list(visit); };
}

doors::Endpoint showDelivery() {
    return [](Visit* visit) { return show(visit); };
}

doors::Endpoint changeDeliveries(const Control& control) {
    return [&control](Visit* visit) { return change(visit, &control); };
}

}  // namespace waymark::ops
