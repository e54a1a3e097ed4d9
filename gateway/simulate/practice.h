// A practice's system: sends referrals, again and again with the same key until it has an answer,
// and reads what became of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::simulate {

struct PracticeOptions {
    std::string fhir;             ///< "https://127.0.0.1:N/FHIR/R4"
    std::filesystem::path ca;     ///< PEM; empty: the system's roots
    std::filesystem::path token;  ///< file: the client's bearer token
    /// ServiceRequests as JSON, sent in this order.
    std::vector<std::filesystem::path> referrals;
    /// Where the ids that were given stand afterwards, one a line, in the same order; empty: they
    /// are printed.
    std::filesystem::path ids;
};

/// Fails when a referral is refused, or has no answer after two minutes.
Result<void> runPractice(const PracticeOptions& options, const Clock& clock, Random& random);

}  // namespace waymark::simulate
