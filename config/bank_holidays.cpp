// The bank holidays of England and Wales as the government has published or by statute sets them
// (Banking and Financial Dealings Act 1971, schedule 1); "working_time.holidays" replaces them.
#include <array>

#include "config/config.h"

namespace waymark::config {
namespace {

struct Day {
    int year;
    unsigned month;
    unsigned day;
};

constexpr std::array kDays{
    Day{2026, 1, 1},   Day{2026, 4, 3},   Day{2026, 4, 6},   Day{2026, 5, 4},   Day{2026, 5, 25},
    Day{2026, 8, 31},  Day{2026, 12, 25}, Day{2026, 12, 28}, Day{2027, 1, 1},   Day{2027, 3, 26},
    Day{2027, 3, 29},  Day{2027, 5, 3},   Day{2027, 5, 31},  Day{2027, 8, 30},  Day{2027, 12, 27},
    Day{2027, 12, 28}, Day{2028, 1, 3},   Day{2028, 4, 14},  Day{2028, 4, 17},  Day{2028, 5, 1},
    Day{2028, 5, 29},  Day{2028, 8, 28},  Day{2028, 12, 25}, Day{2028, 12, 26}, Day{2029, 1, 1},
    Day{2029, 3, 30},  Day{2029, 4, 2},   Day{2029, 5, 7},   Day{2029, 5, 28},  Day{2029, 8, 27},
    Day{2029, 12, 25}, Day{2029, 12, 26}, Day{2030, 1, 1},   Day{2030, 4, 19},  Day{2030, 4, 22},
    Day{2030, 5, 6},   Day{2030, 5, 27},  Day{2030, 8, 26},  Day{2030, 12, 25}, Day{2030, 12, 26}};

}  // namespace

WorkingTime englishWorkingTime() {
    WorkingTime made;
    made.holidays.reserve(kDays.size());
    for (const Day& each : kDays) {
        made.holidays.emplace_back(std::chrono::year(each.year), std::chrono::month(each.month),
                                   std::chrono::day(each.day));
    }
    return made;
}

}  // namespace waymark::config
