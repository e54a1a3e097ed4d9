#include "gateway/notify/notification.h"

#include <fmt/format.h>

#include "fhir/json/writer.h"
#include "gateway/referral/instant_text.h"

namespace waymark::notify {
namespace {

constexpr std::string_view kProfiles =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

std::string_view code(NotificationType type) {
    switch (type) {
        case NotificationType::Handshake:
            return "handshake";
        case NotificationType::Heartbeat:
            return "heartbeat";
        case NotificationType::EventNotification:
            return "event-notification";
        case NotificationType::QueryStatus:
            return "query-status";
        case NotificationType::QueryEvent:
            return "query-event";
    }
    return "query-status";
}

void writeProfile(json::Writer& writer, std::string_view name) {
    writer.key("meta").beginObject().key("profile").beginArray();
    writer.string(std::string(kProfiles) + std::string(name));
    writer.endArray().endObject();
}

void writeParameter(json::Writer& writer, std::string_view name, std::string_view member,
                    std::string_view value) {
    writer.beginObject().member("name", name).member(member, value).endObject();
}

void writeReference(json::Writer& writer, std::string_view name, std::string_view reference) {
    writer.beginObject().member("name", name);
    writer.key("valueReference").beginObject().member("reference", reference).endObject();
    writer.endObject();
}

/// REQ subscriptions-backport 69, 102, 103: the R4 status as Parameters.
void writeStatus(json::Writer& writer, const Subscription& subscription, std::string_view base,
                 NotificationType type, std::uint64_t events,
                 const std::vector<ShownEvent>& shown) {
    writer.beginObject().member("resourceType", "Parameters");
    writeProfile(writer, "backport-subscription-status-r4");
    writer.key("parameter").beginArray();
    writeReference(writer, "subscription",
                   fmt::format("{}/Subscription/{}", base, subscription.id.text()));
    // REQ subscriptions-backport 99: not beside an empty payload.
    if (subscription.content != Content::Empty || type == NotificationType::QueryStatus) {
        writeParameter(writer, "topic", "valueCanonical", canonicalOf(subscription.topic));
    }
    writeParameter(writer, "status", "valueCode", notify::code(subscription.standing));
    writeParameter(writer, "type", "valueCode", code(type));
    writeParameter(writer, "events-since-subscription-start", "valueString",
                   std::to_string(events));
    for (const ShownEvent& event : shown) {
        writer.beginObject().member("name", "notification-event").key("part").beginArray();
        writeParameter(writer, "event-number", "valueString", std::to_string(event.number));
        writeParameter(writer, "timestamp", "valueInstant", referral::instantText(event.at));
        if (!event.focus.empty()) {
            writeReference(writer, "focus", fmt::format("{}/{}", base, event.focus));
        }
        writer.endArray().endObject();
    }
    if (!subscription.error.empty()) {
        writer.beginObject().member("name", "error");
        writer.key("valueCodeableConcept").beginObject().member("text", subscription.error);
        writer.endObject().endObject();
    }
    writer.endArray().endObject();
}

void writeRequest(json::Writer& writer, std::string_view method, std::string_view url,
                  std::string_view status) {
    writer.key("request").beginObject().member("method", method).member("url", url).endObject();
    writer.key("response").beginObject().member("status", status).endObject();
}

}  // namespace

std::string notificationBundle(const Subscription& subscription, std::string_view base,
                               NotificationType type, std::uint64_t events,
                               const std::vector<ShownEvent>& shown) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject().member("resourceType", "Bundle");
    writeProfile(writer, "backport-subscription-notification-r4");
    writer.member("type", "history").key("entry").beginArray();
    writer.beginObject();
    writer.member("fullUrl",
                  fmt::format("{}/Subscription/{}/$status", base, subscription.id.text()));
    writer.key("resource");
    writeStatus(writer, subscription, base, type, events, shown);
    writeRequest(writer, "GET",
                 fmt::format("{}/Subscription/{}/$status", base, subscription.id.text()), "200");
    writer.endObject();
    for (const ShownEvent& event : shown) {
        if (event.focus.empty()) continue;
        writer.beginObject().member("fullUrl", fmt::format("{}/{}", base, event.focus));
        if (!event.resource.empty()) writer.key("resource").raw(event.resource);
        // REQ subscriptions-backport 42: the address stands in request too.
        writeRequest(writer, event.created ? "POST" : "PUT",
                     event.created ? typeOf(subscription.topic) : std::string_view(event.focus),
                     event.created ? "201" : "200");
        writer.endObject();
    }
    writer.endArray().endObject();
    return out;
}

std::string statusBundle(const std::vector<Stand>& stands, std::string_view base) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("resourceType", "Bundle")
        .member("type", "searchset")
        .member("total", stands.size());
    writer.key("entry").beginArray();
    for (const Stand& stand : stands) {
        writer.beginObject().member("fullUrl", fmt::format("{}/Subscription/{}/$status", base,
                                                           stand.subscription.id.text()));
        writer.key("resource");
        writeStatus(writer, stand.subscription, base, NotificationType::QueryStatus, stand.events,
                    {});
        writer.key("search").beginObject().member("mode", "match").endObject();
        writer.endObject();
    }
    writer.endArray().endObject();
    return out;
}

}  // namespace waymark::notify
