// Runs files of FHIRPath cases: {"tests": [{"name", "group", "input", "expression", "outputs":
// [[type, text]], "invalid": null | "syntax" | "semantic" | "execution", "predicate", "ordered",
// "checkOrderedFunctions"}]}, the official suite as JSON. Strict: types as given, decimals to the
// digit.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "fhir/model/model.h"
#include "fhir/path/expression.h"

namespace waymark::path {

struct CaseFailure {
    std::string name;
    std::string expression;
    std::string expected;
    std::string got;
};

struct CaseReport {
    std::size_t passed = 0;
    std::vector<CaseFailure> failures;
};

/// `inputs` holds the files that the cases name. Fails with Kind::Incorrect when the file of cases
/// or an input cannot be read. `now` is what now() and today() say.
Result<CaseReport> runCases(const std::filesystem::path& cases, const std::filesystem::path& inputs,
                            const model::Model& model, Instant now,
                            const Services* services = nullptr);

}  // namespace waymark::path
