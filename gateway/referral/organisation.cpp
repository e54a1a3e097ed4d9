#include "gateway/referral/organisation.h"

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/nhs/ods_code.h"
#include "gateway/referral/naming_system.h"

namespace waymark::referral {
namespace {

namespace name = model::name;
namespace type = model::type;

/// The organisation that a Reference means, by what it resolves to or by its own identifier.
std::string organisationAt(tree::Element reference, const Message& message) {
    if (!reference) return {};
    const tree::Element resource = message.resolve(reference);
    if (resource && resource.type() == type::Organization) {
        std::string code = odsCodeOf(resource);
        if (!code.empty()) return code;
    }
    return odsCodeOf(reference);
}

/// By the first role in the message whose practitioner this is and whose organisation has a code.
std::string organisationOfPractitioner(tree::Element practitioner, const Message& message) {
    for (const Message::Entry& entry : message.entries()) {
        if (entry.resource.type() != type::PractitionerRole) continue;
        if (message.resolve(entry.resource.child(name::practitioner)) != practitioner) continue;
        std::string code = organisationAt(entry.resource.child(name::organization), message);
        if (!code.empty()) return code;
    }
    return {};
}

std::string organisationOfRequester(const Message& message) {
    const Message::Entry* const request = message.serviceRequest();
    if (request == nullptr) return {};
    const tree::Element requester = request->resource.child(name::requester);
    std::string direct = organisationAt(requester, message);
    if (!direct.empty() || !requester) return direct;
    const tree::Element resource = message.resolve(requester);
    if (!resource) return {};
    if (resource.type() == type::PractitionerRole) {
        return organisationAt(resource.child(name::organization), message);
    }
    if (resource.type() == type::Practitioner) {
        return organisationOfPractitioner(resource, message);
    }
    return {};
}

bool mayActFor(const Claim& claim, const std::string& organisation) {
    return claim.anyOrganisation || std::find(claim.actsFor.begin(), claim.actsFor.end(),
                                              organisation) != claim.actsFor.end();
}

std::unexpected<Failure> notItsOwn(std::string_view where) {
    return fail(Kind::Forbidden, IssueType::Forbidden,
                "This client does not act for the organisation that the message comes from. Send "
                "with the credentials of that organisation, or name one that this client acts for.",
                std::string(where));
}

std::string_view whereNamed(Origin origin) {
    return origin == Origin::BarsMessage ? "MessageHeader.sender" : "ServiceRequest.requester";
}

}  // namespace

std::string odsCodeOf(tree::Element identifierHolder) {
    tree::Element identifier = identifierHolder.child(name::identifier);
    for (; identifier; identifier = identifier.nextSame()) {
        if (!isNamingSystem(textOf(identifier, name::system), kOdsSystem)) continue;
        const Result<nhs::OdsCode> code = nhs::OdsCode::parse(textOf(identifier, name::value));
        if (code) return code->text();
    }
    return {};
}

std::string organisationNamedBy(const Message& message, Origin origin) {
    if (origin == Origin::BarsMessage) {
        const Message::Entry* const header = message.first(type::MessageHeader);
        if (header != nullptr) {
            std::string sender = organisationAt(header->resource.child(name::sender), message);
            if (!sender.empty()) return sender;
        }
    }
    return organisationOfRequester(message);
}

Result<std::string> ownerOf(const Claim& claim, const Message& message, Origin origin) {
    std::string claimed;
    if (!claim.organisation.empty()) {
        const Result<nhs::OdsCode> code = nhs::OdsCode::parse(claim.organisation);
        if (!code) return std::unexpected(code.error());
        claimed = code->text();
    }
    if (!claimed.empty() && !mayActFor(claim, claimed)) return notItsOwn({});
    const std::string named = organisationNamedBy(message, origin);
    if (!named.empty() && !mayActFor(claim, named)) return notItsOwn(whereNamed(origin));
    if (!claimed.empty()) return claimed;
    if (!named.empty()) return named;
    if (!claim.anyOrganisation && claim.actsFor.size() == 1) return claim.actsFor.front();
    return fail(Kind::Unprocessable, IssueType::Required,
                "It is not clear which organisation sends this referral. Name it by its ODS code: "
                "an Organization with an identifier of system "
                "https://fhir.nhs.uk/Id/ods-organization-code as the sender or requester.",
                std::string(whereNamed(origin)));
}

}  // namespace waymark::referral
