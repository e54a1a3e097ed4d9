// Texts as one block, compressed when that makes it smaller: what is sealed. The first byte names
// the form. Any thread; each keeps a compressor for its next call.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::store {

/// zstd's level; the negative ones are faster and larger. A BaRS message of 16.5 KB with a record
/// of 4 KB becomes 5.2 KB in 28 us at level 1, 7.7 KB in 17 us at level -5, and each KB costs 2 us
/// to write, so that not packing costs more than either and -5 least (tests/bench/store.cpp).
constexpr int kPackingLevel = -5;

[[nodiscard]] std::string pack(std::span<const std::string_view> texts, int level = kPackingLevel);

/// Fault when the bytes are not what pack() made.
[[nodiscard]] Result<std::vector<std::string>> unpack(std::string_view packed);

}  // namespace waymark::store
