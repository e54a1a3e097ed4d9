// SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104). Any thread; no allocation per call.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace waymark::crypto {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);

/// Over the parts one after the other, as if they were one text. A key of any length.
[[nodiscard]] Digest hmacSha256(std::string_view key,
                                std::initializer_list<std::string_view> parts);

[[nodiscard]] inline std::string_view view(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Lower case, two digits a byte.
[[nodiscard]] std::string hex(std::string_view bytes);

}  // namespace waymark::crypto
