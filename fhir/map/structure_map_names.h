// Names that the reader and the writer of the StructureMap resource share. Private to the room.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "fhir/map/ast.h"

namespace waymark::map {

/// What reference implementations call both variables of a simple rule.
inline constexpr std::string_view kSimpleVariable = "vvv";
inline constexpr std::string_view kConstantExtension =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-StructureMap.const";
inline constexpr std::string_view kSourceExtension =
    "https://waymark.health/fhir/StructureDefinition/map-source-expression";

inline constexpr std::array<std::string_view, 6> kSourceLists = {"",     "first",    "not_first",
                                                                 "last", "not_last", "only_one"};
inline constexpr std::array<std::string_view, 6> kTargetLists = {"",     "first",  "share",
                                                                 "last", "single", "collate"};
inline constexpr std::array<std::string_view, 4> kModelModes = {"source", "queried", "target",
                                                                "produced"};
inline constexpr std::array<std::string_view, 3> kGroupModes = {"none", "types", "type-and-types"};

/// The enumerator whose name this is; the first one when there is none.
template <class Enum, std::size_t N>
Enum named(const std::array<std::string_view, N>& names, std::string_view name) {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == name) return static_cast<Enum>(i);
    return static_cast<Enum>(0);
}

}  // namespace waymark::map
