#include "gateway/security/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace waymark::security {

RateLimit::RateLimit(const config::Limits& limits, std::size_t bucketsMax)
    : rate_(limits.rate), burst_(limits.burst), bucketsMax_(bucketsMax), shared_{burst_, {}} {}

RateLimit::Bucket& RateLimit::bucketOf(const Principal& principal, Instant now) {
    const Key key(principal.kind, principal.id);
    const auto found = buckets_.find(key);
    if (found != buckets_.end()) return found->second;
    if (buckets_.size() >= bucketsMax_) return shared_;
    return buckets_.emplace(key, Bucket{.left = burst_, .filled = now}).first->second;
}

Result<void> RateLimit::take(const Principal& principal, Instant now) {
    if (rate_ <= 0) return {};
    const std::scoped_lock lock(mutex_);
    Bucket& bucket = bucketOf(principal, now);
    // A clock that was set back gives nothing and takes nothing.
    if (now > bucket.filled) {
        const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
        bucket.left = std::min(burst_, bucket.left + seconds * rate_);
    }
    bucket.filled = now;
    if (bucket.left >= 1) {
        bucket.left -= 1;
        return {};
    }
    const double missing = std::ceil((1 - bucket.left) / rate_);
    auto refusal = fail(Kind::Throttled, IssueType::Throttled,
                        "Too many requests with this token; wait as long as Retry-After says.");
    refusal.error().retryAfter = std::chrono::seconds(std::max(1L, std::lround(missing)));
    return refusal;
}

}  // namespace waymark::security
