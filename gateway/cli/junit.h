// Results of checks in the XML that build servers read (JUnit's testsuite).
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "fhir/core/result.h"

namespace waymark::cli {

struct Checked {
    std::string suite;
    std::string name;
    std::string fault;  ///< empty: passed
    bool skipped = false;
};

/// Writes the file. Fails when it cannot be written.
Result<void> writeJunit(const std::filesystem::path& file, std::string_view title,
                        std::span<const Checked> all);

}  // namespace waymark::cli
