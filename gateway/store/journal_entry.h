// One entry of the journal: the events of one commit. Their skeleton (what happened when, by whom,
// to which status, with which codes) stays readable after erasure; their details, and in a
// referral's first entry the message and its record, are sealed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/referral/event.h"
#include "gateway/store/store.h"

namespace waymark::store {

/// The events without their details.
[[nodiscard]] std::string skeletonOf(std::span<const referral::Event> events);

/// Appends the events of a skeleton. Fault when it is none.
[[nodiscard]] Result<void> appendEvents(std::string_view skeleton,
                                        std::vector<referral::Event>& events);

/// What is sealed, packed: the message's three texts if there is one, then one JSON text for each
/// event's detail, empty when there is none.
[[nodiscard]] std::string packContent(const NewReferral* message,
                                      std::span<const referral::Event> events, int level);

/// The message's texts, of a first entry.
struct Message {
    std::string contentType{};
    std::string body{};
    std::string record{};
};

/// Puts the details into `events` (those of this entry) and the message into `message`, which is
/// null for all but a first entry. Fault when the content is not what packContent() made.
[[nodiscard]] Result<void> unpackContent(std::string_view packed, Message* message,
                                         std::span<referral::Event> events);

}  // namespace waymark::store
