#include "gateway/notify/post.h"

#include <charconv>

#include <fmt/format.h>

#include "fhir/tree/arena.h"
#include "fhir/tree/json_writer.h"

namespace waymark::notify {
namespace {

constexpr std::string_view kLane = "subscription/";
/// Nothing of an answer is read but its status.
constexpr std::size_t kAnswerBytes = 16 * 1024;

template <class Number>
bool readNumber(std::string_view text, Number& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

/// Whether the version is of the commit that took the referral in.
bool isFirst(const referral::Dossier& dossier, std::uint32_t version) {
    return version > 0 && version <= dossier.events.size() &&
           dossier.events[version - 1].at == dossier.events.front().at;
}

}  // namespace

std::string laneOf(const Uuid& subscription) {
    return std::string(kLane) + subscription.text();
}

std::optional<Uuid> subscriptionOf(std::string_view lane) {
    if (!lane.starts_with(kLane)) return std::nullopt;
    const auto id = Uuid::parse(lane.substr(kLane.size()));
    return id ? std::optional(*id) : std::nullopt;
}

std::string text(const EventName& name) {
    return fmt::format("{}/{}", name.number, name.version);
}

std::optional<EventName> eventNameFrom(std::string_view text) {
    EventName name;
    const auto slash = text.find('/');
    if (slash == text.npos || !readNumber(text.substr(0, slash), name.number) ||
        !readNumber(text.substr(slash + 1), name.version)) {
        return std::nullopt;
    }
    return name;
}

net::ClientRequest requestTo(const Subscription& subscription, const config::Client* client,
                             std::string body) {
    net::ClientRequest request;
    request.url = subscription.endpoint;
    request.timeout = subscription.timeout;
    request.answerBytes = kAnswerBytes;
    request.repeatable = true;  // a repeat has the same event number
    if (client != nullptr) {
        request.ca = client->notifyCa;
        request.allowLoopback = client->notifyLoopback;
        request.allowPrivate = client->notifyPrivate;
    }
    request.fields.set("User-Agent", "Waymark/" WAYMARK_VERSION);
    // REQ subscriptions-backport 27: each header; 26: the Content-Type is channel.payload.
    for (const Header& header : subscription.headers) request.fields.add(header.name, header.value);
    request.fields.set("Content-Type", subscription.mime);
    request.body = std::move(body);
    return request;
}

Result<ShownEvent> shownEvent(const delivery::Rules& rules, const referral::Dossier& dossier,
                              Topic topic, Content content, const store::Notice& notice,
                              Random& random) {
    ShownEvent shown;
    shown.number = notice.number;
    shown.at = notice.at;
    shown.created = isFirst(dossier, notice.version);
    if (content == Content::Empty) return shown;
    const std::string id = dossier.id.get().text();
    shown.focus = fmt::format("{}/{}", typeOf(topic), id);
    if (content != Content::FullResource) return shown;
    tree::Arena arena;
    const auto resource =
        rules.presenter->resource(dossier, typeOf(topic), id, notice.version, arena, random);
    if (!resource) return std::unexpected(resource.error());
    tree::writeJson(*resource, rules.presenter->model(), shown.resource);
    return shown;
}

}  // namespace waymark::notify
