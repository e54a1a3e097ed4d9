// Files that hold secrets: readable by their owner only, written whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::crypto {

enum class Existing { Keep, Replace };

/// NotFound when it is absent; Forbidden when others than its owner may read or write it.
[[nodiscard]] Result<std::string> readSecretFile(const std::filesystem::path& path);

/// On disk (fsync of file and folder) when it returns; mode 0600. Conflict when it exists and is to
/// be kept. Replaced by rename, so a reader sees the old file or the new.
[[nodiscard]] Result<void> writeSecretFile(const std::filesystem::path& path, std::string_view text,
                                           Existing existing);

}  // namespace waymark::crypto
