// Failures for people: on standard error, one line an issue, "file:line:col: error: text".
#pragma once

#include <string>

#include "fhir/core/result.h"

namespace waymark::cli {

[[nodiscard]] std::string describe(const Issue& issue);
void printFailure(const Failure& failure);

}  // namespace waymark::cli
