#include "gateway/delivery/attempt.h"

#include <algorithm>
#include <utility>

#include "gateway/delivery/adapter.h"
#include "gateway/delivery/addressees.h"
#include "gateway/delivery/classifier.h"
#include "gateway/delivery/decide.h"

// g++ 12 at -O2 takes the frame allocator of Asio's awaitables for a mismatch where it inlines a
// coroutine's end.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace waymark::delivery {
namespace {

using boost::asio::awaitable;

/// While the store cannot be read or written.
constexpr Milliseconds kStoreWait = std::chrono::seconds(1);

std::string_view typeOf(store::DeliveryKind kind) {
    switch (kind) {
        case store::DeliveryKind::Created:
            return "referral.created";
        case store::DeliveryKind::Updated:
            return "referral.updated";
        case store::DeliveryKind::Cancelled:
            return "referral.cancelled";
        case store::DeliveryKind::Notified:
            break;
    }
    return "referral.updated";
}

Attempted found(OwnFinding finding) {
    return {.outcome = outcomeOf(finding)};
}

/// What became of making a payload: the bytes, or why there are none.
struct Making {
    referral::Payload payload;
    std::string remote;  ///< of the delivery that this one ends
    std::optional<Attempted> hindrance;
};

Attempted unread(const Ports& ports, const store::Delivery& row, const Failure& failure) {
    ports.log.failure(telemetry::Level::Warning, "delivery.unread", failure,
                      {{"delivery", row.id.get()}});
    return {.deferredUntil = ports.clock.now() + kStoreWait};
}

bool isEnded(const referral::Dossier& dossier, const referral::AssignmentId& id) {
    const referral::Assignment* assignment = dossier.state.find(id);
    return assignment == nullptr || referral::isFinal(assignment->status);
}

/// Of a delivery that ends another: where the provider keeps that one; a hindrance when nothing of
/// it can have left.
void findEnded(const Ports& ports, const store::Delivery& row, Making& making) {
    auto all = ports.store.deliveries(row.referral);
    if (!all) {
        making.hindrance = unread(ports, row, all.error());
        return;
    }
    for (store::Delivery& each : *all) {
        const bool first =
            each.assignment == row.assignment && each.kind == store::DeliveryKind::Created;
        if (!first || each.payload.empty()) continue;
        making.remote = std::move(each.remote);
        return;
    }
    making.hindrance = found(OwnFinding::NotWanted);
}

/// The bytes, and which parts of the record its agreement kept out of them.
store::Commit commitFor(const referral::Dossier& dossier, const store::Delivery& row,
                        const Making& making, Instant now) {
    const referral::Payload& payload = making.payload;
    store::Commit commit;
    commit.lane = store::Lane::Delivery;
    store::DeliveryChange& bytes = commit.changes.emplace_back();
    bytes.id = row.id;
    bytes.payload = payload.body;
    bytes.contentType = payload.contentType;
    if (!making.remote.empty()) bytes.remote = making.remote;
    if (payload.withheld.empty()) return commit;
    commit.referral = dossier.id;
    commit.expectedVersion = dossier.state.version;
    referral::Event& shared = commit.events.emplace_back();
    shared.type = referral::EventType::Shared;
    shared.at = now;
    shared.assignment = row.assignment;
    shared.provider = row.provider;
    shared.detail.withheld = payload.withheld;
    return commit;
}

/// The same for somebody who is told.
std::optional<store::Commit> makeNotice(const Ports& ports, const referral::Dossier& dossier,
                                        const store::Delivery& row, Making& making) {
    using Notice = Result<std::optional<referral::Payload>>;
    auto payload = ports.addressees == nullptr ? Notice(std::nullopt)
                                               : ports.addressees->payload(dossier, row);
    if (!payload) {
        ports.log.failure(telemetry::Level::Error, "notice.not-made", payload.error(),
                          {{"delivery", row.id.get()}});
        making.hindrance = found(OwnFinding::NotMapped);
        return std::nullopt;
    }
    if (!*payload) {
        making.hindrance = found(OwnFinding::NotWanted);
        return std::nullopt;
    }
    making.payload = std::move(**payload);
    return commitFor(dossier, row, making, ports.clock.now());
}

/// On the pool, perhaps again when the referral has moved on meanwhile.
std::optional<store::Commit> make(const Ports& ports, const referral::Dossier& dossier,
                                  const store::Delivery& row, Making& making) {
    making = Making{};
    if (row.kind == store::DeliveryKind::Notified) return makeNotice(ports, dossier, row, making);
    const bool ends = row.kind == store::DeliveryKind::Cancelled;
    if (!ends && isEnded(dossier, row.assignment)) making.hindrance = found(OwnFinding::NotWanted);
    if (ends) findEnded(ports, row, making);
    if (making.hindrance) return std::nullopt;
    const Rules rules = ports.rules(dossier.setVersion);
    const Instant now = ports.clock.now();
    auto payload =
        rules.presenter->payload(dossier, row.assignment, typeOf(row.kind), now, ports.random);
    if (!payload) {
        // "Map|group|rule" of the map; a log's names have no bars.
        const auto& issues = payload.error().issues;
        std::string rule = issues.empty() ? std::string() : issues.front().expression;
        std::replace(rule.begin(), rule.end(), '|', '/');
        ports.log.failure(telemetry::Level::Error, "delivery.not-mapped", payload.error(),
                          {{"delivery", row.id.get()},
                           {"provider", telemetry::Name(row.provider)},
                           {"rule", telemetry::Name(rule)}});
        making.hindrance = found(OwnFinding::NotMapped);
        return std::nullopt;
    }
    making.payload = std::move(*payload);
    return commitFor(dossier, row, making, now);
}

/// A new referral that was tried before and has ended since is not sent again.
std::optional<Attempted> hindranceTo(const Ports& ports, const store::Delivery& row) {
    const auto dossier = ports.store.referral(row.referral, nullptr);
    if (!dossier) return unread(ports, row, dossier.error());
    if (!*dossier || isEnded(**dossier, row.assignment)) return found(OwnFinding::NotWanted);
    return std::nullopt;
}

/// Nothing when the payload is on disk and in the row.
awaitable<std::optional<Attempted>> prepare(const Ports* ports,
                                            std::shared_ptr<store::Delivery> row) {
    auto making = std::make_shared<Making>();
    Decide deciding = [ports, row, making](const referral::Dossier& dossier) {
        return Result<std::optional<store::Commit>>(make(*ports, dossier, *row, *making));
    };
    auto operation = decideAndCommit(ports, row->referral, std::move(deciding));
    const auto committed = co_await std::move(operation);
    if (!committed) {
        if (committed.error().kind == Kind::NotFound) co_return found(OwnFinding::NotWanted);
        ports->log.failure(telemetry::Level::Warning, "delivery.unprepared", committed.error(),
                           {{"delivery", row->id.get()}});
        co_return Attempted{.deferredUntil = ports->clock.now() + kStoreWait};
    }
    if (making->hindrance) co_return std::move(making->hindrance);
    row->payload = std::move(making->payload.body);
    row->contentType = std::move(making->payload.contentType);
    if (!making->remote.empty()) row->remote = std::move(making->remote);
    co_return std::nullopt;
}

}  // namespace

