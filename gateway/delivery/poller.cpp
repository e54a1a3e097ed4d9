#include "gateway/delivery/poller.h"

#include <optional>
#include <utility>

#include "gateway/delivery/classifier.h"
#include "gateway/delivery/decide.h"
#include "gateway/delivery/fhir_server.h"
#include "gateway/delivery/remote_task.h"
#include "gateway/store/decision_commit.h"

namespace waymark::delivery {
namespace {

using boost::asio::awaitable;
using referral::StatusReport;

constexpr std::uint32_t kPage = 100;

/// What looking at one Task came to.
enum class Look : std::uint8_t { Unchanged, TakenIn, NotUnderstood, NotTakenIn, ProviderDown };

telemetry::Word word(Look look) {
    switch (look) {
        case Look::Unchanged:
            return "unchanged";
        case Look::TakenIn:
            return "taken-in";
        case Look::NotUnderstood:
            return "not-understood";
        case Look::NotTakenIn:
            return "not-taken-in";
        case Look::ProviderDown:
            break;
    }
    return "provider-down";
}

/// On the pool. The first of the reports that lead to what was found; `more` says that others
/// follow.
Result<std::optional<store::Commit>> decide(const Ports& ports, const referral::Dossier& dossier,
                                            const StatusReport& found, bool& more) {
    more = false;
    const referral::Assignment* known = dossier.state.find(found.assignment);
    if (known == nullptr) return std::nullopt;
    const std::vector<StatusReport> reports = reportsFor(known->status, found);
    if (reports.empty()) return std::nullopt;
    const Instant now = ports.clock.now();
    const Rules rules = ports.rules(dossier.setVersion);
    auto decision = rules.lifecycle->report(dossier, reports.front(), now, ports.random);
    if (!decision && decision.error().kind == Kind::Unprocessable) {
        // A code that may not stand in this status must not hide the status itself.
        const StatusReport plain = withoutCodes(reports.front());
        decision = rules.lifecycle->report(dossier, plain, now, ports.random);
    }
    if (!decision) return std::unexpected(std::move(decision.error()));
    if (decision->events.empty()) return std::nullopt;
    more = reports.size() > 1;
    store::Commit commit =
        store::commitOf(dossier, std::move(*decision), store::Lane::Delivery, now, ports.random);
    store::AuditEntry& entry = commit.audit.emplace_back();
    entry.at = now;
    entry.actor = found.provider;
    entry.action = "status-polled";
    entry.subject = found.assignment.get().text();
    entry.outcome = "ok";
    return commit;
}

awaitable<Look> takeIn(const Ports* ports, referral::ReferralId id, StatusReport found) {
    auto more = std::make_shared<bool>(false);
    Decide deciding = [ports, found, more](const referral::Dossier& dossier) {
        return decide(*ports, dossier, found, *more);
    };
    do {
        auto operation = decideAndCommit(ports, id, deciding);
        const auto written = co_await std::move(operation);
        if (written) continue;
        ports->log.failure(telemetry::Level::Warning, "poll.not-taken-in", written.error(),
                           {{"assignment", found.assignment.get()},
                            {"provider", telemetry::Name(found.provider)}});
        // What the store could not take is looked at again; what the lifecycle refused is not.
        const bool ours =
            written.error().kind == Kind::Unavailable || written.error().kind == Kind::Fault;
        co_return ours ? Look::NotTakenIn : Look::NotUnderstood;
    } while (*more);
    co_return Look::TakenIn;
}

awaitable<Look> look(const Ports* ports, const config::Provider* provider,
                     const store::Delivery* delivery, Seen* seen) {
    auto request = fhirserver::readRequest(*provider, delivery->remote, (*seen)[delivery->id]);
    auto sending = ports->http.send(std::move(request));
    const auto answer = co_await std::move(sending);
    if (answer.trouble == net::Trouble::None && answer.status == 304) co_return Look::Unchanged;
    const Outcome outcome = classify(answer, ports->clock.now());
    if (outcome.verdict != Verdict::Delivered) {
        ports->log.warning("poll.failed", {{"provider", telemetry::Name(provider->id)},
                                           {"problem", outcome.problem},
                                           {"status", answer.status}});
        // A Task that is gone says nothing about the others; everything else does.
        const bool others = answer.status == 404 || answer.status == 410;
        co_return others ? Look::NotUnderstood : Look::ProviderDown;
    }
    auto found = readRemoteTask(answer.body, ports->clock.now());
    if (!found) {
        ports->log.failure(telemetry::Level::Warning, "poll.not-understood", found.error(),
                           {{"assignment", delivery->assignment.get()},
                            {"provider", telemetry::Name(provider->id)}});
        co_return Look::NotUnderstood;
    }
    found->assignment = delivery->assignment;
    found->provider = provider->id;
    auto taking = takeIn(ports, delivery->referral, std::move(*found));
    const Look result = co_await std::move(taking);
    if (result != Look::NotTakenIn) {
        (*seen)[delivery->id] = std::string(answer.fields.find("ETag").value_or(""));
    }
    co_return result;
}

}  // namespace

awaitable<void> pollRound(const Ports* ports, Measures* measures, std::string provider,
                          std::shared_ptr<Seen> seen, const std::atomic<bool>* stopping) {
    const Rules rules = ports->rules({});
    const config::Provider* known = rules.config->provider(provider);
    if (known == nullptr) co_return;
    Seen still;  // what has ended meanwhile is forgotten
    store::DeliveryId after;
    while (true) {
        const auto work = [ports, &provider, &after] {
            return ports->store.pollable(provider, after, kPage);
        };
        auto reading = onPool(&ports->stage, work);
        const auto page = co_await std::move(reading);
        if (!page) {
            ports->log.failure(telemetry::Level::Warning, "poll.unread", page.error());
            co_return;
        }
        for (const store::Delivery& delivery : *page) {
            if (*stopping) co_return;
            auto looking = look(ports, known, &delivery, seen.get());
            const Look result = co_await std::move(looking);
            measures->polled(provider, word(result));
            if (result == Look::ProviderDown) co_return;
            still[delivery.id] = std::move((*seen)[delivery.id]);
            after = delivery.id;
        }
        if (page->size() < kPage) break;
    }
    *seen = std::move(still);
}

}  // namespace waymark::delivery
