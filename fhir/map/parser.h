// Reads FML: both header styles, everything of the R4 and the current grammar, and what public maps
// do beside it (conditions without parentheses, double-quoted strings in FHIRPath, clauses in any
// order). A fault does not end the reading: the parser goes on behind the rule's `;`.
#pragma once

#include <string_view>

#include "fhir/map/ast.h"
#include "fhir/map/diagnostics.h"

namespace waymark::map {

/// Always gives a map; it is good only if `diagnostics` has no new errors.
ast::Map parse(std::string_view text, std::string_view file, Diagnostics& diagnostics);

/// Whether a text is FML's other form, a StructureMap as JSON.
bool looksLikeJson(std::string_view text);
/// The same as XML. No FML begins with `<`.
bool looksLikeXml(std::string_view text);

}  // namespace waymark::map
