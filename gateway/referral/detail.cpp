#include <fmt/format.h>

#include <string>

#include "fhir/json/value.h"
#include "fhir/json/writer.h"
#include "gateway/referral/event.h"
#include "gateway/referral/instant_text.h"

namespace waymark::referral {
namespace {

/// A detail may hold a record, which is at most as large as a message.
constexpr json::DocumentLimits kLimits{.bytes = 128U * 1024 * 1024, .depth = 32, .values = 50'000};

/// A stored detail that cannot be read is a fault of ours, never of a sender.
std::unexpected<Failure> unreadable(std::string_view member) {
    return fail(
        Kind::Fault, IssueType::Exception,
        fmt::format("The stored detail of an event has an unusable member \"{}\".", member));
}

Result<void> readText(const json::Member& member, std::string& to) {
    const auto text = member.value.asString();
    if (!text) return unreadable(member.name);
    to = *text;
    return {};
}

Result<void> readTexts(const json::Member& member, std::vector<std::string>& to) {
    if (!member.value.isArray()) return unreadable(member.name);
    for (const json::Value& item : member.value.items()) {
        const auto text = item.asString();
        if (!text) return unreadable(member.name);
        to.emplace_back(*text);
    }
    return {};
}

void writeTexts(std::string_view name, const std::vector<std::string>& texts,
                json::Writer& writer) {
    if (texts.empty()) return;
    writer.key(name).beginArray();
    for (const std::string& each : texts) writer.string(each);
    writer.endArray();
}

Result<void> readInstant(const json::Member& member, std::optional<Instant>& to) {
    const auto text = member.value.asString();
    if (text) to = instantFromText(*text);
    if (!to) return unreadable(member.name);
    return {};
}

Result<void> readTold(const json::Member& member, Detail& detail) {
    const auto number = member.value.asInteger();
    if (!number || *number < 0 || *number > 0xFFFFFFFFLL) return unreadable(member.name);
    detail.toldVersion = static_cast<std::uint32_t>(*number);
    return {};
}

Result<void> readMember(const json::Member& member, Detail& detail) {
    if (member.name == "reasonText") return readText(member, detail.reasonText);
    if (member.name == "note") return readText(member, detail.note);
    if (member.name == "workerName") return readText(member, detail.workerName);
    if (member.name == "workerContact") return readText(member, detail.workerContact);
    if (member.name == "outcomeSummary") return readText(member, detail.outcomeSummary);
    if (member.name == "support") return readTexts(member, detail.support);
    if (member.name == "happened") return readInstant(member, detail.happened);
    if (member.name == "review") return readInstant(member, detail.review);
    if (member.name == "toldVersion") return readTold(member, detail);
    if (member.name == "record") return readText(member, detail.record);
    if (member.name == "withheld") return readTexts(member, detail.withheld);
    return unreadable(member.name);
}

}  // namespace

bool Detail::empty() const {
    return *this == Detail{};
}

void writeMembers(const Detail& detail, json::Writer& writer) {
    writer.memberUnlessEmpty("reasonText", detail.reasonText)
        .memberUnlessEmpty("note", detail.note)
        .memberUnlessEmpty("workerName", detail.workerName)
        .memberUnlessEmpty("workerContact", detail.workerContact)
        .memberUnlessEmpty("outcomeSummary", detail.outcomeSummary);
    writeTexts("support", detail.support, writer);
    if (detail.happened) writer.member("happened", instantText(*detail.happened));
    if (detail.review) writer.member("review", instantText(*detail.review));
    if (detail.toldVersion != 0) writer.member("toldVersion", detail.toldVersion);
    writeTexts("withheld", detail.withheld, writer);
}

std::string toJson(const Detail& detail) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject();
    writeMembers(detail, writer);
    writer.memberUnlessEmpty("record", detail.record);
    writer.endObject();
    return out;
}

Result<Detail> detailFromJson(std::string_view json) {
    const Result<json::Value> value = json::Value::parse(json, kLimits);
    if (!value) return std::unexpected(value.error());
    if (!value->isObject()) return unreadable("");
    Detail detail;
    for (const json::Member& member : value->members()) {
        const Result<void> read = readMember(member, detail);
        if (!read) return std::unexpected(read.error());
    }
    return detail;
}

}  // namespace waymark::referral
