// Files of an npm-style package: a tar archive, compressed with gzip.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::package {

struct ArchivedFile {
    std::string name;  ///< "package/StructureDefinition-x.json"
    std::string content;
};

struct ArchiveLimits {
    std::size_t bytes = 512 * 1024 * 1024;  ///< of all files together, unpacked
    std::size_t files = 50'000;
};

/// The regular files of a .tgz. Fails (Kind::Incorrect) on damaged bytes, TooLarge over a limit.
Result<std::vector<ArchivedFile>> unpack(std::string_view archive,
                                         const ArchiveLimits& limits = {});

}  // namespace waymark::package
