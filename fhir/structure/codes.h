// Bindings: whether the codes of an element are in the value set that it is bound to (FHIR R4
// section 4.1.5). Private to the room.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "fhir/model/facts.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

struct Bound {
    model::Strength strength = model::Strength::Required;
    std::string_view valueSet;
    std::string_view maximum;
};

/// Whether (system, code) is in a value set; none when that is not known.
using Membership = std::optional<bool>;

namespace detail {
/// What the codings of an element say together.
struct Answer {
    bool any = false;      ///< a code stands there
    bool inside = false;   ///< one is in the value set
    bool unknown = false;  ///< of one nothing can be said
};
void reportBinding(tree::Element element, const Bound& bound, const Answer& answer, Run& run);
void reportMaximum(tree::Element element, const Bound& bound, Run& run);

template <class Contains>
Answer answerOf(tree::Element element, const Contains& contains, Run& run);
}  // namespace detail

/// `contains(system, code)` gives a Membership; so does `maximum` for what no code may leave.
template <class Contains, class Maximum>
void checkBinding(tree::Element element, const Bound& bound, const Contains& contains,
                  const Maximum& maximum, Run& run) {
    const detail::Answer answer = detail::answerOf(element, contains, run);
    if (!answer.inside && !answer.unknown) detail::reportBinding(element, bound, answer, run);
    if (bound.maximum.empty()) return;
    const detail::Answer most = detail::answerOf(element, maximum, run);
    if (most.any && !most.inside && !most.unknown) detail::reportMaximum(element, bound, run);
}

namespace detail {

/// Calls `take(system, code)` for every code of a code, Coding, CodeableConcept or Quantity.
void forEachCode(tree::Element element, const model::Model& model,
                 const std::function<void(std::string_view, std::string_view)>& take);

template <class Contains>
Answer answerOf(tree::Element element, const Contains& contains, Run& run) {
    Answer answer;
    forEachCode(element, run.model(), [&](std::string_view system, std::string_view code) {
        answer.any = true;
        const Membership found = contains(system, code);
        if (!found) answer.unknown = true;
        if (found && *found) answer.inside = true;
    });
    return answer;
}

}  // namespace detail
}  // namespace waymark::structure
