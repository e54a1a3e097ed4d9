#include "gateway/notify/subscription.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "config/url.h"
#include "gateway/referral/instant_text.h"

namespace waymark::notify {
namespace {

using json::Value;
using std::chrono::seconds;

constexpr std::string_view kBase =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";
constexpr std::string_view kTaskTopic =
    "http://hl7.org/fhir/us/sdoh-clinicalcare/SubscriptionTopic/Task";
constexpr std::string_view kRequestTopic =
    "http://hl7.org/fhir/us/sdoh-clinicalcare/SubscriptionTopic/Servicerequest";
constexpr std::array<std::string_view, 4> kStandings{"requested", "active", "error", "off"};
constexpr std::array<std::string_view, 3> kContents{"empty", "id-only", "full-resource"};
constexpr std::size_t kHeadersMax = 20;
constexpr std::size_t kTextMax = 2048;
constexpr seconds kHeartbeatMin(1);
constexpr seconds kTimeoutMax(60);

template <std::size_t Size>
std::optional<std::size_t> indexOf(const std::array<std::string_view, Size>& codes,
                                   std::string_view code) {
    const auto at = std::ranges::find(codes, code);
    if (at == codes.end()) return std::nullopt;
    return static_cast<std::size_t>(at - codes.begin());
}

/// Collects what is wrong.
class Faults {
public:
    void add(std::string place, std::string sentence) {
        issues_.push_back({.type = IssueType::NotSupported,
                           .text = std::move(sentence),
                           .expression = std::move(place),
                           .at = {},
                           .code = {},
                           .file = {}});
    }
    [[nodiscard]] bool none() const { return issues_.empty(); }
    [[nodiscard]] std::unexpected<Failure> failure() && {
        return std::unexpected(Failure(Kind::Unprocessable, std::move(issues_)));
    }

private:
    std::vector<Issue> issues_;
};

std::string_view text(const Value& value) {
    return value.asString().value_or("");
}

const Value& extension(const Value& element, std::string_view name) {
    static const Value kNone;
    for (const Value& each : element["extension"].items()) {
        const auto url = text(each["url"]);
        if (url.starts_with(kBase) && url.substr(kBase.size()) == name) return each;
    }
    return kNone;
}

/// "Task?status=accepted,completed" or without the type.
void readFilter(std::string_view filter, Subscription& into, Faults& faults) {
    const std::string_view place = "Subscription.criteria.extension";
    if (const auto mark = filter.find('?'); mark != filter.npos) {
        if (filter.substr(0, mark) != typeOf(into.topic)) {
            faults.add(std::string(place), "The filter is on another type than the topic.");
            return;
        }
        filter.remove_prefix(mark + 1);
    }
    constexpr std::string_view kStatus = "status=";
    if (into.topic != Topic::Task || !filter.starts_with(kStatus) ||
        filter.find('&') != filter.npos) {
        faults.add(std::string(place),
                   "The filter that is served is status of the topic Task: Task?status=a,b.");
        return;
    }
    filter.remove_prefix(kStatus.size());
    while (!filter.empty()) {
        const auto comma = filter.find(',');
        const auto status = referral::statusFrom(filter.substr(0, comma));
        if (!status)
            faults.add(std::string(place), "The filter names a status that Task never has.");
        if (status) into.statuses.push_back(*status);
        filter.remove_prefix(comma == filter.npos ? filter.size() : comma + 1);
    }
}

void readCriteria(const Value& resource, Subscription& into, Faults& faults) {
    const auto criteria = text(resource["criteria"]);
    if (criteria == kTaskTopic) {
        into.topic = Topic::Task;
    } else if (criteria == kRequestTopic) {
        into.topic = Topic::ServiceRequest;
    } else {
        faults.add("Subscription.criteria",
                   fmt::format("The topics served here are {} and {}.", kTaskTopic, kRequestTopic));
    }
    for (const Value& each : resource["_criteria"]["extension"].items()) {
        if (text(each["url"]) == std::string(kBase) + "backport-filter-criteria") {
            readFilter(text(each["valueString"]), into, faults);
        } else {
            faults.add("Subscription.criteria.extension", "This extension is not served here.");
        }
    }
}

bool isHeaderName(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

/// Fields of the connection and of the notification are ours.
bool isOurs(std::string_view name) {
    constexpr std::array<std::string_view, 7> kOurs{
        "host", "content-length", "connection", "content-type", "transfer-encoding",
        "te",   "upgrade"};
    std::string small(name);
    std::ranges::transform(small, small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return std::ranges::find(kOurs, small) != kOurs.end();
}

void readHeaders(const Value& channel, Subscription& into, Faults& faults) {
    for (const Value& each : channel["header"].items()) {
        const auto line = text(each);
        const auto colon = line.find(':');
        const auto name = line.substr(0, colon);
        auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        const bool plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; });
        if (colon == line.npos || !isHeaderName(name) || !plain || line.size() > kTextMax ||
            isOurs(name) || into.headers.size() >= kHeadersMax) {
            faults.add("Subscription.channel.header",
                       "A header is written \"Name: value\" in plain characters, is none of the "
                       "connection's, and there are at most 20.");
            return;
        }
        into.headers.push_back({std::string(name), std::string(value)});
    }
}

void readPayload(const Value& channel, Subscription& into, Faults& faults) {
    into.mime = text(channel["payload"]);
    std::string_view type = into.mime;
    std::string_view parameter;
    if (const auto mark = type.find(';'); mark != type.npos) {
        parameter = type.substr(mark + 1);
        while (parameter.starts_with(' ')) parameter.remove_prefix(1);
        type = type.substr(0, mark);
    }
    const bool version = parameter.empty() || parameter == "fhirVersion=4.0";
    const auto content =
        text(extension(channel["_payload"], "backport-payload-content")["valueCode"]);
    const auto known = contentFrom(content);
    if (type != "application/fhir+json" || !version) {
        faults.add("Subscription.channel.payload",
                   "Notifications are application/fhir+json of FHIR 4.0.");
    }
    if (!known) {
        faults.add("Subscription.channel.payload.extension",
                   "backport-payload-content is empty, id-only or full-resource.");
    }
    into.content = known.value_or(Content::IdOnly);
}

void readChannel(const Value& channel, const config::Client& client, Subscription& into,
                 Faults& faults) {
    if (text(channel["type"]) != "rest-hook" || !channel["_type"].isNull()) {
        faults.add("Subscription.channel.type", "The channel that is served is rest-hook.");
    }
    into.endpoint = text(channel["endpoint"]);
    auto fault = config::faultOfUrl(into.endpoint,
                                    {.allowLoopback = client.notifyLoopback, .allowQuery = true});
    if (into.endpoint.size() > kTextMax) fault = "The endpoint is too long.";
    if (!fault.empty()) faults.add("Subscription.channel.endpoint", std::move(fault));
    readPayload(channel, into, faults);
    readHeaders(channel, into, faults);
    const auto whole = [&](std::string_view name) {
        const Value& found = extension(channel, name);
        return found["valueUnsignedInt"].isNull() ? found["valuePositiveInt"].asInteger()
                                                  : found["valueUnsignedInt"].asInteger();
    };
    if (const auto period = whole("backport-heartbeat-period"); period && *period > 0) {
        into.heartbeat = std::max(seconds(*period), kHeartbeatMin);
    }
    if (const auto limit = whole("backport-timeout"); limit && *limit > 0) {
        into.timeout = std::min(seconds(*limit), kTimeoutMax);
    }
    // backport-max-count needs nothing: a notification here carries one event.
}

void readStanding(const Value& resource, Subscription& into, Faults& faults) {
    const auto status = text(resource["status"]);
    if (status == "off") {
        into.standing = Standing::Off;
    } else if (status == "requested" || status == "active") {
        into.standing = Standing::Requested;  // active again is asked for, and shaken hands on
    } else {
        faults.add("Subscription.status", "A client asks with status requested, or off.");
    }
}

}  // namespace

std::string_view code(Standing standing) {
    return kStandings.at(static_cast<std::size_t>(standing));
}
std::string_view code(Content content) {
    return kContents.at(static_cast<std::size_t>(content));
}
std::optional<Content> contentFrom(std::string_view code) {
    const auto index = indexOf(kContents, code);
    if (!index) return std::nullopt;
    return static_cast<Content>(*index);
}
std::string_view typeOf(Topic topic) {
    return topic == Topic::Task ? "Task" : "ServiceRequest";
}
std::string_view canonicalOf(Topic topic) {
    return topic == Topic::Task ? kTaskTopic : kRequestTopic;
}

bool Subscription::wants(referral::Status status) const {
    return statuses.empty() || std::ranges::find(statuses, status) != statuses.end();
}

Result<Subscription> readSubscription(const Value& resource, const config::Client& client) {
    Faults faults;
    Subscription read;
    if (text(resource["resourceType"]) != "Subscription") {
        return fail(Kind::Incorrect, IssueType::Invalid, "This body is no Subscription.");
    }
    readCriteria(resource, read, faults);
    readStanding(resource, read, faults);
    readChannel(resource["channel"], client, read, faults);
    if (const Value* const end = resource.find("end")) {
        read.end = referral::instantFromText(text(*end));
        if (!read.end) faults.add("Subscription.end", "This is an instant with its zone.");
    }
    if (!faults.none()) return std::move(faults).failure();
    read.client = client.id;
    read.resource = resource.json();
    return read;
}

std::string resourceJson(const Subscription& subscription) {
    std::string out;
    json::Writer writer(out);
    const auto sent = Value::parse(subscription.resource);
    writer.beginObject().member("resourceType", "Subscription");
    writer.member("id", subscription.id.text());
    writer.key("meta")
        .beginObject()
        .member("versionId", std::to_string(subscription.version))
        .member("lastUpdated", referral::instantText(subscription.updated))
        .endObject();
    writer.member("status", code(subscription.standing));
    writer.memberUnlessEmpty("error", subscription.error);
    if (sent) {
        constexpr std::array<std::string_view, 5> kOurs{"resourceType", "id", "meta", "status",
                                                        "error"};
        for (const auto& member : sent->members()) {
            if (std::ranges::find(kOurs, member.name) != kOurs.end()) continue;
            writer.key(member.name);
            member.value.write(writer);
        }
    }
    writer.endObject();
    return out;
}

std::string toStored(const Subscription& subscription) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("id", subscription.id.text())
        .member("client", subscription.client)
        .member("standing", code(subscription.standing))
        .member("error", subscription.error)
        .member("version", subscription.version)
        .member("created", referral::instantText(subscription.created))
        .member("updated", referral::instantText(subscription.updated))
        .member("loopback", subscription.endpoint.starts_with("http:"));
    writer.key("resource").raw(subscription.resource);
    writer.endObject();
    return out;
}

Result<Subscription> fromStored(std::string_view stored) {
    const auto damaged = [] {
        return fail(Kind::Fault, IssueType::Exception, "A stored subscription cannot be read.");
    };
    const auto value = Value::parse(stored);
    if (!value) return damaged();
    const auto id = Uuid::parse(text((*value)["id"]));
    const auto standing = indexOf(kStandings, text((*value)["standing"]));
    const auto version = (*value)["version"].asInteger();
    const auto created = referral::instantFromText(text((*value)["created"]));
    const auto updated = referral::instantFromText(text((*value)["updated"]));
    if (!id || !standing || !version || !created || !updated) return damaged();
    config::Client client;
    client.id = text((*value)["client"]);
    // It was checked when it came; whether it may still be used is asked at every connection.
    client.notifyLoopback = (*value)["loopback"].asBoolean().value_or(false);
    auto read = readSubscription((*value)["resource"], client);
    if (!read) return damaged();
    read->id = *id;
    read->standing = static_cast<Standing>(*standing);
    read->error = text((*value)["error"]);
    read->version = static_cast<std::uint32_t>(*version);
    read->created = *created;
    read->updated = *updated;
    return read;
}

}  // namespace waymark::notify
