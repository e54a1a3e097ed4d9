// Small messages for tests, read into an arena. Synthetic people only.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>

#include "fhir/tree/arena.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"

namespace waymark::referral::tests {

/// Keeps what it reads.
class Reading {
public:
    explicit Reading(const model::Model& model = model::Model::r4()) : model_(model) {}

    const tree::Document& read(std::string text) {
        bodies_.push_back(std::move(text));
        Result<tree::Document> document = tree::readJson(bodies_.back(), model_, arena_);
        if (!document) {
            ADD_FAILURE() << document.error().text();
            throw std::runtime_error("the sample cannot be read");
        }
        return documents_.emplace_back(*document);
    }
    tree::Arena& arena() { return arena_; }

private:
    const model::Model& model_;
    tree::Arena arena_;
    std::deque<std::string> bodies_;
    std::deque<tree::Document> documents_;
};

inline std::string written(tree::Element element, const model::Model& model = model::Model::r4()) {
    std::string out;
    tree::writeJson(element, model, out);
    return out;
}

/// `text` with every `from` made `to`.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
    std::size_t at = text.find(from);
    if (at == std::string::npos) ADD_FAILURE() << "the sample has no " << from;
    while (at != std::string::npos) {
        text.replace(at, from.size(), to);
        at = text.find(from, at + to.size());
    }
    return text;
}

/// POST ServiceRequest, the Patient contained.
inline constexpr std::string_view kServiceRequest = R"({
  "resourceType": "ServiceRequest",
  "meta": {"profile": ["https://example.org/profile"], "versionId": "77"},
  "contained": [
    {"resourceType": "Patient", "id": "p1",
     "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
     "name": [{"family": "Test", "given": ["Ada"]}], "birthDate": "1950-04-01",
     "address": [{"postalCode": "LS10 4YU"}],
     "managingOrganization": {"reference": "#org"}},
    {"resourceType": "Organization", "id": "org", "name": "The Surgery",
     "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "A11111"}]}
  ],
  "identifier": [{"system": "https://example.org/referral", "value": "R-1"}],
  "status": "active", "intent": "order",
  "code": {"coding": [{"system": "http://snomed.info/sct", "code": "871731000000106"}]},
  "subject": {"reference": "#p1"},
  "authoredOn": "2026-11-19T10:00:00+00:00",
  "requester": {"reference": "#org"},
  "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "422650009"}]}]
})";

/// A transaction: entries by urn:uuid, by id, and one that points outside.
inline constexpr std::string_view kTransaction = R"({
  "resourceType": "Bundle", "type": "transaction",
  "entry": [
    {"fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111",
     "resource": {"resourceType": "Patient",
       "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}],
       "name": [{"family": "Test", "given": ["Grace"]}],
       "generalPractitioner": [{"reference": "Organization/o1"}]},
     "request": {"method": "POST", "url": "Patient"}},
    {"fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222",
     "resource": {"resourceType": "ServiceRequest", "id": "sender-id",
       "identifier": [{"value": "no-system"}, {"system": "https://example.org/referral", "value": "R-2"}],
       "status": "active", "intent": "order",
       "subject": {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111", "display": "G"},
       "requester": {"reference": "urn:uuid:33333333-3333-4333-8333-333333333333"},
       "encounter": {"reference": "Encounter/elsewhere"},
       "supportingInfo": [{"reference": "urn:uuid:44444444-4444-4444-8444-444444444444"}],
       "authoredOn": "2026-11-18"},
     "request": {"method": "POST", "url": "ServiceRequest"}},
    {"fullUrl": "urn:uuid:33333333-3333-4333-8333-333333333333",
     "resource": {"resourceType": "PractitionerRole",
       "organization": {"reference": "https://sender.example/fhir/Organization/o1/_history/4"},
       "practitioner": {"reference": "urn:uuid:55555555-5555-4555-8555-555555555555"}},
     "request": {"method": "POST", "url": "PractitionerRole"}},
    {"fullUrl": "https://sender.example/fhir/Organization/o1",
     "resource": {"resourceType": "Organization", "name": "Trust",
       "identifier": [{"system": "http://fhir.nhs.uk/id/ODS-organization-code", "value": "b22222"}]},
     "request": {"method": "POST", "url": "Organization"}},
    {"fullUrl": "urn:uuid:44444444-4444-4444-8444-444444444444",
     "resource": {"resourceType": "DocumentReference", "status": "current",
       "content": [{"attachment": {"url": "urn:uuid:66666666-6666-4666-8666-666666666666"}}]},
     "request": {"method": "POST", "url": "DocumentReference"}},
    {"fullUrl": "urn:uuid:66666666-6666-4666-8666-666666666666",
     "resource": {"resourceType": "Binary", "contentType": "text/plain", "data": "aGVsbG8="},
     "request": {"method": "POST", "url": "Binary"}}
  ]
})";

}  // namespace waymark::referral::tests
