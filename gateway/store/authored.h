// ServiceRequest.authoredOn (a FHIR dateTime) in the form in which it is compared: UTC and without
// a zone, so that it sorts as text and against prefixes.
#pragma once

#include <string>
#include <string_view>

namespace waymark::store {

/// "2026-11-20T23:30:00-02:00" gives "2026-11-21T01:30:00.000". A date without a time stays as it
/// is; what is no dateTime gives "".
[[nodiscard]] std::string inUtc(std::string_view dateTime);

}  // namespace waymark::store
