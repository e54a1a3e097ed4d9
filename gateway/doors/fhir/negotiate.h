// Content negotiation (FHIR R4 sections 3.1.0.1.9 to 3.1.0.1.12): what a body is, what the answer
// shall be, and what Prefer asks.
#pragma once

#include <string_view>

#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::doors::fhir {

enum class Format : std::uint8_t { Json, Xml };
enum class Return : std::uint8_t { Representation, Minimal, OperationOutcome };

/// "application/fhir+json; charset=utf-8" of a format.
[[nodiscard]] std::string_view contentType(Format format);

/// From Content-Type. Fails with MediaType when it is missing or none of the FHIR types, plain JSON
/// and XML included; parameters (charset utf-8, version, fhirVersion) are taken calmly.
[[nodiscard]] Result<Format> bodyFormat(const net::Request& request);

/// From `_format`, else Accept with its quality values; JSON when nothing is said. Fails with
/// NotAcceptable when nothing that is asked for can be given, or a fhirVersion other than 4.0.
[[nodiscard]] Result<Format> answerFormat(const net::Request& request);

/// `Prefer: return=...`; representation when it says nothing that we know.
[[nodiscard]] Return preferredReturn(const net::Request& request);
/// `Prefer: handling=strict`: unknown search parameters are refused.
[[nodiscard]] bool strictHandling(const net::Request& request);

}  // namespace waymark::doors::fhir
