// Who may be asked about a person: the providers of a route, less those that need a consent that
// was not given and those that do not serve where the person lives. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/model/model.h"
#include "fhir/tree/element.h"

namespace waymark::referral {

/// What decides about providers, read from a link-worker referral.
struct Facts {
    bool explicitConsent = false;
    bool objected = false;  ///< the person objects to sharing
    /// Outward codes ("LS10") of all addresses; a pseudo postcode (ZZ99) or one that cannot be read
    /// says nothing about where the person lives.
    std::vector<std::string> districts{};
};
/// `model` is the set's, `record` a LinkWorkerReferral.
[[nodiscard]] Facts factsOf(tree::Element record, const model::Model& model);

/// Implied consent never reaches a provider that needs explicit consent. A provider that names
/// postcodes (districts "LS10" or areas "LS") is skipped for who is known to live elsewhere.
[[nodiscard]] bool mayBeAsked(const config::Provider& provider, const Facts& facts);

/// The route's providers that may be asked, in the order in which they are.
[[nodiscard]] std::vector<const config::Provider*> candidatesOf(const config::Config& config,
                                                                const config::Route& route,
                                                                const Facts& facts);

/// The route of a referral; when configuration no longer has it, the last one (the catch-all).
[[nodiscard]] const config::Route& routeNamed(const config::Config& config, std::string_view name);

}  // namespace waymark::referral
