// How a referral is taken in, whatever door it comes through: map, route, one commit, and only then
// an answer. Repeats find what the first one made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "fhir/tree/json_reader.h"
#include "gateway/doors/visit.h"

namespace waymark::doors {

/// A message that came through a door, read already.
struct Arrival {
    referral::Origin origin = referral::Origin::ServiceRequest;
    tree::Document document;   ///< in the visit's arena; its body is the request's
    std::string organisation;  ///< that a header names; may be empty
    /// REST: the same key with other content is a conflict, and ServiceRequest.identifier makes a
    /// request repeatable too. BaRS: the header pair alone counts.
    bool comparesContent = true;
    tree::Element patient;  ///< from an earlier message
};

enum class Repeat : std::uint8_t { No, ByKey, ByIdentifier };

struct TakenIn {
    referral::Dossier dossier;
    std::vector<Issue> warnings;
    Repeat repeat = Repeat::No;
    /// ByKey, when the first one was refused: that answer again. The rest is empty then.
    std::optional<net::Response> refusal;
};

/// Takes a referral in. What the sender can mend fails, and nothing of the message is stored.
/// Conflict when the same key or identifier came with other content; TooEarly while the first one
/// is still being worked on. Returns after the commit is on disk.
boost::asio::awaitable<Result<TakenIn>> takeIn(Visit* visit, Arrival arrival);

/// Stores what a refused request was told: an audit entry and, when it is repeatable and the
/// verdict definitive, the answer itself (which is committed before this returns).
boost::asio::awaitable<void> keepRefusal(Visit* visit, Kind kind, const net::Response* answer);

}  // namespace waymark::doors
