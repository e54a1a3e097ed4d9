#include "gateway/delivery/backoff.h"

#include <algorithm>

#include "fhir/core/check.h"

namespace waymark::delivery {
namespace {

constexpr Milliseconds kAskedFloor = std::chrono::minutes(1);

}  // namespace

Milliseconds jittered(Milliseconds wait, double share, Random& random) {
    const auto span = static_cast<std::int64_t>(static_cast<double>(wait.count()) * share);
    if (span <= 0) return wait;
    const std::uint64_t moved = random.below(2 * static_cast<std::uint64_t>(span) + 1);
    return wait + Milliseconds(static_cast<std::int64_t>(moved) - span);
}

Backoff::Backoff(config::RetryPolicy policy) : policy_(std::move(policy)) {
    check(!policy_.schedule.empty(), "a retry schedule has at least one wait");
}

Milliseconds Backoff::wait(std::uint32_t attempts, std::optional<Milliseconds> asked,
                           Random& random) const {
    check(attempts > 0, "a wait comes after an attempt");
    const std::size_t step = std::min<std::size_t>(attempts, policy_.schedule.size()) - 1;
    const Milliseconds scheduled = policy_.schedule[step];
    if (!asked) return jittered(scheduled, policy_.jitter, random);
    const Milliseconds least = std::max(*asked, std::min(scheduled, kAskedFloor));
    const auto tenth = static_cast<std::uint64_t>(least.count() / 10);
    return least + Milliseconds(static_cast<std::int64_t>(random.below(tenth + 1)));
}

}  // namespace waymark::delivery
