// A referral with everything that belongs to it, as the store gives it back: bodies opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/referral/event.h"
#include "gateway/referral/ids.h"
#include "gateway/referral/state.h"

namespace waymark::referral {

/// How the message came; names the map that reads it.
enum class Origin : std::uint8_t {
    ServiceRequest,  ///< POST ServiceRequest, perhaps with contained resources
    Transaction,     ///< Bundle of type transaction
    BarsMessage,     ///< Bundle of type message
};
[[nodiscard]] std::string_view code(Origin origin);
[[nodiscard]] std::optional<Origin> originFrom(std::string_view code);

struct Dossier {
    ReferralId id{};
    std::string organisation{};  ///< ODS code of the owner
    std::string client{};        ///< id of the client that sent it
    Origin origin = Origin::ServiceRequest;
    std::string route{};
    std::string setVersion{};
    std::string contentType{};
    std::string body{};    ///< the message as received
    std::string record{};  ///< the link-worker referral as JSON, as mapped in last
    std::vector<Event> events{};
    State state{};
};

/// After reading the journal: a message that was mapped again has the record of its last mapping.
void takeLatestRecord(Dossier& dossier);

}  // namespace waymark::referral
