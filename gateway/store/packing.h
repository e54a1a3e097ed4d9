// Texts as one block, compressed when that makes it smaller: what is sealed. The first byte names
// the form. Any thread; each keeps a compressor for its next call.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::store {

/// zstd's level; the negative ones are faster and larger. Measured on a BaRS message of 16.5 KB
/// with its record of 4 KB: see tests/bench/store.cpp.
constexpr int kPackingLevel = 1;

[[nodiscard]] std::string pack(std::span<const std::string_view> texts, int level = kPackingLevel);

/// Fault when the bytes are not what pack() made.
[[nodiscard]] Result<std::vector<std::string>> unpack(std::string_view packed);

}  // namespace waymark::store
