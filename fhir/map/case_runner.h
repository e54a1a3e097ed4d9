// Runs conformance cases (a JSON file: {"cases": [{"id", "kind": "parse" | "transform", "map",
// "mapForm", "input", "expected" ...}]}): for the conformance test and for `waymark map test
// --cases`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "fhir/json/value.h"
#include "fhir/model/model.h"
#include "fhir/terminology/terminology.h"
#include "fhir/tree/element.h"

namespace waymark::map {

struct CaseResult {
    enum class Outcome : std::uint8_t { Passed, Failed, Skipped };
    std::string id;
    Outcome outcome = Outcome::Passed;
    std::string detail;  ///< why it failed or was left out
};

struct CaseReport {
    std::vector<CaseResult> results;

    [[nodiscard]] std::size_t count(CaseResult::Outcome outcome) const;
    /// "31 passed, 0 failed, 3 skipped".
    [[nodiscard]] std::string summary() const;
};

/// What the cases run against.
struct CaseWorld {
    const model::Model* model = nullptr;
    /// Makes a type of a logical StructureDefinition: package::logicalModel, a room that this one
    /// does not know.
    Result<model::TypeSpec> (*logicalModel)(tree::Element, const model::Model&) = nullptr;
    Random* random = nullptr;
    Instant now{};
};

/// Fails with Kind::Incorrect when the text is no file of cases. A case that throws an error of its
/// own is a failed case, never a failure of the run.
Result<CaseReport> runCases(std::string_view json, const CaseWorld& world);

/// Whether two JSON values say the same: members in any order, numbers by value, `generated-uuid`
/// in what is expected for any UUID. `difference` gets the path and the two values of the first
/// place where they do not.
bool sameJson(const json::Value& expected, const json::Value& actual, std::string& difference,
              const std::string& path = "$");

}  // namespace waymark::map
