// The Clock and Random ports for tests: time stands until it is moved, chance follows a seed.
#pragma once

#include <cstdint>
#include <span>

#include "fhir/core/world.h"

namespace waymark::tests {

class FixedClock final : public Clock {
public:
    explicit FixedClock(Instant start = Instant(std::chrono::milliseconds(1'790'000'000'000)))
        : now_(start) {}
    [[nodiscard]] Instant now() const override { return now_; }
    void advance(Milliseconds by) { now_ += by; }

private:
    Instant now_;
};

/// splitmix64: the same bytes from the same seed on every machine.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(step() >> 56U);
    }

private:
    std::uint64_t step() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }
    std::uint64_t state_;
};

}  // namespace waymark::tests
