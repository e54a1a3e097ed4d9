// FHIRPath's answers as `waymark fhirpath` prints them.
#pragma once

#include <string>

#include "fhir/path/case_runner.h"
#include "fhir/path/expression.h"

namespace waymark::cli {

/// The type, a tab, the value: a primitive's text, anything else as compact JSON. Line breaks, tabs
/// and other control characters are FHIRPath's escapes ("\n"), so that a result stays one line.
[[nodiscard]] std::string resultLine(const path::Value& item);
/// Each result with a line break.
[[nodiscard]] std::string resultLines(const path::Collection& items);
/// [{"type", "value"}]; without "value" for a primitive that has only extensions.
[[nodiscard]] std::string resultsAsJson(const path::Collection& items);

/// What it was compiled for, what it gives, and the plan.
[[nodiscard]] std::string planText(const path::Expression& expression, const path::Scope& scope);

/// Each failure with what was expected and what came, and last "N passed, N failed".
[[nodiscard]] std::string reportText(const path::CaseReport& report);
/// {"passed", "failed", "failures": [{"name", "expression", "expected", "got"}]}
[[nodiscard]] std::string reportAsJson(const path::CaseReport& report);

}  // namespace waymark::cli
