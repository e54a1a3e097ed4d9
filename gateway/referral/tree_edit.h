// For trees that one call has made and that nobody else has seen yet: from the element that was
// found by reading back to the node that the Builder may change.
#pragma once

#include "fhir/tree/element.h"

namespace waymark::referral {

/// Never for what a reader or a map was given as its input.
[[nodiscard]] inline tree::Node* ours(tree::Element made) {
    return const_cast<tree::Node*>(made.node());
}

}  // namespace waymark::referral
