// Read, decide, commit; and again when the referral has moved on meanwhile. The way in which every
// result of delivery gets into the journal.
#pragma once

#include <functional>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/delivery/ports.h"

namespace waymark::delivery {

/// From a referral as it is now to what should be committed; nullopt: nothing. Runs on the pool,
/// any number of times, so it changes nothing.
using Decide =
    std::function<Result<std::optional<store::Commit>>(const referral::Dossier& dossier)>;

/// Fails with what `decide` fails with, with NotFound when the referral is not there, and with the
/// store's failure. Conflicts are not failures: it is decided again.
boost::asio::awaitable<Result<void>> decideAndCommit(const Ports* ports, referral::ReferralId id,
                                                     Decide decide);

/// The commit, durable when this resumes.
boost::asio::awaitable<Result<store::Committed>> commit(const Ports* ports, store::Commit work);

}  // namespace waymark::delivery
