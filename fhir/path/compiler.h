// Turns an analysed syntax tree into a plan: chains of names become one instruction, with what is
// asked of them; filters by a literal text become one; types that are certain fall away.
#pragma once

#include <string_view>

#include "fhir/path/analyser.h"
#include "fhir/path/plan.h"
#include "fhir/path/syntax.h"

namespace waymark::path {

/// The analysis must have no faults. Adds faults of its own: regular expressions that RE2 cannot
/// run. The plan views what the syntax and the analysis view: the text and the arena of both.
Plan compilePlan(const Syntax& syntax, Analysis& analysis, const model::Model& model,
                 std::string_view text);

}  // namespace waymark::path
