// What a Terminology is made of; private to the room.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/terminology.h"
#include "fhir/tree/arena.h"

namespace waymark::terminology {

struct Concept {
    std::string_view code;
    std::string_view display;
    std::uint32_t parent = 0;  ///< index plus 1; 0 for a root
};

struct CodeSystem {
    std::vector<Concept> concepts;
    std::unordered_map<std::string_view, std::uint32_t> byCode;
    bool complete = true;  ///< content `complete`; else a code that is not here may exist

    [[nodiscard]] const Concept* find(std::string_view code) const {
        const auto found = byCode.find(code);
        return found == byCode.end() ? nullptr : &concepts[found->second];
    }
    /// Whether `code` is `ancestor` or stands below it.
    [[nodiscard]] bool isA(std::string_view code, std::string_view ancestor) const;
};

/// compose.include or compose.exclude: all conditions hold together.
struct Clause {
    struct Filter {
        std::string_view property;
        std::string_view op;
        std::string_view value;
    };
    std::string_view system;
    std::vector<std::string_view> codes;  ///< sorted; empty: the whole system
    std::vector<Filter> filters;
    std::vector<std::string_view> valueSets;
};

struct ValueSet {
    std::vector<Clause> include;
    std::vector<Clause> exclude;
    /// An expansion, when there is no compose: (system, code), sorted.
    std::vector<std::pair<std::string_view, std::string_view>> expansion;
    bool expanded = false;
};

struct Terminology::Tables {
    tree::Arena texts{16 * 1024};
    std::unordered_map<std::string_view, CodeSystem> codeSystems;
    std::unordered_map<std::string_view, ValueSet> valueSets;
    std::unordered_map<std::string_view, ConceptTable> conceptMaps;
};

}  // namespace waymark::terminology
