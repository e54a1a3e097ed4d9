#include "gateway/store/oversight.h"

#include <algorithm>

namespace waymark::store {

Uuid firstIdAt(Instant at) {
    constexpr std::int64_t kMost = (std::int64_t{1} << 48) - 1;
    const auto milliseconds = std::clamp<std::int64_t>(at.time_since_epoch().count(), 0, kMost);
    Uuid::Bytes bytes{};
    for (unsigned i = 0; i < 6; ++i) {
        bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40U - 8U * i));
    }
    return Uuid(bytes);
}

}  // namespace waymark::store
