// What a simulated provider does with a referral: the reports that it makes, one after the other.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::simulate {

struct Report {
    std::chrono::milliseconds after;  ///< since the step before
    std::string body;                 ///< of POST /referrals/{id}/status
};

struct Behaviour {
    unsigned refusedFirst = 0;  ///< deliveries answered 503 before the first is taken
    std::vector<Report> reports;
};

/// completes, rejects or down-at-first; fails for any other name.
Result<Behaviour> behaviourNamed(std::string_view name);

}  // namespace waymark::simulate
