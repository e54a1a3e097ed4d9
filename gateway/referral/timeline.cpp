#include "gateway/referral/timeline.h"

#include "fhir/json/writer.h"
#include "gateway/referral/instant_text.h"

namespace waymark::referral {
namespace {

void writeOrNull(json::Writer& writer, std::string_view name, std::string_view text) {
    writer.key(name);
    if (text.empty()) {
        writer.null();
    } else {
        writer.string(text);
    }
}

void writeEvent(json::Writer& writer, const Event& event) {
    writer.beginObject()
        .member("at", instantText(event.at))
        .member("actor", code(event.actor))
        .member("event", code(event.type));
    writeOrNull(writer, "status", event.status ? code(*event.status) : std::string_view());
    writeOrNull(writer, "reason", event.reasonCode);
    writer.key("detail").beginObject();
    if (event.actor == Actor::Practice) writer.memberUnlessEmpty("practice", event.actorId);
    writer.memberUnlessEmpty("provider", event.provider);
    if (event.assignment) writer.member("assignment", event.assignment->get().text());
    writer.memberUnlessEmpty("businessStatus", event.businessStatus);
    writeMembers(event.detail, writer);
    writer.endObject().endObject();
}

}  // namespace

std::string timeline(const Dossier& dossier) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("id", dossier.id.get().text())
        .member("status", code(dossier.state.status))
        .key("events")
        .beginArray();
    for (const Event& event : dossier.events) writeEvent(writer, event);
    writer.endArray().endObject();
    return out;
}

}  // namespace waymark::referral
