// StructureDefinitions to types: a logical model becomes a TypeSpec that Model::extend appends.
#pragma once

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/tree/element.h"

namespace waymark::package {

/// From a StructureDefinition with kind logical (its snapshot, else its differential). Fails with
/// one issue per fault: not a StructureDefinition, no elements, a path outside the type, max 0.
Result<model::TypeSpec> logicalModel(tree::Element definition, const model::Model& model);

}  // namespace waymark::package
