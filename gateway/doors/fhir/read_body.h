// A request's body as a tree: by its Content-Type, within the configured limits.
#pragma once

#include <optional>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/tree/json_reader.h"
#include "gateway/doors/visit.h"

namespace waymark::doors::fhir {

/// Reads the visit's body into its arena. Fails as the readers do, with MediaType for what is not
/// FHIR or, with `apiMajor`, another version of the interface, and with Incorrect for a body that
/// is empty. With `faults`, those of structure go there as long as something could be read.
Result<tree::Document> readBody(Visit* visit, std::optional<int> apiMajor = std::nullopt,
                                std::vector<Issue>* faults = nullptr);

}  // namespace waymark::doors::fhir
