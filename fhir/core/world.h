// The ports through which the program sees time and chance. Nothing but their real implementations
// (gateway/cli) reads the system's clock or entropy, so a test runs years in milliseconds and any
// run replays from its seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

namespace waymark {

/// A point in time, UTC, to the millisecond.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

/// Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

/// Any thread. Cryptographic quality in the real implementation.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    [[nodiscard]] std::uint64_t next() {
        std::uint8_t bytes[8];
        fill(bytes);
        std::uint64_t value = 0;
        for (const std::uint8_t byte : bytes) value = value << 8U | byte;
        return value;
    }
    /// Uniform enough in [0, bound) for jitter; bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }
};

}  // namespace waymark
