#include "gateway/delivery/outcome.h"

#include <fmt/format.h>

#include "fhir/core/check.h"

namespace waymark::delivery {

telemetry::Word word(Verdict verdict) {
    switch (verdict) {
        case Verdict::Delivered:
            return "delivered";
        case Verdict::Retry:
            return "retry";
        case Verdict::GiveUp:
            return "give-up";
        case Verdict::Refused:
            return "refused";
    }
    throw InvariantBroken("a verdict is one of four", std::source_location::current());
}

std::string problemText(const Outcome& outcome) {
    if (outcome.status == 0) return std::string(outcome.problem.text());
    return fmt::format("{} {}", outcome.problem.text(), outcome.status);
}

}  // namespace waymark::delivery
