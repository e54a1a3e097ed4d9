// Ids of the resources of an accepted message: the ServiceRequest has the referral's id, every
// other resource "<referral id>-<n>", n being its place: entry index in a Bundle, counted from 0.
// So (type, id) -> (message, element) needs no table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/referral/ids.h"

namespace waymark::referral {

struct ResourceId {
    ReferralId referral{};
    std::optional<std::uint32_t> entry{};  ///< none: the referral's own (ServiceRequest, Task)
    friend bool operator==(const ResourceId&, const ResourceId&) = default;
};

[[nodiscard]] std::string print(const ResourceId& id);
/// nullopt for anything that we never gave out.
[[nodiscard]] std::optional<ResourceId> parseResourceId(std::string_view text);

}  // namespace waymark::referral
