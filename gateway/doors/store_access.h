// The store as a request awaits it: writes resume on the connection's strand after the fsync, reads
// run on the pool for blocking work.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/doors/visit.h"
#include "gateway/store/store.h"

namespace waymark::doors {

boost::asio::awaitable<Result<store::Committed>> commit(Visit* visit, store::Commit work);

/// What the visitor may see: nullopt for another's as for none, by one read.
boost::asio::awaitable<Result<std::optional<referral::Dossier>>> referralById(
    Visit* visit, referral::ReferralId id);
/// Those of the ids that the visitor may see, in their order; one that vanished is left out.
boost::asio::awaitable<Result<std::vector<referral::Dossier>>> referralsById(
    Visit* visit, std::vector<referral::ReferralId> ids);
/// The referral of an assignment: for a provider its own only, for a practice what it may see.
boost::asio::awaitable<Result<std::optional<referral::Dossier>>> referralByAssignment(
    Visit* visit, referral::AssignmentId id);
boost::asio::awaitable<Result<std::optional<store::Verdict>>> verdict(Visit* visit,
                                                                      std::string key);
boost::asio::awaitable<Result<store::SearchPage>> search(Visit* visit, store::SearchQuery query);
boost::asio::awaitable<Result<store::AssignmentPage>> assignments(Visit* visit,
                                                                  store::AssignmentQuery query);

}  // namespace waymark::doors
