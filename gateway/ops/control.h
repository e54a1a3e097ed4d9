// What operators can do to the running gateway beyond reading it, and what its health says about
// it. Made by the application; outlives the operations area. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/store/store.h"

namespace waymark::ops {

/// What became of an order to read configuration and mappings again.
struct ReloadReport {
    bool accepted = false;
    Instant at{};
    std::string before{};                ///< version of the mapping set until now
    std::string version{};               ///< of the one that runs now
    std::vector<Issue> faults{};         ///< why it was refused, all of them
    std::vector<std::string> waiting{};  ///< keys that changed and need a restart
};

/// Whether the gateway takes work, and what is wrong with it although it does.
class Standing {
public:
    std::atomic<bool> started{false};
    std::atomic<bool> stopping{false};
    /// Open referrals that a map could not handle.
    std::atomic<std::int64_t> setAside{0};

    void reloaded(ReloadReport report) {
        const std::lock_guard lock(mutex_);
        lastReload_ = std::move(report);
    }
    [[nodiscard]] std::optional<ReloadReport> lastReload() const {
        const std::lock_guard lock(mutex_);
        return lastReload_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<ReloadReport> lastReload_;
};

struct Control {
    Standing& standing;
    /// Reads everything again and swaps it, or changes nothing. Blocks: for the pool.
    std::function<ReloadReport()> reload;
    /// These deliveries are not what the delivery loop knew.
    std::function<void(std::vector<store::DeliveryId>)> deliveriesMoved;
};

}  // namespace waymark::ops
