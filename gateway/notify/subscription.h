// A practice's standing request to be told (HL7 Subscriptions R5 Backport 1.1, on FHIR R4): read
// from the Subscription resource, checked, and written back. Values; pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/core/uuid.h"
#include "fhir/core/world.h"
#include "fhir/json/value.h"
#include "gateway/referral/state.h"

namespace waymark::notify {

/// What is watched: the practice-facing Task, or its ServiceRequest.
enum class Topic : std::uint8_t { Task, ServiceRequest };
/// Subscription.status as far as we set it; a client asks with requested or off.
enum class Standing : std::uint8_t { Requested, Active, Error, Off };
/// backport-payload-content.
enum class Content : std::uint8_t { Empty, IdOnly, FullResource };

[[nodiscard]] std::string_view code(Standing standing);
[[nodiscard]] std::string_view code(Content content);
[[nodiscard]] std::optional<Content> contentFrom(std::string_view code);
[[nodiscard]] std::string_view typeOf(Topic topic);
[[nodiscard]] std::string_view canonicalOf(Topic topic);

struct Header {
    std::string name;
    std::string value;
};

struct Subscription {
    Uuid id{};
    std::string client{};  ///< id of the client that made it
    Topic topic = Topic::Task;
    std::vector<referral::Status> statuses{};  ///< of the referral; empty: all
    std::string endpoint{};
    std::vector<Header> headers{};
    std::string mime{};  ///< channel.payload, the Content-Type of every notification
    Content content = Content::IdOnly;
    std::optional<std::chrono::seconds> heartbeat{};
    std::chrono::seconds timeout{20};
    std::optional<Instant> end{};

    Standing standing = Standing::Requested;
    std::string error{};  ///< for the client, why it stands on error
    std::uint32_t version = 1;
    Instant created{};
    Instant updated{};
    std::string resource{};  ///< as sent, JSON

    /// Whether a change that leaves the referral in this status concerns it.
    [[nodiscard]] bool wants(referral::Status status) const;
};

/// Reads what a client sent. `client` decides which endpoints may be used. Fails with Unprocessable
/// for what is not served here, each fault at its place.
[[nodiscard]] Result<Subscription> readSubscription(const json::Value& resource,
                                                    const config::Client& client);

/// The resource as the client reads it: what it sent, with id, meta, status and error.
[[nodiscard]] std::string resourceJson(const Subscription& subscription);

/// As it is kept; and back (Fault for what was not written by toStored).
[[nodiscard]] std::string toStored(const Subscription& subscription);
[[nodiscard]] Result<Subscription> fromStored(std::string_view text);

}  // namespace waymark::notify
