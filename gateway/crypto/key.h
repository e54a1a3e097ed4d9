// A 256-bit secret. It wipes its memory, is never printed and compares in constant time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::crypto {

class Key {
public:
    static constexpr std::size_t kSize = 32;

    Key() = default;
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key();

    /// A fresh key.
    static Key random(Random& random);
    /// Incorrect unless there are exactly 32 bytes.
    static Result<Key> from(std::string_view bytes);

    [[nodiscard]] std::span<const std::uint8_t, kSize> bytes() const { return bytes_; }
    /// The bytes as text, for what seals or encodes them.
    [[nodiscard]] std::string_view view() const;

    friend bool operator==(const Key& a, const Key& b);

private:
    std::array<std::uint8_t, kSize> bytes_{};
};

/// Overwrites memory that held a secret; the compiler cannot leave it out.
void wipe(std::span<std::uint8_t> memory);
void wipe(std::string& memory);

/// Whether both are the same, in a time that depends on the lengths only.
[[nodiscard]] bool equalInConstantTime(std::string_view a, std::string_view b);

}  // namespace waymark::crypto
