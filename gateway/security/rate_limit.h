// How fast one client, provider or operator may ask: a token bucket for each, which fills at a
// steady rate up to a burst. The table is bounded: there is one bucket per principal of the
// configuration and one that all others share. Any thread.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/security/principal.h"

namespace waymark::security {

class RateLimit {
public:
    /// `limits.rate` 0: nothing is limited.
    explicit RateLimit(const config::Limits& limits, std::size_t bucketsMax = 20'000);

    /// Takes one request out of the principal's bucket. Throttled, with the time after which there
    /// is room again, when the bucket is empty.
    [[nodiscard]] Result<void> take(const Principal& principal, Instant now);

private:
    struct Bucket {
        double left = 0;
        Instant filled{};
    };
    using Key = std::pair<PrincipalKind, std::string>;

    Bucket& bucketOf(const Principal& principal, Instant now);

    double rate_;
    double burst_;
    std::size_t bucketsMax_;
    std::mutex mutex_;
    std::map<Key, Bucket> buckets_;
    Bucket shared_;
};

}  // namespace waymark::security
