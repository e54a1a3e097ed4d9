// The numbers by which rows of one referral lie together: a referral's number and, in the lower 16
// bits, the version of a journal entry's first event or a delivery's place.
#pragma once

#include <cstdint>

namespace waymark::store {

constexpr std::int64_t kPlacesPerReferral = 65'536;

[[nodiscard]] constexpr std::int64_t placeOf(std::int64_t referral, std::int64_t within) {
    return referral * kPlacesPerReferral + within;
}
[[nodiscard]] constexpr std::int64_t firstPlace(std::int64_t referral) {
    return placeOf(referral, 0);
}
[[nodiscard]] constexpr std::int64_t lastPlace(std::int64_t referral) {
    return placeOf(referral, kPlacesPerReferral - 1);
}
[[nodiscard]] constexpr std::int64_t referralOf(std::int64_t place) {
    return place / kPlacesPerReferral;
}
[[nodiscard]] constexpr std::uint32_t withinOf(std::int64_t place) {
    return static_cast<std::uint32_t>(place % kPlacesPerReferral);
}

}  // namespace waymark::store
