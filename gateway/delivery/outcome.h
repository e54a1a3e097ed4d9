// What became of one attempt to deliver. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/world.h"
#include "gateway/telemetry/value.h"

namespace waymark::delivery {

enum class Verdict : std::uint8_t {
    Delivered,  ///< the provider's system has it
    Retry,      ///< the same bytes again, later
    GiveUp,     ///< it cannot be brought there, and trying again would not change that
    Refused,    ///< the provider's system will not have it
};
[[nodiscard]] telemetry::Word word(Verdict verdict);

struct Outcome {
    Verdict verdict = Verdict::Retry;
    /// The class of misbehaviour ("timed-out"), a word of classifier.cpp's tables.
    telemetry::Word problem{"none"};
    unsigned status = 0;  ///< HTTP, 0 without an answer
    /// Speaks of the provider's system as a whole, not of this delivery: counts for its circuit.
    bool againstProvider = false;
    /// The provider asked for this much time (Retry-After), within bounds.
    std::optional<Milliseconds> after = std::nullopt;
    /// It asked that for everything we send, not for this delivery alone.
    bool pausesProvider = false;
    std::string remote = {};  ///< where the provider keeps it: "Task/123"
};

/// What the store keeps of a failed attempt and the operator reads: "server-error 503".
[[nodiscard]] std::string problemText(const Outcome& outcome);

}  // namespace waymark::delivery
