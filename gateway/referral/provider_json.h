// What a provider is sent and shown, as JSON: its mapped record in the envelope of the webhook, or
// with status and version in the provider API. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/referral/presentation.h"

namespace waymark::referral {

struct ProviderMapped {
    const config::Provider* provider = nullptr;
    const Dossier* dossier = nullptr;
    const Assignment* assignment = nullptr;
    tree::Element mapped{};
    std::string reference{};  ///< the practice's own identifier of the referral, or empty
    std::vector<std::string> withheld{};  ///< parts that its agreement does not cover
};

/// Runs the provider's format on what may be shared with it. NotFound for an assignment that is not
/// the dossier's; Forbidden when nothing may be shared; Fault when configuration no longer has the
/// provider, or its map fails.
[[nodiscard]] Result<ProviderMapped> mapForProvider(Presentation& presentation,
                                                    const config::Config& config,
                                                    const AssignmentId& assignment, Random& random);

/// The mapped resource itself.
[[nodiscard]] std::string resourceJson(const ProviderMapped& mapped, const model::Model& model);
/// A JSON Patch (RFC 6902) that ends the Task at a FHIR provider as the assignment has ended.
[[nodiscard]] std::string endPatch(const ProviderMapped& mapped);
/// {"type", "timestamp", "data": {"id", "assignment", "reference", ...}}; of what is not new also
/// "status" and "reason".
[[nodiscard]] std::string webhookJson(const ProviderMapped& mapped, const model::Model& model,
                                      std::string_view type, Instant now);
/// The webhook's `data` with "status" and "version". A provider whose format is a FHIR resource
/// finds it as "resource".
[[nodiscard]] std::string viewJson(const ProviderMapped& mapped, const model::Model& model);

}  // namespace waymark::referral
