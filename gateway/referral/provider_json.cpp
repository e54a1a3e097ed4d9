#include "gateway/referral/provider_json.h"

#include <algorithm>
#include <array>
#include <span>

#include "fhir/core/check.h"
#include "fhir/json/value.h"
#include "fhir/json/writer.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_writer.h"
#include "gateway/referral/instant_text.h"
#include "gateway/referral/sharing.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::referral {
namespace {

/// A mapped record is at most as large as a message.
constexpr json::DocumentLimits kLimits{
    .bytes = 64U * 1024 * 1024, .depth = 256, .values = 4'000'000};

bool isResource(tree::Element element, const model::Model& model) {
    return model.type(element.type()).kind == model::TypeKind::Resource;
}

/// The practice's first identifier with a value.
std::string referenceOf(tree::Element record, const model::Model& model) {
    tree::Element identifier = record.child(model.nameId("reference"));
    for (; identifier; identifier = identifier.nextSame()) {
        const std::string_view value = textOf(identifier, model::name::value);
        if (!value.empty()) return std::string(value);
    }
    return {};
}

/// The members of the mapped record that the gateway does not give itself.
void writeMapped(json::Writer& writer, const ProviderMapped& mapped, const model::Model& model,
                 std::span<const std::string_view> given) {
    const std::string text = resourceJson(mapped, model);
    if (isResource(mapped.mapped, model)) {
        writer.memberUnlessEmpty("reference", mapped.reference).key("resource").raw(text);
        return;
    }
    const Result<json::Value> record = json::Value::parse(text, kLimits);
    check(record.has_value() && record->isObject(), "a mapped record is a JSON object");
    if (record->find("reference") == nullptr) {
        writer.memberUnlessEmpty("reference", mapped.reference);
    }
    for (const json::Member& member : record->members()) {
        if (std::find(given.begin(), given.end(), member.name) != given.end()) continue;
        writer.key(member.name);
        member.value.write(writer);
    }
}

void writeNames(json::Writer& writer, const ProviderMapped& mapped) {
    writer.member("id", mapped.dossier->id.get().text())
        .member("assignment", mapped.assignment->id.get().text());
}

/// Where the assignment stands, and why.
void writeEnd(json::Writer& writer, const Assignment& assignment) {
    writer.member("status", code(assignment.status));
    if (assignment.reasonCode.empty() && assignment.detail.reasonText.empty()) return;
    writer.key("reason")
        .beginObject()
        .memberUnlessEmpty("code", assignment.reasonCode)
        .memberUnlessEmpty("text", assignment.detail.reasonText)
        .endObject();
}

}  // namespace

Result<ProviderMapped> mapForProvider(Presentation& presentation, const config::Config& config,
                                      const AssignmentId& assignment, Random& random) {
    ProviderMapped mapped;
    mapped.dossier = &presentation.dossier();
    mapped.assignment = presentation.state().find(assignment);
    if (mapped.assignment == nullptr) {
        return fail(Kind::NotFound, IssueType::NotFound,
                    "There is no referral of this id for this provider.");
    }
    mapped.provider = config.provider(mapped.assignment->provider);
    if (mapped.provider == nullptr) {
        return fail(Kind::Fault, IssueType::Exception,
                    "The provider of this assignment is no longer configured.");
    }
    const Result<void> read = presentation.read();
    if (!read) return std::unexpected(read.error());
    tree::Node* const made = presentation.recordFor(*mapped.assignment);
    const tree::Element record = tree::view(made);
    const model::Model& model = presentation.builder().model();
    const Result<void> allowed = mayShareWith(*mapped.provider, factsOf(record, model));
    if (!allowed) return std::unexpected(allowed.error());
    const Allowance allowance(presentation.set(), mapped.provider->shares);
    mapped.withheld = allowance.apply(made, presentation.builder());
    mapped.reference = referenceOf(record, model);
    const Result<tree::Element> payload =
        presentation.transform(mapped.provider->format, {record}, random);
    if (!payload) return std::unexpected(payload.error());
    mapped.mapped = *payload;
    return mapped;
}

std::string resourceJson(const ProviderMapped& mapped, const model::Model& model) {
    std::string out;
    tree::writeJson(mapped.mapped, model, out);
    return out;
}

std::string endPatch(const ProviderMapped& mapped) {
    const Assignment& assignment = *mapped.assignment;
    std::string out;
    json::Writer writer(out);
    writer.beginArray()
        .beginObject()
        .member("op", "replace")
        .member("path", "/status")
        .member("value", code(assignment.status))
        .endObject();
    writer.beginObject().member("op", "add").member("path", "/statusReason");
    writer.key("value").beginObject();
    if (!assignment.reasonCode.empty()) {
        writer.key("coding")
            .beginArray()
            .beginObject()
            .member("system", vocabulary::kStatusReason)
            .member("code", assignment.reasonCode)
            .endObject()
            .endArray();
    }
    writer.member("text", assignment.detail.reasonText.empty()
                              ? std::string_view("Withdrawn.")
                              : std::string_view(assignment.detail.reasonText));
    writer.endObject().endObject().endArray();
    return out;
}

std::string webhookJson(const ProviderMapped& mapped, const model::Model& model,
                        std::string_view type, Instant now) {
    const bool fresh = type == "referral.created";
    constexpr std::array<std::string_view, 4> kAll{"id", "assignment", "status", "reason"};
    const auto given = std::span(kAll).first(fresh ? 2 : 4);
    std::string out;
    json::Writer writer(out);
    writer.beginObject().member("type", type).member("timestamp", instantText(now));
    writer.key("data").beginObject();
    writeNames(writer, mapped);
    if (!fresh) writeEnd(writer, *mapped.assignment);
    writeMapped(writer, mapped, model, given);
    writer.endObject().endObject();
    return out;
}

std::string viewJson(const ProviderMapped& mapped, const model::Model& model) {
    constexpr std::array<std::string_view, 4> given{"id", "assignment", "status", "version"};
    std::string out;
    json::Writer writer(out);
    writer.beginObject();
    writeNames(writer, mapped);
    writer.member("status", code(mapped.assignment->status))
        .member("version", mapped.dossier->state.shownVersion);
    writeMapped(writer, mapped, model, given);
    writer.endObject();
    return out;
}

}  // namespace waymark::referral
