// How the FHIR doors answer: resources, OperationOutcomes, and the headers that go with them.
#pragma once

#include <string>

#include "fhir/core/result.h"
#include "fhir/outcome/outcome.h"
#include "fhir/tree/element.h"
#include "gateway/doors/fhir/negotiate.h"
#include "gateway/doors/visit.h"

namespace waymark::doors::fhir {

/// A resource in the format that the request accepts.
[[nodiscard]] net::Response resourceAnswer(unsigned status, tree::Element resource,
                                           const model::Model& model, Format format);

/// An OperationOutcome with the failure's status and Retry-After.
[[nodiscard]] net::Response failureAnswer(const Failure& failure, Format format,
                                          outcome::Dialect dialect);

/// ETag W/"n" and Last-Modified from the resource's meta (RFC 9110; FHIR R4 section 3.1.0.5).
void setVersionHeaders(net::Response& response, tree::Element resource, const model::Model& model);

/// "[base]/ServiceRequest/{id}/_history/{version}".
[[nodiscard]] std::string locationOf(const Visit& visit, tree::Element resource,
                                     const model::Model& model);

/// "Fri, 20 Nov 2026 18:50:08 GMT" from a FHIR instant; empty when it is none.
[[nodiscard]] std::string httpDate(std::string_view instant);

}  // namespace waymark::doors::fhir
