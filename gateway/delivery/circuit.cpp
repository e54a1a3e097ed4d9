#include "gateway/delivery/circuit.h"

#include <algorithm>

#include "gateway/delivery/backoff.h"

namespace waymark::delivery {
namespace {

constexpr double kJitter = 0.2;
constexpr std::uint32_t kDoublingsMax = 6;

}  // namespace

std::optional<Instant> Circuit::blockedUntil(Instant now) const {
    if (probing_) return Instant::max();
    const Instant until = open_ ? std::max(probeAt_, pausedUntil_) : pausedUntil_;
    return until > now ? std::optional(until) : std::nullopt;
}

bool Circuit::started() {
    probing_ = open_;
    return probing_;
}

void Circuit::succeeded() {
    failures_ = 0;
    openings_ = 0;
    open_ = false;
    probing_ = false;
}

void Circuit::failed(Instant now, bool probe, Random& random) {
    ++failures_;
    // Attempts that were on their way when it opened say nothing new.
    if (open_ && !probe) return;
    if (!open_ && failures_ < kFailures) return;
    const Milliseconds wait =
        std::min(kFirstWait * (1 << std::min(openings_, kDoublingsMax)), kLongestWait);
    probeAt_ = now + jittered(wait, kJitter, random);
    ++openings_;
    open_ = true;
    probing_ = false;
}

void Circuit::abandoned(bool probe) {
    if (probe) probing_ = false;
}

void Circuit::pause(Instant until) {
    pausedUntil_ = std::max(pausedUntil_, until);
}

}  // namespace waymark::delivery
