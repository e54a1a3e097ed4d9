// What is sent to the endpoint of a Subscription: the lane's name, the request, the bundle of one
// event. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/delivery/ports.h"
#include "gateway/notify/notification.h"

namespace waymark::notify {

/// "subscription/{id}": the lane of its deliveries; and back.
[[nodiscard]] std::string laneOf(const Uuid& subscription);
[[nodiscard]] std::optional<Uuid> subscriptionOf(std::string_view lane);

/// Which event a delivery brings: "12/5", its number and the referral's version.
struct EventName {
    std::uint64_t number = 0;
    std::uint32_t version = 0;
};
[[nodiscard]] std::string text(const EventName& name);
[[nodiscard]] std::optional<EventName> eventNameFrom(std::string_view text);

[[nodiscard]] net::ClientRequest requestTo(const Subscription& subscription,
                                           const config::Client* client, std::string body);

/// The event as the subscription shows it, with the resource when `content` says so.
[[nodiscard]] Result<ShownEvent> shownEvent(const delivery::Rules& rules,
                                            const referral::Dossier& dossier, Topic topic,
                                            Content content, const store::Notice& notice,
                                            Random& random);

}  // namespace waymark::notify
