#include "gateway/referral/request_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"
#include "gateway/referral/resource_id.h"

namespace waymark::referral {
namespace {

namespace name = model::name;
namespace type = model::type;

/// A request of the sender's own: not an option offered, not the copy of a filler (FHIR R4
/// request-intent).
constexpr std::array<std::string_view, 5> kIntents{"proposal", "plan", "directive", "order",
                                                   "original-order"};

class Faults {
public:
    void add(IssueType type, std::string text, std::string expression) {
        Issue issue;
        issue.type = type;
        issue.text = std::move(text);
        issue.expression = std::move(expression);
        issues_.push_back(std::move(issue));
    }
    [[nodiscard]] bool any() const { return !issues_.empty(); }
    [[nodiscard]] std::unexpected<Failure> failure() {
        return std::unexpected(Failure(Kind::Unprocessable, std::move(issues_)));
    }

private:
    std::vector<Issue> issues_;
};

std::string_view wantedBundleType(Origin origin) {
    return origin == Origin::BarsMessage ? "message" : "transaction";
}

Result<void> checkShape(const Submission& submission, const Message& message) {
    if (submission.origin == Origin::ServiceRequest) {
        if (message.root().type() == type::ServiceRequest) return {};
        return fail(Kind::Unprocessable, IssueType::Invalid, "Send a ServiceRequest here.");
    }
    const std::string_view wanted = wantedBundleType(submission.origin);
    if (message.isBundle() && textOf(message.root(), name::type) == wanted) return {};
    return fail(Kind::Unprocessable, IssueType::Value,
                fmt::format("Send a Bundle of type {} here.", wanted), "Bundle.type");
}

Result<tree::Element> findRequest(const Message& message) {
    if (const Message::Entry* const only = message.serviceRequest()) return only->resource;
    const std::size_t count = message.count(type::ServiceRequest);
    return fail(Kind::Unprocessable, count == 0 ? IssueType::Required : IssueType::MultipleMatches,
                fmt::format("A referral is one ServiceRequest; this message has {}. Send each "
                            "referral in a message of its own.",
                            count),
                "Bundle.entry.resource");
}

void checkStatusAndIntent(tree::Element request, const model::Model& model, Faults& faults) {
    const auto at = [&](model::NameId child) {
        const tree::Element element = request.child(child);
        return tree::expressionTo(element ? element : request, model);
    };
    const std::string_view status = textOf(request, name::status);
    if (status != "active") {
        faults.add(IssueType::BusinessRule,
                   "A new referral has status active; drafts are not accepted, and a withdrawal "
                   "is an update of the referral that it withdraws.",
                   at(name::status));
    }
    const std::string_view intent = textOf(request, name::intent);
    if (std::find(kIntents.begin(), kIntents.end(), intent) == kIntents.end()) {
        faults.add(IssueType::BusinessRule,
                   "A referral has an intent of the one who refers: proposal, plan, directive, "
                   "order or original-order.",
                   at(name::intent));
    }
    if (textOf(request, name::doNotPerform) == "true") {
        faults.add(IssueType::BusinessRule,
                   "This request asks that something is not done; a referral asks for support.",
                   at(name::doNotPerform));
    }
}

void checkFocus(const Message& message, tree::Element request, Faults& faults) {
    const Message::Entry* const header = message.first(type::MessageHeader);
    const tree::Element focus =
        header == nullptr ? tree::Element() : header->resource.child(name::focus);
    for (tree::Element at = focus; at; at = at.nextSame()) {
        if (message.resolve(at) == request) return;
    }
    faults.add(IssueType::Invariant,
               "The message's focus is its ServiceRequest: MessageHeader.focus must reference it.",
               "MessageHeader.focus");
}

/// The id under which the practice will read this Patient; empty when it is contained.
std::string patientIdOf(const Submission& submission, const Message& message,
                        tree::Element patient) {
    for (const Message::Entry& entry : message.entries()) {
        if (entry.resource != patient || !message.isBundle()) continue;
        return print({.referral = submission.id, .entry = entry.place});
    }
    return {};
}

void findPatient(const Submission& submission, const Message& message, Request& request,
                 Faults& faults) {
    const tree::Element subject = request.resource.child(name::subject);
    const std::string where =
        tree::expressionTo(subject ? subject : request.resource, message.model());
    request.patient = message.resolve(subject);
    if (request.patient) {
        request.patientId = patientIdOf(submission, message, request.patient);
    } else if (submission.patient) {
        request.patient = submission.patient;
        request.patientId = textOf(submission.patient, name::id);
    }
    if (!request.patient) {
        faults.add(IssueType::NotFound,
                   "The subject must be a Patient that comes with the message (an entry of the "
                   "Bundle or contained) or one that this server gave you before (Patient/{id}).",
                   where);
    } else if (request.patient.type() != type::Patient) {
        faults.add(IssueType::Value, "The subject of a referral is a Patient.", where);
    }
}

void addIdentifier(tree::Element identifier, std::vector<std::pair<std::string, std::string>>& to) {
    const std::string_view value = textOf(identifier, name::value);
    if (value.empty()) return;
    std::pair<std::string, std::string> found(textOf(identifier, name::system), value);
    if (std::find(to.begin(), to.end(), found) == to.end()) to.push_back(std::move(found));
}

}  // namespace

Result<Request> checkRequest(const Submission& submission, const Message& message) {
    const Result<void> shape = checkShape(submission, message);
    if (!shape) return std::unexpected(shape.error());
    const Result<tree::Element> found = findRequest(message);
    if (!found) return std::unexpected(found.error());
    Request request;
    request.resource = *found;
    Faults faults;
    checkStatusAndIntent(request.resource, message.model(), faults);
    if (submission.origin == Origin::BarsMessage) checkFocus(message, request.resource, faults);
    findPatient(submission, message, request, faults);
    if (faults.any()) return faults.failure();
    return request;
}

std::vector<std::pair<std::string, std::string>> identifiersOf(tree::Element request) {
    std::vector<std::pair<std::string, std::string>> found;
    for (tree::Element at = request.child(name::identifier); at; at = at.nextSame()) {
        addIdentifier(at, found);
    }
    return found;
}

}  // namespace waymark::referral
