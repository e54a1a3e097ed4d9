// Who is asking, once authenticated. A value; made by the Authenticator only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/store.h"

namespace waymark::security {

enum class PrincipalKind : std::uint8_t { None, Client, Provider, Operator };

struct Principal {
    PrincipalKind kind = PrincipalKind::None;
    std::string id;  ///< of the client or provider in the configuration
    bool anyOrganisation = false;
    std::vector<std::string> organisations;  ///< ODS codes that a client acts for by name
    bool mayTransform = false;               ///< a client that may try maps

    [[nodiscard]] bool actsFor(std::string_view ods) const {
        return anyOrganisation || std::ranges::find(organisations, ods) != organisations.end();
    }
    /// What it sees of the store: the referrals of its organisations and those that it sent.
    [[nodiscard]] store::Viewer viewer() const {
        return {.client = id, .organisations = organisations};
    }
};

}  // namespace waymark::security
