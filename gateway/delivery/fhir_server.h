// A provider with a FHIR R4 server: the payload is a transaction Bundle that is POSTed to its base;
// its creates are conditional on identifiers of ours, so a repeat makes nothing twice. The answer
// names the provider's Task, which is looked at later by a conditional read. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/delivery/adapter.h"

namespace waymark::delivery::fhirserver {

[[nodiscard]] net::ClientRequest request(const config::Provider& provider, const Parcel& parcel);

/// Delivered only with a transaction-response that names a Task (Outcome::remote); any other 2xx is
/// an answer of somebody else, such as a proxy's page, and is tried again.
[[nodiscard]] Outcome outcome(const net::ClientAnswer& answer, Instant now);

/// Of a parcel that ends: Delivered also when nothing is there to be ended.
[[nodiscard]] Outcome outcomeOfEnd(const net::ClientAnswer& answer, Instant now);

/// A read of `remote` ("Task/123"), only if it has changed since `etag` (empty: in any case).
[[nodiscard]] net::ClientRequest readRequest(const config::Provider& provider,
                                             std::string_view remote, std::string_view etag);

/// "Task/123" out of a location: relative or absolute, with or without a version.
[[nodiscard]] std::optional<std::string> taskIn(std::string_view location);

}  // namespace waymark::delivery::fhirserver
