// What a BaRS message must be before it is taken in (BaRS Core 1.5.0: standard pattern, decision
// table of workflow variables, MessageDefinition; docs name the sections). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/tree/json_reader.h"
#include "gateway/referral/status.h"
#include "mappings/set.h"

namespace waymark::doors::bars {

/// A service: "https://fhir.nhs.uk/Id/dos-service-id|2000011147". Published messages differ in
/// http and https and in /id/ and /Id/, so services compare without these.
[[nodiscard]] bool sameService(std::string_view a, std::string_view b);

struct CheckedMessage {
    tree::Element header;          ///< MessageHeader
    tree::Element serviceRequest;  ///< what it focuses on
    /// Cancelled or EnteredInError: the message takes an earlier referral back; none: a new one.
    std::optional<referral::Status> ends;
    std::vector<Issue> warnings;  ///< e.g. a category without a use-case code
};

/// Accepts a new referral (event servicerequest-request, reason new, ServiceRequest active) and the
/// end of one (reason update or delete, ServiceRequest revoked or entered-in-error; the guide's
/// text, table and examples differ, so each pair is taken): the counts of resources as its
/// MessageDefinition says, a destination that we are. Fails with Incorrect (invariant, required,
/// value), Unprocessable (a version or definition that we do not know) or NotImplemented (updates
/// of the content).
Result<CheckedMessage> checkMessage(const tree::Document& document, const config::Bars& settings,
                                    const mappings::Set& set);

}  // namespace waymark::doors::bars
