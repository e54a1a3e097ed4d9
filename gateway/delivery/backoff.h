// How long to wait before the next attempt: the configured schedule, moved at random so that what
// failed together does not come back together, and what the provider asks for. Pure but for chance.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "config/config.h"
#include "fhir/core/world.h"

namespace waymark::delivery {

class Backoff {
public:
    /// The schedule is not empty.
    explicit Backoff(config::RetryPolicy policy);

    /// After `attempts` attempts (at least one). Without `asked`: the schedule's wait and up to
    /// `jitter` of it more or less. With it: never sooner than asked, nor than the schedule's wait
    /// or a minute, whichever is less (a provider that always asks for a second is not asked every
    /// second), and up to a tenth later.
    [[nodiscard]] Milliseconds wait(std::uint32_t attempts, std::optional<Milliseconds> asked,
                                    Random& random) const;

private:
    config::RetryPolicy policy_;
};

/// `wait` and a random part of up to `share` of it, either way.
[[nodiscard]] Milliseconds jittered(Milliseconds wait, double share, Random& random);

}  // namespace waymark::delivery
