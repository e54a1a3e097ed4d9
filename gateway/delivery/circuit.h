// Whether a provider's system is worth an attempt now. Closed: yes. After kFailures failures in a
// row it opens, and nothing is sent; after a while one delivery goes as a probe (half open): if it
// succeeds the circuit closes, else it stays open for twice as long. A pause that the provider
// asked for holds as well. A synchronous machine; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "fhir/core/world.h"

namespace waymark::delivery {

class Circuit {
public:
    static constexpr std::uint32_t kFailures = 5;
    static constexpr Milliseconds kFirstWait = std::chrono::seconds(1);
    static constexpr Milliseconds kLongestWait = std::chrono::minutes(1);

    /// nullopt: an attempt may start now. Else when to look again; Instant::max() while a probe is
    /// on its way, whose end is an event of its own.
    [[nodiscard]] std::optional<Instant> blockedUntil(Instant now) const;
    [[nodiscard]] bool isOpen() const { return open_; }

    /// An attempt starts; gives whether it is the probe, to be told with its end.
    bool started();
    void succeeded();
    void failed(Instant now, bool probe, Random& random);
    /// The attempt told nothing about the provider.
    void abandoned(bool probe);
    void pause(Instant until);

private:
    std::uint32_t failures_ = 0;  ///< in a row
    std::uint32_t openings_ = 0;  ///< in a row, for the length of the next wait
    bool open_ = false;
    bool probing_ = false;
    Instant probeAt_{};
    Instant pausedUntil_{};
};

}  // namespace waymark::delivery
