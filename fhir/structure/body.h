// A body from bytes to findings: what reading finds wrong and what the validator finds in the rest,
// in one list by place. For tools ($validate, the command line); doors that take messages in refuse
// what cannot be read before anything is validated.
#pragma once

#include <string_view>
#include <vector>

#include "fhir/structure/validator.h"

namespace waymark::structure {

/// XML when the body begins with `<`, else JSON. Any bytes give findings, at least one of severity
/// Error or Fatal when nothing could be read.
[[nodiscard]] std::vector<Issue> validateBody(std::string_view body, const Validator& validator,
                                              tree::Arena& arena, const Options& options = {},
                                              tree::ReadOptions read = {});

}  // namespace waymark::structure
