// /admin/deliveries: what is on its way, what was given up and why, and the three things that an
// operator can do about it: send again, hold, release.
#pragma once

#include "gateway/doors/router.h"
#include "gateway/ops/control.h"

namespace waymark::ops {

/// GET /admin/deliveries?provider&state&referral&from&to&after&limit: {"deliveries", "next"}.
[[nodiscard]] doors::Endpoint listDeliveries();
/// GET /admin/deliveries/{id}.
[[nodiscard]] doors::Endpoint showDelivery();
/// POST /admin/deliveries/replay|hold|release, body {"id"?, "provider"?, "referral"?, "state"?,
/// "from"?, "to"?, "dryRun"?, "rate"?, "limit"?}: {"matched", "changed", "dryRun", "more",
/// "deliveries": [{"id", "provider", "outcome", "why"?}]}. At least one of id, provider, referral,
/// from; `rate` is deliveries a second, by which what is sent again is spread.
[[nodiscard]] doors::Endpoint changeDeliveries(const Control& control);

}  // namespace waymark::ops
