// What operators ask of the store: deliveries by provider, state and time, and the account of all
// referrals. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fhir/core/world.h"
#include "gateway/referral/ids.h"

namespace waymark::store {

enum class DeliveryState : std::uint8_t {
    Due,
    Delivered,
    Dead,
    Held,
    Dropped,  ///< wanted no longer: a cancellation took its place, or nothing was there to cancel
};

struct DeliveryQuery {
    std::optional<referral::DeliveryId> id{};
    std::optional<referral::ReferralId> referral{};
    std::string provider{};  ///< empty: any
    std::optional<DeliveryState> state{};
    std::optional<Instant> from{};  ///< asked for at or after
    std::optional<Instant> to{};    ///< and before
    referral::DeliveryId after{};   ///< the last of the page before; nil: the first page
    std::uint32_t limit = 50;
};

/// in = finished + openWithClock + refused + broken, by two books: what the doors wrote down when
/// they answered, and what the store holds.
struct Account {
    std::uint64_t in = 0;
    std::uint64_t finished = 0;
    std::uint64_t openWithClock = 0;
    std::uint64_t refused = 0;
    std::uint64_t setAside = 0;  ///< of openWithClock: only we can mend them
    std::uint64_t broken = 0;
    struct Breach {
        referral::ReferralId id{};
        std::string why{};  ///< a word: "open-without-clock", "not-stored"
    };
    std::vector<Breach> breaches{};  ///< the first kBreachesMax of `broken`
    static constexpr std::size_t kBreachesMax = 1000;

    void breach(const referral::ReferralId& id, const char* why) {
        ++broken;
        if (breaches.size() < kBreachesMax) breaches.push_back({id, why});
    }
};

/// The lowest id that something made at this instant can have (UUIDv7: ids are in order of time).
[[nodiscard]] Uuid firstIdAt(Instant at);

}  // namespace waymark::store
