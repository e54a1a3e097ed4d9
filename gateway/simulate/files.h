// Small files of the demo world: whole reads, and writes that appear whole.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::simulate {

Result<std::string> readFile(const std::filesystem::path& path);
/// For the owner only, whole or not at all; makes the folder.
Result<void> writeFile(const std::filesystem::path& path, std::string_view text);

}  // namespace waymark::simulate
