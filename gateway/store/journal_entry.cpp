#include "gateway/store/journal_entry.h"

#include <utility>

#include "gateway/store/bytes.h"
#include "gateway/store/codes.h"
#include "gateway/store/packing.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

using referral::AssignmentId;
using referral::Event;

constexpr std::uint64_t kSkeletonForm = 1;
constexpr std::size_t kMessageTexts = 3;

void write(const Event& event, ByteWriter& writer) {
    writer.number(codeOf(kEventCodes, event.type));
    writer.number(static_cast<std::uint64_t>(event.at.time_since_epoch().count()));
    writer.number(codeOf(kActorCodes, event.actor));
    writer.text(event.actorId);
    writer.number(event.assignment ? 1 : 0);
    if (event.assignment) {
        const auto& bytes = event.assignment->get().bytes();
        writer.raw({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    writer.text(event.provider);
    writer.number(event.status ? codeOf(kStatusCodes, *event.status) : 0U);
    writer.text(event.businessStatus);
    writer.text(event.reasonCode);
}

/// False when the bytes are no event.
bool read(ByteReader& reader, Event& event) {
    const auto type = valueOf(kEventCodes, reader.number());
    event.at = Instant(Milliseconds(static_cast<std::int64_t>(reader.number())));
    const auto actor = valueOf(kActorCodes, reader.number());
    event.actorId = reader.text();
    if (reader.number() != 0) {
        Uuid::Bytes bytes{};
        const auto raw = reader.raw(bytes.size());
        for (std::size_t i = 0; i < raw.size(); ++i) bytes[i] = static_cast<std::uint8_t>(raw[i]);
        event.assignment = AssignmentId(Uuid(bytes));
    }
    event.provider = reader.text();
    if (const auto code = reader.number(); code != 0) {
        event.status = valueOf(kStatusCodes, code);
        if (!event.status) return false;
    }
    event.businessStatus = reader.text();
    event.reasonCode = reader.text();
    if (!reader.ok() || !type || !actor) return false;
    event.type = *type;
    event.actor = *actor;
    return true;
}

}  // namespace

std::string skeletonOf(std::span<const Event> events) {
    std::string out;
    out.reserve(events.size() * 64 + 4);
    ByteWriter writer(out);
    writer.number(kSkeletonForm);
    writer.number(events.size());
    for (const Event& event : events) write(event, writer);
    return out;
}

Result<void> appendEvents(std::string_view skeleton, std::vector<Event>& events) {
    ByteReader reader(skeleton);
    const auto form = reader.number();
    const auto count = reader.number();
    if (!reader.ok() || form != kSkeletonForm) return std::unexpected(damaged("journal"));
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!read(reader, events.emplace_back())) return std::unexpected(damaged("journal"));
    }
    if (!reader.finished()) return std::unexpected(damaged("journal"));
    return {};
}

std::string packContent(const NewReferral* message, std::span<const Event> events, int level) {
    std::vector<std::string> details;
    details.reserve(events.size());
    std::vector<std::string_view> texts;
    texts.reserve(events.size() + kMessageTexts);
    if (message != nullptr) {
        texts.insert(texts.end(), {message->contentType, message->body, message->record});
    }
    for (const Event& event : events) {
        details.push_back(event.detail.empty() ? std::string() : toJson(event.detail));
        texts.push_back(details.back());
    }
    return pack(texts, level);
}

Result<void> unpackContent(std::string_view packed, Message* message, std::span<Event> events) {
    auto texts = unpack(packed);
    if (!texts) return std::unexpected(std::move(texts).error());
    const std::size_t before = message == nullptr ? 0 : kMessageTexts;
    if (texts->size() != before + events.size()) return std::unexpected(damaged("journal"));
    if (message != nullptr) {
        message->contentType = std::move((*texts)[0]);
        message->body = std::move((*texts)[1]);
        message->record = std::move((*texts)[2]);
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string& json = (*texts)[before + i];
        if (json.empty()) continue;
        auto detail = referral::detailFromJson(json);
        if (!detail) return std::unexpected(damaged("journal"));
        events[i].detail = std::move(*detail);
    }
    return {};
}

}  // namespace waymark::store
