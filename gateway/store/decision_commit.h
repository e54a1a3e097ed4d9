// A lifecycle decision as the commit that carries it out: events at the dossier's version, a
// delivery for every assignment that began, ended by others or is to be reminded, and the one
// clock.
#pragma once

#include "fhir/core/world.h"
#include "gateway/referral/lifecycle.h"
#include "gateway/store/store.h"

namespace waymark::store {

/// `lane` by who decides. Further parts (changes, verdicts, audit) are the caller's to add.
[[nodiscard]] Commit commitOf(const referral::Dossier& dossier, referral::Decision decision,
                              Lane lane, Instant now, Random& random);

}  // namespace waymark::store
