// The bundles and the status that the backport guide gives to a practice. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/world.h"
#include "gateway/notify/subscription.h"

namespace waymark::notify {

enum class NotificationType : std::uint8_t {
    Handshake,
    Heartbeat,
    EventNotification,
    QueryStatus,
    QueryEvent
};

/// One event as a bundle shows it.
struct ShownEvent {
    std::uint64_t number = 0;
    Instant at{};
    std::string focus{};     ///< "Task/{id}"; empty: not said
    std::string resource{};  ///< JSON; empty: not included
    bool created = false;    ///< its first version
};

/// A Bundle of type history: the status, then the resources of the events.
[[nodiscard]] std::string notificationBundle(const Subscription& subscription,
                                             std::string_view base, NotificationType type,
                                             std::uint64_t events,
                                             const std::vector<ShownEvent>& shown);
/// A searchset of the status of each ($status).
struct Stand {
    Subscription subscription;
    std::uint64_t events = 0;
};
[[nodiscard]] std::string statusBundle(const std::vector<Stand>& stands, std::string_view base);

}  // namespace waymark::notify
