// The StructureMap resource as a map and back (FHIR R4 section 2.35; R5's spellings are read too).
// What FML can say and R4's resource cannot is kept in extensions: constants as the R5 element's
// cross-version extension, a source that is an expression as one of ours.
#pragma once

#include <string_view>

#include "fhir/core/result.h"
#include "fhir/map/ast.h"
#include "fhir/map/diagnostics.h"
#include "fhir/model/model.h"
#include "fhir/tree/builder.h"
#include "fhir/tree/element.h"

namespace waymark::map {

/// A StructureMap that was read as R4 or as open JSON. What cannot be a map is reported with the
/// element's FHIRPath.
ast::Map fromStructureMap(tree::Element resource, const model::Model& model, std::string_view file,
                          Diagnostics& diagnostics);

/// Reads JSON text, R4 or R5.
ast::Map parseStructureMap(std::string_view json, const model::Model& model, std::string_view file,
                           Diagnostics& diagnostics);

/// A map in whichever form the text has: FML, or a StructureMap as JSON (R4, R5) or XML (R4).
ast::Map readMap(std::string_view text, const model::Model& model, std::string_view file,
                 Diagnostics& diagnostics);

/// An R4 StructureMap in the builder's arena.
tree::Element toStructureMap(const ast::Map& map, tree::Builder& builder);

}  // namespace waymark::map
