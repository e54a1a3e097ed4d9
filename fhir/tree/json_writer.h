// Tree to JSON (FHIR R4 section 2.6.2). Writing what was read gives back the same JSON but for
// layout: order of members, decimals to the digit, companions, extensions.
#pragma once

#include <string>

#include "fhir/model/model.h"
#include "fhir/tree/element.h"

namespace waymark::tree {

enum class Layout { Compact, Indented };

/// Appends to `out`. A Resource begins with its resourceType; other roots have none.
void writeJson(Element root, const model::Model& model, std::string& out,
               Layout layout = Layout::Compact);

}  // namespace waymark::tree
