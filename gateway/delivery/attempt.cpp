#include "gateway/delivery/attempt.h"

#include <utility>

#include "gateway/delivery/adapter.h"
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
    }
    return "referral.updated";
}

Attempted found(OwnFinding finding) {
    return {.outcome = outcomeOf(finding)};
}

/// A payload, or why there is none.
using Made = std::expected<referral::Payload, Attempted>;

/// On the pool.
Made make(const Ports& ports, const store::Delivery& row) {
    const auto dossier = ports.store.referral(row.referral, nullptr);
    if (!dossier) {
        ports.log.failure(telemetry::Level::Warning, "delivery.unread", dossier.error(),
                          {{"delivery", row.id.get()}});
        return std::unexpected(Attempted{.deferredUntil = ports.clock.now() + kStoreWait});
    }
    if (!*dossier) return std::unexpected(found(OwnFinding::NotWanted));
    const referral::Assignment* assignment = (*dossier)->state.find(row.assignment);
    const bool ended = assignment == nullptr || referral::isFinal(assignment->status);
    if (ended && row.kind == store::DeliveryKind::Created) {
        return std::unexpected(found(OwnFinding::NotWanted));
    }
    const Rules rules = ports.rules((*dossier)->setVersion);
    auto payload = rules.presenter->payload(**dossier, row.assignment, typeOf(row.kind),
                                            ports.clock.now(), ports.random);
    if (!payload) {
        ports.log.failure(
            telemetry::Level::Error, "delivery.not-mapped", payload.error(),
            {{"delivery", row.id.get()}, {"provider", telemetry::Name(row.provider)}});
        return std::unexpected(found(OwnFinding::NotMapped));
    }
    return std::move(*payload);
}

/// Nothing when the payload is on disk and in the row.
awaitable<std::optional<Attempted>> prepare(const Ports* ports,
                                            std::shared_ptr<store::Delivery> row) {
    const auto work = [ports, row] { return make(*ports, *row); };
    auto making = onPool(&ports->stage, work);
    auto made = co_await std::move(making);
    if (!made) co_return made.error();

    store::Commit change;
    change.lane = store::Lane::Delivery;
    store::DeliveryChange& bytes = change.changes.emplace_back();
    bytes.id = row->id;
    bytes.payload = made->body;
    bytes.contentType = made->contentType;
    auto committing = commit(ports, std::move(change));
    const auto committed = co_await std::move(committing);
    if (!committed) {
        ports->log.failure(telemetry::Level::Warning, "delivery.unwritten", committed.error(),
                           {{"delivery", row->id.get()}});
        co_return Attempted{.deferredUntil = ports->clock.now() + kStoreWait};
    }
    row->payload = std::move(made->body);
    row->contentType = std::move(made->contentType);
    co_return std::nullopt;
}

}  // namespace

awaitable<Attempted> attempt(const Ports* ports, std::shared_ptr<store::Delivery> row) {
    const Rules rules = ports->rules({});
    const config::Provider* provider = rules.config->provider(row->provider);
    if (provider == nullptr) co_return found(OwnFinding::UnknownProvider);
    if (row->payload.empty()) {
        auto preparing = prepare(ports, row);
        auto hindrance = co_await std::move(preparing);
        if (hindrance) co_return std::move(*hindrance);
    }
    Parcel parcel;
    parcel.id = row->id;
    parcel.contentType = row->contentType;
    parcel.body = row->payload;
    parcel.now = ports->clock.now();
    auto request = requestFor(*provider, parcel);
    auto sending = ports->http.send(std::move(request));
    const auto answer = co_await std::move(sending);
    co_return Attempted{.outcome = outcomeOf(*provider, answer, ports->clock.now())};
}

}  // namespace waymark::delivery
