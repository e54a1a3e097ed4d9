// The store's refusals, so that both implementations say the same. `code` of the first issue tells
// a caller what happened without reading the text.
#pragma once

#include <chrono>
#include <source_location>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::store {

constexpr std::string_view kVersionMoved = "version-moved";
constexpr std::string_view kReferralExists = "referral-exists";
constexpr std::string_view kVerdictExists = "verdict-exists";
constexpr std::string_view kPayloadExists = "payload-exists";
constexpr std::string_view kDeliveryMoved = "delivery-moved";
constexpr std::string_view kQueueFull = "queue-full";
constexpr std::string_view kNotWritable = "not-writable";
constexpr std::string_view kDamaged = "damaged";

/// Conflict with one of the codes above.
[[nodiscard]] Failure conflict(std::string_view code);
/// Nothing has this id.
[[nodiscard]] Failure unknown(std::string_view what);
/// Unavailable: the lane's share of the queue is taken; the sender tries again soon.
[[nodiscard]] Failure queueFull();
/// Unavailable until the gateway is started again.
[[nodiscard]] Failure notWritable();
/// Unavailable for now: the disk is full or another process holds the store.
[[nodiscard]] Failure hindered(std::string_view what);
/// Fault: what is stored fails its checksum or contradicts itself. `what` names the row's sort, and
/// neither its content nor a path.
[[nodiscard]] Failure damaged(std::string_view what,
                              std::source_location where = std::source_location::current());
/// Fault: the commit breaks a rule of the port, which is a bug of its maker.
[[nodiscard]] Failure malformed(std::string_view what,
                                std::source_location where = std::source_location::current());
/// Incorrect: a page's cursor that is none of ours.
[[nodiscard]] Failure wrongCursor();

}  // namespace waymark::store
