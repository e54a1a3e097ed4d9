// The practice's own word on its referral, whatever door it comes through: decided by the
// lifecycle, committed with the deliveries that tell every provider, and only then answered.
#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/doors/visit.h"
#include "gateway/store/store.h"

namespace waymark::doors {

struct Withdrawn {
    referral::Dossier dossier;  ///< as it is now
    bool changed = false;       ///< false: it was so already
};

/// Decides again when the referral moves in between. `verdicts` make the request repeatable; the
/// store's conflict when one of them is known already. NotFound when the visitor sees no such
/// referral; else what Lifecycle::withdraw refuses. `ifVersion` not 0: PreconditionFailed when the
/// shown version is another.
boost::asio::awaitable<Result<Withdrawn>> withdraw(Visit* visit, referral::ReferralId id,
                                                   referral::Withdrawal wanted,
                                                   std::uint32_t ifVersion,
                                                   std::vector<store::Verdict> verdicts);

/// The visitor has been shown this version of the referral. Nothing is waited for: when the note is
/// lost, the next reading makes it again.
void noteTold(Visit* visit, const referral::Dossier& dossier, std::uint32_t version);

}  // namespace waymark::doors
