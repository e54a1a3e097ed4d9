// What the tests of the validator share: findings as short lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "fhir/structure/body.h"

namespace waymark::structure {

/// "error per-1 Patient.name[0].period"; faults of reading have the rule "read".
inline std::vector<std::string> lines(const std::vector<Issue>& findings) {
    std::vector<std::string> all;
    for (const Issue& issue : findings) {
        const std::string_view severity = issue.severity == Severity::Warning       ? "warning"
                                          : issue.severity == Severity::Information ? "information"
                                                                                    : "error";
        all.push_back(fmt::format("{} {} {}", severity, issue.code.empty() ? "read" : issue.code,
                                  issue.expression));
    }
    return all;
}

inline std::vector<std::string> findingsOf(std::string_view body, const Options& options = {}) {
    tree::Arena arena;
    return lines(validateBody(body, *Validator::base(), arena, options));
}

using Lines = std::vector<std::string>;

}  // namespace waymark::structure
