// References (FHIR R4 section 2.3.0): the type that they point to, and whether a Bundle holds what
// they must find in it. Private to the room.
#pragma once

#include <span>
#include <string_view>

#include "fhir/structure/run.h"

namespace waymark::structure {

/// The type of what it leads to: found, named by the URL, or by Reference.type; kNoType when
/// nothing says.
[[nodiscard]] model::TypeId targetTypeOf(tree::Element reference, Run& run);
/// The element is a Reference that may lead to these types only.
void checkTarget(tree::Element reference, std::span<const model::TypeId> targets, Run& run);

}  // namespace waymark::structure
