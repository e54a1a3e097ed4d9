// The header fields of a BaRS request (BaRS API 1.4.0, components/parameters). Pure.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::doors::bars {

struct Headers {
    std::string requestId;      ///< X-Request-Id, a UUID in lower case
    std::string correlationId;  ///< X-Correlation-Id, a UUID in lower case
    std::string target;         ///< "system|value" of NHSD-Target-Identifier
    std::string organisation;   ///< ODS code of NHSD-End-User-Organisation; may be empty
    std::vector<Issue> warnings;
};

/// Fails with Incorrect: required (a field is missing) or invalid (its format); NotFound when the
/// target is none of our services. NHSD-End-User-Organisation and NHSD-Requesting-Software are only
/// warned about unless the settings require them; what they hold is read tolerantly.
Result<Headers> readHeaders(const net::Request& request, const config::Bars& settings);

}  // namespace waymark::doors::bars
