// The operations area: health, metrics, and the admin API for whoever runs the gateway. Served on
// loopback by default; /health and /metrics need no token and hold no patient data, /admin needs
// the operator's.
#pragma once

#include "gateway/doors/area.h"
#include "gateway/ops/control.h"
#include "gateway/ops/reconcile.h"
#include "gateway/telemetry/metrics.h"

namespace waymark::ops {

/// All outlive the area.
[[nodiscard]] doors::Area operationsArea(const telemetry::Registry& registry,
                                         const Control& control, Reconciler& reconciler);

}  // namespace waymark::ops
