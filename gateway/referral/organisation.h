// Which organisation a message comes from, by the ODS codes that it names, and which one will own
// the referral. Pure. The doors may use it to audit and to limit before they accept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/referral/dossier.h"
#include "gateway/referral/message.h"

namespace waymark::referral {

/// The ODS code in an Organization's identifiers, upper case; empty when it has none. The system's
/// scheme and the case of its path are compared calmly: senders differ in both.
[[nodiscard]] std::string odsCodeOf(tree::Element identifierHolder);

/// The sender of a BaRS message, else the organisation of ServiceRequest.requester: itself, that
/// of its PractitionerRole, or of the role of its Practitioner; upper case. Empty when the message
/// names none by ODS code.
[[nodiscard]] std::string organisationNamedBy(const Message& message, Origin origin);

/// Who asks, as the door knows it.
struct Claim {
    std::string organisation{};  ///< said in a header, or the client's only one; may be empty
    std::vector<std::string> actsFor{};  ///< upper case
    bool anyOrganisation = false;
};

/// The owner. Forbidden when the client may not act for it (the same sentence whether we know the
/// organisation or not); Unprocessable when none is named at all, or the claim is no ODS code.
[[nodiscard]] Result<std::string> ownerOf(const Claim& claim, const Message& message,
                                          Origin origin);

}  // namespace waymark::referral
