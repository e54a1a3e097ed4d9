// The order of changes: a number that grows with every commit and is never below the change's own
// time, so that it sorts changes by commit, is unique, and can be bounded from below by an instant.
// Confined to the store's writer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "fhir/core/world.h"

namespace waymark::store {

class ChangeClock {
public:
    explicit ChangeClock(std::int64_t last = 0) : last_(last) {}

    /// Every change at `at` or later has a number of at least this.
    [[nodiscard]] static std::int64_t lowest(Instant at) {
        constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max() / kPerMillisecond;
        const std::int64_t milliseconds = at.time_since_epoch().count();
        return std::clamp(milliseconds, std::int64_t{0}, kLast) * kPerMillisecond;
    }

    [[nodiscard]] std::int64_t next(Instant at) {
        last_ = std::max(last_ + 1, lowest(at));
        return last_;
    }
    [[nodiscard]] std::int64_t last() const { return last_; }

private:
    static constexpr std::int64_t kPerMillisecond = 4096;
    std::int64_t last_;
};

}  // namespace waymark::store
