// Content negotiation (FHIR R4 sections 3.1.0.1.9 to 3.1.0.1.12): what a body is, what the answer
// shall be, and what Prefer asks.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::doors::fhir {

enum class Format : std::uint8_t { Json, Xml };
enum class Return : std::uint8_t { Representation, Minimal, OperationOutcome };

/// "application/fhir+json; charset=utf-8" of a format.
[[nodiscard]] std::string_view contentType(Format format);

// `apiMajor` is for interfaces that name their own version in the media type (BaRS:
// "application/fhir+json; version=1.4.0"); without it `version` is taken calmly.

/// From Content-Type. Fails with MediaType when it is missing, none of the FHIR types (plain JSON
/// and XML included), not in UTF-8, or names another fhirVersion than 4.0.
[[nodiscard]] Result<Format> bodyFormat(const net::Request& request,
                                        std::optional<int> apiMajor = std::nullopt);

/// From `_format`, else Accept: its qualities, the closest range first, all field lines of the
/// name; JSON when nothing is said. Fails with NotAcceptable when nothing that is asked for can be
/// given, or only in a fhirVersion other than 4.0.
[[nodiscard]] Result<Format> answerFormat(const net::Request& request,
                                          std::optional<int> apiMajor = std::nullopt);

/// `Prefer: return=...`; representation when it says nothing that we know.
[[nodiscard]] Return preferredReturn(const net::Request& request);
/// `Prefer: handling=strict`: unknown search parameters are refused.
[[nodiscard]] bool strictHandling(const net::Request& request);

}  // namespace waymark::doors::fhir
