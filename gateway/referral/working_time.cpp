#include "gateway/referral/working_time.h"

#include <algorithm>

#include "fhir/path/zone.h"

namespace waymark::referral {
namespace {

using Local = std::chrono::local_time<Milliseconds>;
using std::chrono::days;
using std::chrono::floor;

/// The clocks in Britain; where the machine has no zone database, an hour in summer is lost.
Milliseconds offsetAt(Instant at) {
    return std::chrono::minutes(path::zoneOffset("Europe/London", at).value_or(0));
}

Local toLocal(Instant at) {
    return Local((at + offsetAt(at)).time_since_epoch());
}

Instant toInstant(Local local) {
    const Instant guess(local.time_since_epoch());
    // Two looks: the first offset may be that of the other side of a change of the clocks.
    const Instant near = guess - offsetAt(guess);
    return guess - offsetAt(near);
}

bool isWorkingDay(std::chrono::local_days day, const config::WorkingTime& time) {
    const std::chrono::weekday weekday(day);
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) return false;
    return !std::ranges::binary_search(time.holidays, std::chrono::year_month_day(day));
}

std::chrono::local_days workingDayFrom(std::chrono::local_days day,
                                       const config::WorkingTime& time) {
    while (!isWorkingDay(day, time)) day += days(1);
    return day;
}

Local intoHours(Local at, const config::WorkingTime& time) {
    auto day = floor<days>(at);
    if (!isWorkingDay(day, time)) return Local(workingDayFrom(day, time) + time.opens);
    if (at < day + time.opens) return Local(day + time.opens);
    if (at <= day + time.closes) return at;
    return Local(workingDayFrom(day + days(1), time) + time.opens);
}

}  // namespace

Instant afterWorkingTime(Instant from, Milliseconds amount, const config::WorkingTime& time) {
    Local at = toLocal(from);
    if (!isWorkingDay(floor<days>(at), time)) at = Local(workingDayFrom(floor<days>(at), time));
    while (true) {
        const Local midnight = Local(floor<days>(at) + days(1));
        const Milliseconds today = midnight - at;
        if (amount < today) return toInstant(intoHours(at + amount, time));
        amount -= today;
        at = Local(workingDayFrom(floor<days>(midnight), time));
    }
}

}  // namespace waymark::referral
