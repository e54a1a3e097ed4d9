// What delivery counts. Labels are ids of providers and words of ours. How many are due and dead is
// read from the store, where that is known (the application's probes). Any thread.
#pragma once

#include <string_view>

#include "fhir/core/uuid.h"
#include "fhir/core/world.h"
#include "gateway/delivery/outcome.h"
#include "gateway/telemetry/metrics.h"

namespace waymark::delivery {

class Measures {
public:
    /// The registry outlives it.
    explicit Measures(telemetry::Registry& registry);

    void attempted(std::string_view provider, const Outcome& outcome, Milliseconds took);
    /// From the commit that asked for it to the provider's 2xx.
    void delivered(std::string_view provider, Milliseconds since);
    void dead(std::string_view provider);
    void polled(std::string_view provider, telemetry::Word result);
    void ranOut(std::string_view clock);
    void circuits(std::size_t open);

private:
    telemetry::Registry& registry_;
    telemetry::Gauge& circuits_;
};

/// Since a UUIDv7 was made.
[[nodiscard]] Milliseconds since(const Uuid& id, Instant now);

}  // namespace waymark::delivery