namespace {

Parcel parcelOf(const Ports& ports, const store::Delivery& row) {
    Parcel parcel;
    parcel.id = row.id;
    parcel.contentType = row.contentType;
    parcel.body = row.payload;
    parcel.now = ports.clock.now();
    parcel.ends = row.kind == store::DeliveryKind::Cancelled;
    parcel.assignment = row.assignment;
    parcel.remote = row.remote;
    return parcel;
}

/// What is sent where; nullopt: to nobody any more.
std::optional<net::ClientRequest> requestOf(const Ports& ports, const store::Delivery& row,
                                            const config::Provider* provider) {
    const Parcel parcel = parcelOf(ports, row);
    if (provider != nullptr) return requestFor(*provider, parcel);
    return ports.addressees == nullptr ? std::nullopt : ports.addressees->request(row, parcel);
}

}  // namespace

awaitable<Attempted> attempt(const Ports* ports, std::shared_ptr<store::Delivery> row) {
    const Rules rules = ports->rules({});
    const bool notice = row->kind == store::DeliveryKind::Notified;
    const config::Provider* provider = notice ? nullptr : rules.config->provider(row->provider);
    if (provider == nullptr && !notice) co_return found(OwnFinding::UnknownProvider);
    if (row->payload.empty()) {
        auto preparing = prepare(ports, row);
        auto hindrance = co_await std::move(preparing);
        if (hindrance) co_return std::move(*hindrance);
    } else if (row->kind == store::DeliveryKind::Created ||
               row->kind == store::DeliveryKind::Updated) {
        const auto work = [ports, row] { return hindranceTo(*ports, *row); };
        auto looking = onPool(&ports->stage, work);
        auto hindrance = co_await std::move(looking);
        if (hindrance) co_return std::move(*hindrance);
    }
    auto request = requestOf(*ports, *row, provider);
    if (!request) co_return found(OwnFinding::NotWanted);
    auto sending = ports->http.send(std::move(*request));
    const auto answer = co_await std::move(sending);
    const Instant now = ports->clock.now();
    if (notice) co_return Attempted{.outcome = classify(answer, now)};
    const Parcel parcel = parcelOf(*ports, *row);
    co_return Attempted{.outcome = outcomeOf(*provider, parcel, answer, now)};
}

}  // namespace waymark::delivery
