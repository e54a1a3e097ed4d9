// Twenty expressions as rules, searches and maps ask them of a referral message: what is measured
// (tests/bench/fhirpath.cpp) is also what is counted (no allocation).
#pragma once

namespace waymark::tests {

inline constexpr const char* kReferralExpressions[] = {
    "Bundle.type = 'message'",
    "Bundle.entry.resource.ofType(MessageHeader).event.code",
    "Bundle.entry.resource.ofType(ServiceRequest).status",
    "Bundle.entry.resource.ofType(ServiceRequest).identifier.value.first()",
    "Bundle.entry.resource.ofType(ServiceRequest).priority = 'routine'",
    "Bundle.entry.resource.ofType(ServiceRequest).reasonCode.coding.where(system = "
    "'http://snomed.info/sct').code",
    "Bundle.entry.resource.ofType(ServiceRequest).code.coding.exists(code = '871731000000106')",
    "Bundle.entry.resource.ofType(ServiceRequest).note.text.first()",
    "Bundle.entry.resource.ofType(ServiceRequest).authoredOn > @2020-01-01T00:00:00Z",
    "Bundle.entry.resource.ofType(ServiceRequest).category.coding.code contains 'referral'",
    "Bundle.entry.resource.ofType(ServiceRequest).subject.resolve().ofType(Patient).gender",
    "Bundle.entry.resource.ofType(ServiceRequest).requester.resolve().exists()",
    "Bundle.entry.resource.ofType(Patient).identifier.where(system = "
    "'https://fhir.nhs.uk/Id/nhs-number').value",
    "Bundle.entry.resource.ofType(Patient).name.where(use = 'official').family",
    "Bundle.entry.resource.ofType(Patient).name.given.first() & ' ' & "
    "Bundle.entry.resource.ofType(Patient).name.family.first()",
    "Bundle.entry.resource.ofType(Patient).address.postalCode.first().startsWith('LS')",
    "Bundle.entry.resource.ofType(Patient).telecom.where(system = 'phone').value.exists()",
    "Bundle.entry.resource.ofType(Patient).birthDate <= today() - 18 years",
    "Bundle.entry.resource.ofType(Patient).extension("
    "'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory').value.coding"
    ".code",
    "Bundle.entry.resource.ofType(Consent).exists(status = 'active')",
};

}  // namespace waymark::tests
