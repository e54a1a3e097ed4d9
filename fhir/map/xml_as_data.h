// XML of a model that is not loaded (a CDA document that a conformance case expects), as JSON:
// elements and attributes are members alike, because only the model says which is which; an
// element's text is its member `data`. For comparisons. Private to the room.
#pragma once

#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::map {

/// The root's content as a JSON object. Namespaces and xsi:type say nothing here and are left out.
/// Fails with Kind::Incorrect when the text is no well-formed XML, or nests deeper than 64.
Result<std::string> xmlAsData(std::string_view xml);

}  // namespace waymark::map
