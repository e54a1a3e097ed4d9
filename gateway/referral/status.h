// FHIR Task.status as the referral's and the assignment's states (HL7 Gravity SDOH Clinical Care,
// ReferralTaskStateDiagram), and who may do what. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::referral {

enum class Status : std::uint8_t {
    Requested,
    Accepted,
    Rejected,
    InProgress,
    OnHold,
    Completed,
    Cancelled,
    Failed,
    EnteredInError
};
enum class Actor : std::uint8_t { Practice, Provider, Gateway };

/// FHIR's code: "in-progress". Inverse: nullopt when it is none of ours.
[[nodiscard]] std::string_view code(Status status);
[[nodiscard]] std::optional<Status> statusFrom(std::string_view code);
[[nodiscard]] std::string_view code(Actor actor);
[[nodiscard]] std::optional<Actor> actorFrom(std::string_view code);

/// rejected, cancelled, completed, failed, entered-in-error.
[[nodiscard]] bool isFinal(Status status);
/// The one table of edges. `from` empty: the assignment begins.
[[nodiscard]] bool mayMove(std::optional<Status> from, Status to, Actor actor);
/// rejected, cancelled, on-hold and failed need a reason.
[[nodiscard]] bool needsReason(Status status);

}  // namespace waymark::referral
