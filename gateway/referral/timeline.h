// A referral's life in the order in which it happened, for operators and for the demo.
#pragma once

#include <string>

#include "gateway/referral/dossier.h"

namespace waymark::referral {

/// {"id", "status", "events": [{"at", "actor", "event", "status", "reason", "detail"}]}: actor is
/// practice, provider or gateway; status and reason are null where the event has none; detail is an
/// object with who ("practice" or "provider", "assignment"), "businessStatus" and what people
/// wrote.
[[nodiscard]] std::string timeline(const Dossier& dossier);

}  // namespace waymark::referral
