// The body of POST /provider/v1/referrals/{id}/status. Pure.
#pragma once

#include <string_view>

#include "fhir/core/result.h"
#include "gateway/referral/lifecycle.h"

namespace waymark::doors::provider {

/// {"status", "businessStatus"?, "reason"?: {"code", "text"?}, "note"?, "worker"?: {"name",
/// "contact"?}, "outcome"?: {"summary"?, "support"?: []}, "at"?}. Fails with Incorrect and one
/// issue per fault, each with the JSON pointer in `expression`: unknown members, wrong types, a
/// status that is none, an `at` that is no dateTime with zone, texts over their limit. Assignment
/// and provider are the caller's to set.
Result<referral::StatusReport> readStatusBody(std::string_view body);

inline constexpr std::size_t kTextBytesMax = 10'000;  ///< note, reason text, outcome summary
inline constexpr std::size_t kNameBytesMax = 250;     ///< codes, names, contacts, support items
inline constexpr std::size_t kSupportMax = 50;

}  // namespace waymark::doors::provider
