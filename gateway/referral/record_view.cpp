#include "gateway/referral/record_view.h"

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"
#include "gateway/referral/instant_text.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::referral {
namespace {

std::string_view codeOf(config::ProviderKind kind) {
    return kind == config::ProviderKind::LinkWorkerService ? "link-worker-service" : "community";
}

}  // namespace

tree::Node* RecordView::make(tree::Element mapped, const ReferralId& id, const State& state) {
    tree::Node* const record =
        mapped ? builder_.copyRoot(mapped) : builder_.root(set_.referralType());
    builder_.value(record, "id", id.get().text());
    builder_.value(record, "received", instantText(state.received));
    addProgress(record, state);
    for (const Assignment& assignment : state.assignments) {
        fillAssignment(builder_.add(record, "assignment"), assignment);
    }
    return record;
}

void RecordView::addLinks(tree::Node* record, const Message& message, PracticeCopy& copy) {
    const Message::Entry* const request = message.serviceRequest();
    check(request != nullptr, "an accepted message has one ServiceRequest");
    tree::Node* const links = builder_.add(record, "links");
    const tree::Element subject = request->resource.child(model::name::subject);
    if (subject) copy.element(subject, links, "patient");
    const tree::Element requester = request->resource.child(model::name::requester);
    if (requester) copy.element(requester, links, "requester");
    builder_.value(builder_.add(links, "serviceRequest"), "reference", copy.referenceTo(*request));
}

void RecordView::addRecipient(tree::Node* record, const Assignment& assignment) {
    fillAssignment(builder_.add(record, "recipient"), assignment);
}

void RecordView::addProgress(tree::Node* record, const State& state) {
    tree::Node* const progress = builder_.add(record, "progress");
    builder_.value(progress, "status", code(state.status));
    builder_.value(progress, "at", instantText(state.updated));
    builder_.value(progress, "actor", code(state.actor));
    addChange(progress, state.businessStatus, state.reasonCode, state.detail);
}

void RecordView::fillAssignment(tree::Node* to, const Assignment& assignment) {
    builder_.value(to, "id", assignment.id.get().text());
    builder_.value(to, "provider", assignment.provider);
    // A provider that configuration no longer has keeps its id.
    if (const config::Provider* const provider = config_.provider(assignment.provider)) {
        addText(to, "name", provider->name);
        addText(to, "ods", provider->ods);
        builder_.value(to, "kind", codeOf(provider->kind));
    }
    builder_.value(to, "status", code(assignment.status));
    builder_.value(to, "asked", instantText(assignment.asked));
    builder_.value(to, "at", instantText(assignment.updated));
    builder_.value(to, "actor", code(assignment.actor));
    builder_.value(to, "delivered", assignment.delivered ? "true" : "false");
    addChange(to, assignment.businessStatus, assignment.reasonCode, assignment.detail);
}

void RecordView::addChange(tree::Node* to, std::string_view businessStatus,
                           std::string_view reasonCode, const Detail& detail) {
    addConcept(to, "businessStatus", vocabulary::kBusinessStatus, businessStatus, {});
    addConcept(to, "reason", vocabulary::kStatusReason, reasonCode, detail.reasonText);
    addText(to, "note", detail.note);
    if (!detail.workerName.empty() || !detail.workerContact.empty()) {
        tree::Node* const worker = builder_.add(to, "worker");
        addText(worker, "name", detail.workerName);
        addText(worker, "contact", detail.workerContact);
    }
    if (!detail.outcomeSummary.empty() || !detail.support.empty()) {
        tree::Node* const outcome = builder_.add(to, "outcome");
        addText(outcome, "summary", detail.outcomeSummary);
        for (const std::string& each : detail.support) addText(outcome, "support", each);
    }
}

void RecordView::addConcept(tree::Node* to, std::string_view name, std::string_view system,
                            std::string_view code, std::string_view text) {
    if (code.empty() && text.empty()) return;
    tree::Node* const made = builder_.add(to, name);
    if (!code.empty()) {
        tree::Node* const coding = builder_.add(made, "coding");
        builder_.value(coding, "system", system);
        builder_.value(coding, "code", code);
        const auto display = set_.terminology().display(system, code);
        if (display) builder_.value(coding, "display", *display);
    }
    addText(made, "text", text);
}

void RecordView::addText(tree::Node* to, std::string_view name, std::string_view text) {
    if (!text.empty()) builder_.value(to, name, text);
}

}  // namespace waymark::referral
