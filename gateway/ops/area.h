// The operations area: health, metrics, and the admin API for whoever runs the gateway. Served on
// loopback by default; /health and /metrics need no token and hold no patient data, /admin needs
// the operator's.
#pragma once

#include <atomic>

#include "gateway/doors/area.h"
#include "gateway/telemetry/metrics.h"

namespace waymark::ops {

/// Whether the gateway takes work: set after start, cleared when it begins to stop. Any thread.
struct Readiness {
    std::atomic<bool> started{false};
    std::atomic<bool> stopping{false};
};

/// `registry` and `readiness` outlive the area.
[[nodiscard]] doors::Area operationsArea(const telemetry::Registry& registry,
                                         const Readiness& readiness);

}  // namespace waymark::ops
