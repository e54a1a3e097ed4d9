// The machine's time: the one place of the program that reads it.
#pragma once

#include <chrono>

#include "fhir/core/world.h"

namespace waymark::cli {

class SystemClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override {
        return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace waymark::cli
