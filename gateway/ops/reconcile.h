// in = finished + open-with-clock + refused: the account of all referrals, for any period on demand
// and for all time as metrics, so that one that fell through is an alert and not a discovery.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "gateway/doors/router.h"
#include "gateway/doors/services.h"
#include "gateway/ops/control.h"
#include "gateway/store/oversight.h"
#include "gateway/telemetry/metrics.h"

namespace waymark::ops {

/// Takes the account of all time now and then, and shows it as waymark_reconciliation_*. The alert
/// is waymark_reconciliation_broken above 0.
class Reconciler {
public:
    static constexpr std::chrono::minutes kEvery{5};

    /// All outlive the runtime's threads.
    Reconciler(doors::Services& services, Standing& standing, telemetry::Registry& metrics);
    /// Begins at once.
    void start();
    /// What is running ends, nothing more begins.
    void stop() { stopping_ = true; }
    /// Of a period; for all time it renews the metrics. Blocks: for the pool.
    [[nodiscard]] Result<store::Account> account(std::optional<Instant> from,
                                                 std::optional<Instant> to);

private:
    void round();
    void again();

    doors::Services& services_;
    Standing& standing_;
    telemetry::Gauge& in_;
    telemetry::Gauge& finished_;
    telemetry::Gauge& open_;
    telemetry::Gauge& refused_;
    telemetry::Gauge& broken_;
    std::atomic<bool> stopping_{false};
};

/// GET /admin/reconcile?from&to: {"from", "to", "in", "finished", "openWithClock", "refused",
/// "setAside", "broken", "balanced", "breaches": [{"id", "why"}]}.
[[nodiscard]] doors::Endpoint reconcileEndpoint(Reconciler& reconciler);

}  // namespace waymark::ops
