// What the journal holds: a referral is the sum of its events, in the order of their versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/referral/ids.h"
#include "gateway/referral/status.h"

namespace waymark::json {
class Writer;
}

namespace waymark::referral {

enum class EventType : std::uint8_t {
    Received,       ///< accepted from the practice; version 1
    Asked,          ///< an assignment begins: `assignment`, `provider`
    Delivered,      ///< a provider's system has it
    Undeliverable,  ///< delivery was given up: reason says why
    StatusChanged,  ///< `assignment` moved to `status`; without one, the referral itself did
    Noted,          ///< a business status or note without a change of status
    ClockRanOut,    ///< `reasonCode` names the clock: delivered-within, answered-within, ...
    SetAside,       ///< only we can mend it (a map's limit, a fault): reason says why
    Told,           ///< the practice read or was answered the version in `detail.toldVersion`
    Shared,         ///< the provider's payload was made: `detail.withheld` was kept out of it
    Mapped,         ///< the stored message was mapped again: `detail.record`
};
[[nodiscard]] std::string_view code(EventType type);
/// Whether it changes what others see of the referral, and so its version and its ETag; the rest is
/// for our own book.
[[nodiscard]] constexpr bool isShown(EventType type) {
    return type != EventType::Told && type != EventType::Shared && type != EventType::Mapped &&
           type != EventType::ClockRanOut;
}
[[nodiscard]] std::optional<EventType> eventTypeFrom(std::string_view code);

/// What people wrote or who they are: sealed at rest, never logged.
struct Detail {
    std::string reasonText{};
    std::string note{};
    std::string workerName{};
    std::string workerContact{};
    std::string outcomeSummary{};
    std::vector<std::string> support{};
    /// When the provider says that it happened, if that is not when it was reported.
    std::optional<Instant> happened{};
    /// When somebody looks at it again; of what is on hold.
    std::optional<Instant> review{};
    /// Told: the version that the practice has seen; 0 elsewhere.
    std::uint32_t toldVersion = 0;
    /// Shared: names of parts of the record, never values.
    std::vector<std::string> withheld{};
    /// Mapped: the link-worker referral as JSON.
    std::string record{};

    [[nodiscard]] bool empty() const;
    friend bool operator==(const Detail&, const Detail&) = default;
};
/// One JSON object; "{}" when nothing is known. Unknown members are refused when read back.
[[nodiscard]] std::string toJson(const Detail& detail);
/// Its members only, into an object that was begun; the record is left out.
void writeMembers(const Detail& detail, json::Writer& writer);
Result<Detail> detailFromJson(std::string_view json);

struct Event {
    EventType type = EventType::Received;
    Instant at{};
    Actor actor = Actor::Gateway;
    std::string actorId{};  ///< ODS code of a practice, id of a provider; empty for the gateway
    std::optional<AssignmentId> assignment{};
    std::string provider{};  ///< of the assignment
    std::optional<Status> status{};
    std::string businessStatus{};
    std::string reasonCode{};
    Detail detail{};
};

}  // namespace waymark::referral
