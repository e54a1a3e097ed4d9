// Tree to XML (FHIR R4 section 2.6.1): elements in the order of their definition, as the format
// demands; narratives as XHTML.
#pragma once

#include <string>

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/tree/element.h"
#include "fhir/tree/json_writer.h"

namespace waymark::tree {

/// Appends to `out`. The root is a Resource or a logical model. Fails with Kind::NotAcceptable, and
/// appends nothing, where the tree holds what XML cannot carry: a control character, a narrative
/// that is not well-formed XHTML, open JSON.
[[nodiscard]] Result<void> writeXml(Element root, const model::Model& model, std::string& out,
                                    Layout layout = Layout::Compact);

}  // namespace waymark::tree
