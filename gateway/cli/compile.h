// Configuration and mappings, checked against each other and compiled into one snapshot.
#pragma once

#include <filesystem>
#include <memory>

#include "fhir/core/result.h"
#include "gateway/doors/services.h"

namespace waymark::cli {

/// Where the program finds what ships with it: WAYMARK_DATA if that is set, else the folder of the
/// build.
[[nodiscard]] std::filesystem::path dataFolder();

/// All faults of the configuration; if it has none, all faults of the mappings; if they have none,
/// all that do not fit each other (a `when` that does not compile, a format that does not exist).
Result<std::shared_ptr<const doors::Snapshot>> compile(const std::filesystem::path& configFolder);

}  // namespace waymark::cli
