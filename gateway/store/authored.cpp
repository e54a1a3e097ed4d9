#include "gateway/store/authored.h"

#include "fhir/model/temporal.h"

namespace waymark::store {

std::string inUtc(std::string_view dateTime) {
    const auto parsed = model::Temporal::parseDateTime(dateTime);
    if (!parsed) return {};
    if (parsed->precision <= model::Precision::Day) return std::string(dateTime);
    std::string text = model::Temporal::at(parsed->instant(), 0).text();
    const auto zone = text.find_first_of("Z+", text.find('T'));
    if (zone != std::string::npos) text.resize(zone);
    return text;
}

}  // namespace waymark::store
