// AES-256-GCM (NIST SP 800-38D): sealed bytes are nonce (12), ciphertext, tag (16). The associated
// data is not kept; it binds the bytes to their place. Any thread; contexts are reused per thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/crypto/key.h"

namespace waymark::crypto {

using Nonce = std::array<std::uint8_t, 12>;

/// How much longer sealed bytes are than plain ones.
constexpr std::size_t kSealOverhead = sizeof(Nonce) + 16;

/// Random, 96 bits: never used twice under one key while that key seals fewer than 2^32 times.
[[nodiscard]] Nonce freshNonce(Random& random);

[[nodiscard]] std::string seal(const Key& key, const Nonce& nonce, std::string_view associated,
                               std::string_view plain);

/// Fault when the bytes, the associated data or the key are not those of the sealing.
[[nodiscard]] Result<std::string> open(const Key& key, std::string_view associated,
                                       std::string_view sealed);

}  // namespace waymark::crypto
