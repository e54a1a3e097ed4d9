// Prints a map as FML in one layout: what `map fmt` writes. Parsing the output gives an equal map.
#pragma once

#include <string>

#include "fhir/map/ast.h"

namespace waymark::map {

std::string print(const ast::Map& map);

/// One rule in one line without its dependents, for messages and traces.
std::string printHead(const ast::Rule& rule);

}  // namespace waymark::map
