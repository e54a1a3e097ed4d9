// The words in which deliveries are asked for and shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/json/writer.h"
#include "gateway/net/http.h"
#include "gateway/referral/dossier.h"
#include "gateway/store/store.h"

namespace waymark::ops {

[[nodiscard]] std::string_view wordOf(store::DeliveryState state);
[[nodiscard]] std::string_view wordOf(store::DeliveryKind kind);

/// One filter by its name ("provider", "state", "referral", "from", "to", "after", "limit", "id").
/// Incorrect when the value is none, or the name is none of these.
[[nodiscard]] Result<void> readFilter(std::string_view name, std::string_view value,
                                      store::DeliveryQuery& query);

/// What happens next to a delivery, in one sentence for operators.
[[nodiscard]] std::string nextStep(const store::Delivery& delivery,
                                   const referral::Dossier& dossier);

/// {"id", "referral", "assignment", "provider", "kind", "state", "asked", "due", "deadline",
/// "attempts", "problem", "remote"} into an object that was begun; no payload.
void writeDelivery(json::Writer& writer, const store::Delivery& delivery);

}  // namespace waymark::ops
