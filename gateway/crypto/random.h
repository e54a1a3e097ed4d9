// The Random port from the operating system's entropy, through OpenSSL's generator. Any thread.
#pragma once

#include "fhir/core/world.h"

namespace waymark::crypto {

class SystemRandom final : public Random {
public:
    /// Breaks an invariant when the system has no entropy: nothing secret may be made then.
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace waymark::crypto
