// What a sender's policy (config::Validation) makes of what the validator finds in a referral.
#pragma once

#include <vector>

#include "fhir/core/result.h"
#include "fhir/tree/json_reader.h"
#include "gateway/doors/visit.h"

namespace waymark::doors {

/// Validates what arrived. Fails (Unprocessable) with every finding that refuses; gives those that
/// are to be told with the answer, as warnings. Warnings of the validator that no rule of the
/// policy names are neither: `$validate` shows them.
[[nodiscard]] Result<std::vector<Issue>> validateArrival(const Visit& visit,
                                                         const tree::Document& document);

/// Whether the sender's policy refuses a wrong NHS number.
[[nodiscard]] bool refusesNhsNumber(const Visit& visit);

}  // namespace waymark::doors
