// XML to tree in one pass (FHIR R4 section 2.6.1), with the same checks, limits and issues as
// readJson(): the same resource in either format gives the same tree. No DTD, no entities but XML's
// own five and character references; one namespace, and XHTML in narratives.
#pragma once

#include <string_view>

#include "fhir/tree/json_reader.h"

namespace waymark::tree {

/// As readJson(): fails with every structural issue found, each with expression, line and column.
/// Element::offset counts from the start of the XML body.
Result<Document> readXml(std::string_view body, const model::Model& model, Arena& arena,
                         const ReadOptions& options = {});

}  // namespace waymark::tree
