// Time in which people work: Saturdays, Sundays and bank holidays of British time do not count, and
// nothing ends while nobody is there. Pure.
#pragma once

#include "config/config.h"
#include "fhir/core/world.h"

namespace waymark::referral {

/// `amount` after `from`, counting working days only (each whole, by midnight in Britain); where
/// that falls outside working hours, the next hour at which people are there.
[[nodiscard]] Instant afterWorkingTime(Instant from, Milliseconds amount,
                                       const config::WorkingTime& time);

}  // namespace waymark::referral
