// RFC 9562 UUIDs as values: parse, print, and version 7 (time-ordered) from the Clock and Random
// ports.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark {

class Uuid {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    Uuid() = default;  ///< The nil UUID.
    explicit Uuid(const Bytes& bytes) : bytes_(bytes) {}

    /// The 36-character form, hexadecimal digits of either case (RFC 9562 section 4).
    static Result<Uuid> parse(std::string_view text);
    /// RFC 9562 section 5.7: 48 bits of Unix milliseconds, then random bits.
    static Uuid version7(Instant now, Random& random);

    /// Lower case, 36 characters.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] bool isNil() const { return bytes_ == Bytes{}; }

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
    friend bool operator==(const Uuid&, const Uuid&) = default;

private:
    Bytes bytes_{};
};

}  // namespace waymark

template <>
struct std::hash<waymark::Uuid> {
    std::size_t operator()(const waymark::Uuid& id) const noexcept;
};
