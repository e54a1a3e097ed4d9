// What a map's examples show of it: source elements that nothing is made of, target elements that
// are never filled, codes of its ConceptMaps that no example has. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/json/value.h"
#include "mappings/example.h"
#include "mappings/workshop.h"

namespace waymark::mappings {

struct Coverage {
    std::string map;  ///< the url
    std::size_t examples = 0;
    std::size_t sourceElements = 0;    ///< different elements in the examples' inputs
    std::vector<std::string> dropped;  ///< of these: no example's output changes without them
    std::size_t targetElements = 0;    ///< of the target's own structure
    std::vector<std::string> unfilled;
    std::size_t codes = 0;
    std::vector<std::string> unmet;  ///< "ConceptMap code"
};

/// Runs the map on its examples, and on each again without one value of the first input at a time.
/// Fails when an example cannot be read or is refused as it stands.
Result<Coverage> coverageOf(const Workshop& workshop, std::string_view url,
                            std::span<const Example> examples);

/// One place where two JSON values differ.
struct Difference {
    std::string path;    ///< "person.name[0].family"
    std::string before;  ///< JSON; empty: not there
    std::string after;
};

/// Every place where they differ; members in any order.
std::vector<Difference> differences(const json::Value& before, const json::Value& after);

}  // namespace waymark::mappings
