#include "gateway/ops/reconcile.h"

#include <fmt/format.h>

#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "fhir/json/writer.h"
#include "gateway/doors/visit.h"
#include "gateway/ops/answer.h"
#include "gateway/referral/instant_text.h"

namespace waymark::ops {
namespace {

using boost::asio::awaitable;
using doors::Visit;

struct Period {
    std::optional<Instant> from{};
    std::optional<Instant> to{};
};

Result<Period> periodOf(const net::Request& request) {
    Period period;
    for (const auto& [name, value] : request.query) {
        if (name != "from" && name != "to") continue;
        const auto at = referral::instantFromText(value);
        if (!at) {
            return fail(
                Kind::Incorrect, IssueType::Value,
                fmt::format("\"{}\" must be an instant such as 2026-11-20T08:00:00Z.", name), name);
        }
        (name == "from" ? period.from : period.to) = *at;
    }
    return period;
}

std::string bodyOf(const Period& period, const store::Account& account) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .memberUnlessEmpty("from", period.from ? referral::instantText(*period.from) : "")
        .memberUnlessEmpty("to", period.to ? referral::instantText(*period.to) : "")
        .member("in", account.in)
        .member("finished", account.finished)
        .member("openWithClock", account.openWithClock)
        .member("refused", account.refused)
        .member("setAside", account.setAside)
        .member("broken", account.broken)
        .member("balanced",
                account.in == account.finished + account.openWithClock + account.refused);
    writer.key("breaches").beginArray();
    for (const auto& breach : account.breaches) {
        writer.beginObject()
            .member("id", breach.id.get().text())
            .member("why", breach.why)
            .endObject();
    }
    writer.endArray().endObject();
    return out;
}

awaitable<Result<net::Response>> reconcile(Visit* visit, Reconciler* reconciler) {
    const auto period = periodOf(visit->request);
    if (!period) co_return std::unexpected(period.error());
    auto work = [reconciler, period = *period] {
        return reconciler->account(period.from, period.to);
    };
    auto operation = visit->services.runtime.onPool(std::move(work));
    const auto account = co_await std::move(operation);
    if (!account) co_return std::unexpected(account.error());
    co_return jsonAnswer(200, bodyOf(*period, *account));
}

std::int64_t number(std::uint64_t count) {
    return static_cast<std::int64_t>(count);
}

}  // namespace

doors::Endpoint reconcileEndpoint(Reconciler& reconciler) {
    return [&reconciler](Visit* visit) { return reconcile(visit, &reconciler); };
}

Reconciler::Reconciler(doors::Services& services, Standing& standing, telemetry::Registry& metrics)
    : services_(services),
      standing_(standing),
      in_(metrics.gauge("waymark_reconciliation_in", "Referrals that came in, refused ones too")),
      finished_(metrics.gauge("waymark_reconciliation_finished", "Of these, in a final state")),
      open_(metrics.gauge("waymark_reconciliation_open_with_clock",
                          "Of these, open with a clock running")),
      refused_(metrics.gauge("waymark_reconciliation_refused", "Of these, refused to the sender")),
      broken_(metrics.gauge("waymark_reconciliation_broken",
                            "Referrals that are none of these: alert when above 0")) {}

void Reconciler::start() {
    services_.runtime.runOnPool([this] { round(); });
}

Result<store::Account> Reconciler::account(std::optional<Instant> from, std::optional<Instant> to) {
    const Instant now = services_.clock.now();
    auto account = services_.store.account(from.value_or(Instant{}), to.value_or(now));
    if (!account || from || to) return account;
    in_.set(number(account->in));
    finished_.set(number(account->finished));
    open_.set(number(account->openWithClock));
    refused_.set(number(account->refused));
    broken_.set(number(account->broken));
    standing_.setAside = number(account->setAside);
    for (const auto& breach : account->breaches) {
        services_.log.error("reconciliation.broken", {{"referral", breach.id.get()}});
    }
    return account;
}

void Reconciler::round() {
    if (stopping_) return;
    const auto account = this->account(std::nullopt, std::nullopt);
    if (!account) {
        services_.log.failure(telemetry::Level::Warning, "reconciliation.unread", account.error(),
                              {});
    }
    again();
}

void Reconciler::again() {
    auto timer = std::make_shared<boost::asio::steady_timer>(services_.runtime.executor(), kEvery);
    timer->async_wait([this, timer](const boost::system::error_code& error) {
        if (!error && !stopping_) services_.runtime.runOnPool([this] { round(); });
    });
}

}  // namespace waymark::ops
