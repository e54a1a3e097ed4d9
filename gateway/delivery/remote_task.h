// A provider's own Task (FHIR R4), as we find it when we look, turned into reports to the
// lifecycle. Read leniently: it is another system's, and an element that we do not know must not
// hide a status that we do. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/referral/lifecycle.h"
#include "gateway/referral/status.h"

namespace waymark::delivery {

/// What the Task says. `assignment` and `provider` are the caller's to fill in. draft, received and
/// ready mean that nobody has answered; entered-in-error is a withdrawal by the provider. Codes are
/// taken from our own code systems; others become text. Fails with Incorrect when it is no Task or
/// its status none of FHIR's.
[[nodiscard]] Result<referral::StatusReport> readRemoteTask(std::string_view body, Instant now);

/// The reports that lead from what is known to what the Task says, in order. Looking now and then
/// misses states in between: work that goes on was accepted before, and what was accepted can no
/// longer be rejected, only cancelled. Empty when there is no way: what is final stays, and nothing
/// goes back.
[[nodiscard]] std::vector<referral::StatusReport> reportsFor(referral::Status known,
                                                             const referral::StatusReport& found);

/// The same report with its codes as text, for codes that may not stand in that status.
[[nodiscard]] referral::StatusReport withoutCodes(referral::StatusReport report);

}  // namespace waymark::delivery
