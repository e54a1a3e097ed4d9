// The numbers that the next commit goes on from. A value: copied before a group of commits and put
// back when the group is rolled back.
#pragma once

#include <cstdint>

#include "gateway/store/change_clock.h"

namespace waymark::store {

struct Ledger {
    std::int64_t lastReferral = 0;
    std::int64_t lastVerdict = 0;
    std::int64_t lastFresh = 0;
    std::int64_t lastAudit = 0;
    ChangeClock changes{};
    std::int64_t referrals = 0;
    std::int64_t open = 0;
    std::int64_t due = 0;
    std::int64_t dead = 0;
};

}  // namespace waymark::store
