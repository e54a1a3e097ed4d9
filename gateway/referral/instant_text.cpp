#include "gateway/referral/instant_text.h"

#include "fhir/model/temporal.h"

namespace waymark::referral {

std::string instantText(Instant instant) {
    model::Temporal moment = model::Temporal::at(instant, 0);
    moment.zuluZone = true;
    return moment.text();
}

std::optional<Instant> instantFromText(std::string_view text) {
    const std::optional<model::Temporal> moment = model::Temporal::parseDateTime(text);
    if (!moment || !moment->hasZone || moment->precision < model::Precision::Second) {
        return std::nullopt;
    }
    return moment->instant();
}

}  // namespace waymark::referral
