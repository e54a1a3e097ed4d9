#include "fhir/path/zone.h"

#include <date/tz.h>

#include <stdexcept>

namespace waymark::path {

std::optional<std::int16_t> zoneOffset(std::string_view zone, Instant at) {
    try {
        const auto info = date::locate_zone(zone)->get_info(at);
        return static_cast<std::int16_t>(info.offset.count() / 60);
    } catch (const std::runtime_error&) {
        // The library's way of saying that there is no such zone.
        return std::nullopt;
    }
}

}  // namespace waymark::path
