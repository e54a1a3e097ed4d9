// Reads again what was accepted and stored. The limits of the doors do not apply: it was within
// them when it came, and lowering them later must not hide a referral.
#pragma once

#include "fhir/core/result.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/json_reader.h"
#include "gateway/referral/dossier.h"
#include "mappings/set.h"

namespace waymark::referral {

/// The message. The document's texts point into `dossier.body`. Fault when it cannot be read.
[[nodiscard]] Result<tree::Document> readStoredMessage(const Dossier& dossier,
                                                       const mappings::Set& set,
                                                       tree::Arena& arena);
/// The link-worker referral as mapped in; a Document without root when it was set aside. Texts
/// point into `dossier.record`. Fault when it cannot be read.
[[nodiscard]] Result<tree::Document> readStoredRecord(const Dossier& dossier,
                                                      const mappings::Set& set, tree::Arena& arena);

}  // namespace waymark::referral
