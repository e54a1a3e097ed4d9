// Tree to XML (FHIR R4 section 2.6.1): elements in the order of their definition, as the format
// demands; narratives as XHTML.
#pragma once

#include <string>

#include "fhir/model/model.h"
#include "fhir/tree/element.h"
#include "fhir/tree/json_writer.h"

namespace waymark::tree {

/// Appends to `out`. The root is a Resource.
void writeXml(Element root, const model::Model& model, std::string& out,
              Layout layout = Layout::Compact);

}  // namespace waymark::tree
