// Search parameters of ServiceRequest and Task (FHIR R4 section 3.1.1) to a store query. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/security/principal.h"
#include "gateway/store/store.h"

namespace waymark::doors::fhir {

/// What the searches of this server know of one type; metadata is printed from the same table.
struct SearchParameter {
    std::string_view name;
    std::string_view type;  ///< FHIR search-param-type
    std::string_view documentation;
};
[[nodiscard]] const std::vector<SearchParameter>& searchParameters(std::string_view resourceType);

struct ParsedSearch {
    store::SearchQuery query;
    /// The parameters that were understood, for the self link: in their order, as they came.
    std::vector<std::pair<std::string, std::string>> understood;
    /// Nothing can match: a value that no referral of ours can have (a foreign id, a status that a
    /// ServiceRequest of ours never takes).
    bool impossible = false;
};

inline constexpr std::uint32_t kDefaultCount = 50;
inline constexpr std::uint32_t kMaximalCount = 200;

/// What a referral's status is called on the searched resource: "in-progress" on Task, "active" on
/// ServiceRequest.
using ShownStatus = std::function<std::string(referral::Status)>;

/// `strict`: unknown parameters fail (Prefer: handling=strict), else they are ignored. Fails with
/// Incorrect for values that cannot be read.
Result<ParsedSearch> parseSearch(std::string_view resourceType,
                                 const std::vector<std::pair<std::string, std::string>>& parameters,
                                 const security::Principal& principal,
                                 const ShownStatus& shownStatus, bool strict);

}  // namespace waymark::doors::fhir
