// The fixed code systems of the journal: business statuses and reasons, and in which status each
// may stand. The codes are content (mappings/codes); only the names of the gateway's own reasons
// are here, because the gateway itself gives them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/terminology/terminology.h"
#include "gateway/referral/status.h"

namespace waymark::referral::vocabulary {

inline constexpr std::string_view kBusinessStatus =
    "https://waymark.health/fhir/CodeSystem/business-status";
inline constexpr std::string_view kStatusReason =
    "https://waymark.health/fhir/CodeSystem/status-reason";

/// Reasons that the gateway gives.
inline constexpr std::string_view kUndeliverable = "undeliverable";
inline constexpr std::string_view kNotDeliveredInTime = "not-delivered-in-time";
inline constexpr std::string_view kNotAnsweredInTime = "not-answered-in-time";
inline constexpr std::string_view kAcceptedElsewhere = "accepted-elsewhere";
inline constexpr std::string_view kNotProcessed = "not-processed";
/// The practice's, when it gives none of its own.
inline constexpr std::string_view kWithdrawnByPractice = "withdrawn-by-practice";

/// Unprocessable when the code is unknown or may not stand in that status; an empty code passes.
[[nodiscard]] Result<void> checkBusinessStatus(const terminology::Terminology& terminology,
                                               std::string_view code, Status status);
[[nodiscard]] Result<void> checkReason(const terminology::Terminology& terminology,
                                       std::string_view code, Status status);

/// Whether the person's need ends with this rejection, so that nobody else is asked: the person
/// has died, moved away, was referred twice...
[[nodiscard]] bool endsTheAsking(const terminology::Terminology& terminology,
                                 std::string_view reason);

}  // namespace waymark::referral::vocabulary
