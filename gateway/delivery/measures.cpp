#include "gateway/delivery/measures.h"

#include <algorithm>

namespace waymark::delivery {
namespace {

using telemetry::Label;
using telemetry::Name;

/// From a hundredth of a second to four days: what it takes until a provider has a referral.
constexpr double kLatencyBounds[] = {0.01, 0.05, 0.1,  0.5,  1,     5,
                                     30,   300,  1800, 7200, 86400, 345600};

}  // namespace

Measures::Measures(telemetry::Registry& registry)
    : registry_(registry),
      circuits_(registry.gauge("waymark_delivery_circuits_open",
                               "Providers to whom nothing is sent for the moment")) {}

void Measures::attempted(std::string_view provider, const Outcome& outcome, Milliseconds took) {
    const Label who{"provider", Name(provider)};
    registry_
        .counter("waymark_delivery_attempts_total", "Attempts to deliver",
                 {who, Label{"outcome", word(outcome.verdict)}, Label{"problem", outcome.problem}})
        .add();
    registry_.histogram("waymark_delivery_attempt_seconds", "How long an attempt took", {who})
        .observe(took);
}

void Measures::delivered(std::string_view provider, Milliseconds since) {
    registry_
        .histogram("waymark_delivery_latency_seconds",
                   "From the commit that asked for a delivery until the provider had it",
                   {Label{"provider", Name(provider)}}, kLatencyBounds)
        .observe(since);
}

void Measures::dead(std::string_view provider) {
    registry_
        .counter("waymark_deliveries_dead_total", "Deliveries given up since the start",
                 {Label{"provider", Name(provider)}})
        .add();
}

void Measures::polled(std::string_view provider, telemetry::Word result) {
    registry_
        .counter("waymark_polls_total", "Looks at a provider's Tasks",
                 {Label{"provider", Name(provider)}, Label{"result", result}})
        .add();
}

void Measures::ranOut(std::string_view clock) {
    registry_
        .counter(
            "waymark_clocks_ran_out_total",
            "Clocks of referrals that ran out; of told-within each is an alert: a practice has "
            "not seen an end",
            {Label{"clock", Name(clock)}})
        .add();
}

void Measures::circuits(std::size_t open) {
    circuits_.set(static_cast<std::int64_t>(open));
}

Milliseconds since(const Uuid& id, Instant now) {
    std::int64_t made = 0;
    for (std::size_t i = 0; i < 6; ++i) made = made << 8 | id.bytes()[i];
    return std::max(now - Instant(Milliseconds(made)), Milliseconds(0));
}

}  // namespace waymark::delivery
