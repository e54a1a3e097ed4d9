// How a delivery is brought to a provider's system: the request that carries it and what the answer
// means. One pair of functions per adapter; both pure, so that every attempt sends the same bytes
// under the same key and a test needs no network.
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/delivery/outcome.h"
#include "gateway/net/client.h"
#include "gateway/referral/ids.h"

namespace waymark::delivery {

/// What is sent: the committed bytes.
struct Parcel {
    referral::DeliveryId id;  ///< its text is the idempotency key of every attempt
    std::string contentType;
    std::string body;
    Instant now{};  ///< of this attempt
    /// Something that the provider has is ended; otherwise it is new to it, or sent again.
    bool ends = false;
    referral::AssignmentId assignment{};
    std::string remote{};  ///< where the provider keeps it, if it said so
};

[[nodiscard]] net::ClientRequest requestFor(const config::Provider& provider, const Parcel& parcel);
[[nodiscard]] Outcome outcomeOf(const config::Provider& provider, const Parcel& parcel,
                                const net::ClientAnswer& answer, Instant now);

/// What every request to this provider has in common: trusted roots, limits, who we are.
[[nodiscard]] net::ClientRequest plainRequest(const config::Provider& provider);

}  // namespace waymark::delivery
