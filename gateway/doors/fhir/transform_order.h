// What a caller of StructureMap/$transform asks for, read from its Parameters in either spelling:
// R5's (content, sourceMap, supportingMap, srcMap) and that of the public tools (resource, map,
// model).
#pragma once

#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/json/value.h"
#include "fhir/map/map_set.h"
#include "gateway/net/http.h"

namespace waymark::doors::fhir {

struct TransformOrder {
    std::string source;                 ///< canonical of the map; empty: the first that came along
    std::vector<map::Source> maps;      ///< FML or StructureMap texts that came along
    std::vector<std::string> models;    ///< StructureDefinitions and ConceptMaps as JSON
    std::vector<std::string> contents;  ///< what is transformed: JSON of each of the map's inputs
    bool debug = false;
};

/// Incorrect when the body is no Parameters, or nothing is to be transformed, or by nothing.
[[nodiscard]] Result<TransformOrder> readTransformOrder(const net::Request& request,
                                                        const json::DocumentLimits& limits);

}  // namespace waymark::doors::fhir
