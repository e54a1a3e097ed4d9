// Standard Webhooks (standardwebhooks.com, specification 1.0): a signed POST of the payload. The
// signature is HMAC-SHA256 over "id.timestamp.body"; id stays the same for all attempts, the
// timestamp is the attempt's. Pure.
#pragma once

#include <string>
#include <string_view>

#include "gateway/delivery/adapter.h"

namespace waymark::delivery::webhook {

/// "v1," and base64 of the MAC. `secret` is "whsec_" and base64 (checked by the configuration).
[[nodiscard]] std::string signature(const config::Secret& secret, std::string_view id,
                                    std::string_view timestamp, std::string_view body);

[[nodiscard]] net::ClientRequest request(const config::Provider& provider, const Parcel& parcel);
/// 2xx is enough; the answer's body is of no interest.
[[nodiscard]] Outcome outcome(const net::ClientAnswer& answer, Instant now);

}  // namespace waymark::delivery::webhook
