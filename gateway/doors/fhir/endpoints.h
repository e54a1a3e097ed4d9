// The FHIR endpoints for practices (FHIR R4 section 3.1): each adds its routes to a router.
#pragma once

#include "gateway/doors/router.h"

namespace waymark::doors::fhir {

/// The base of everything a practice sees.
inline constexpr std::string_view kBase = "/FHIR/R4";

void addCreate(Router& router);    ///< POST ServiceRequest, POST [base] (transaction)
void addRead(Router& router);      ///< GET {type}/{id}, GET {type}/{id}/_history/{version}
void addSearch(Router& router);    ///< GET and POST _search of ServiceRequest and Task
void addUpdate(Router& router);    ///< PUT and PATCH of ServiceRequest and Task: the practice's end
void addValidate(Router& router);  ///< POST $validate, POST {type}/$validate
void addTransform(Router& router);  ///< POST StructureMap/$transform, for those who may
void addMetadata(Router& router);   ///< GET metadata, no token needed

}  // namespace waymark::doors::fhir
