// Identifier systems of the NHS, compared as senders write them: http or https, "id" or "Id".
#pragma once

#include <string_view>

namespace waymark::referral {

inline constexpr std::string_view kNhsNumberSystem = "https://fhir.nhs.uk/Id/nhs-number";
inline constexpr std::string_view kOdsSystem = "https://fhir.nhs.uk/Id/ods-organization-code";

/// Whether `written` is `system` (which begins with https), scheme and case apart.
[[nodiscard]] bool isNamingSystem(std::string_view written, std::string_view system);

}  // namespace waymark::referral
