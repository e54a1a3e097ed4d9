// Configuration and mappings, checked against each other and compiled into one snapshot.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "fhir/core/result.h"
#include "gateway/doors/services.h"
#include "mappings/folder.h"

namespace waymark::cli {

/// Where the program finds what ships with it: WAYMARK_DATA if that is set, else the folder of the
/// build.
[[nodiscard]] std::filesystem::path dataFolder();

struct Compiled {
    std::shared_ptr<const doors::Snapshot> snapshot;
    mappings::Folder files;  ///< of the mapping set
};

/// A set of this version that is compiled already, or null.
using KnownSet = std::function<std::shared_ptr<const mappings::Set>(std::string_view version)>;

/// All faults of the configuration; if it has none, all faults of the mappings; if they have none,
/// all that do not fit each other (a `when` that does not compile, a format that does not exist).
/// The snapshot's configuration has no tokens any more; its authenticator knows their hashes.
Result<Compiled> compile(const std::filesystem::path& configFolder, const KnownSet& known = {});

}  // namespace waymark::cli
