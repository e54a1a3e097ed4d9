// POST [base]/$validate and [base]/{type}/$validate (FHIR R4, Resource operation validate): the
// resource itself, or Parameters with resource, profile and mode. The answer is 200 with an
// OperationOutcome whatever was found; nothing is stored.
#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "fhir/outcome/outcome.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/read_body.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;
namespace type = model::type;
namespace name = model::name;

/// What shall be validated, and against what.
struct Asked {
    tree::Element resource;
    std::vector<std::string> profiles;
    std::string mode;
};

std::string_view childText(tree::Element element, model::NameId child) {
    const auto found = element.child(child);
    return found ? found.text() : std::string_view();
}

Asked askedOf(const Visit& visit, const tree::Document& document) {
    Asked asked;
    asked.resource = document.root;
    const auto take = [&asked](std::string_view parameter, std::string_view value) {
        if (value.empty()) return;
        if (parameter == "profile") asked.profiles.emplace_back(value);
        if (parameter == "mode") asked.mode = value;
    };
    for (const auto& [key, value] : visit.request.query) take(key, value);
    if (document.root.type() != type::Parameters || visit.parameter("type") == "Parameters") {
        return asked;
    }
    bool isCall = false;
    for (auto at = document.root.child(name::parameter); at; at = at.nextSame()) {
        const std::string_view parameter = childText(at, name::name);
        take(parameter, childText(at, name::value));
        const auto resource = at.child(name::resource);
        if (parameter != "resource" || !resource) continue;
        asked.resource = resource;
        isCall = true;
    }
    // Parameters that carry no resource are what shall be validated.
    if (!isCall && asked.mode.empty()) asked.resource = document.root;
    return asked;
}

Issue issue(Severity severity, IssueType issueType, std::string text) {
    return Issue{.severity = severity,
                 .type = issueType,
                 .text = std::move(text),
                 .expression = {},
                 .at = {},
                 .code = {},
                 .file = {}};
}

/// What the call itself says of the resource: its type, its mode.
void checkCall(const Visit& visit, const Asked& asked, const model::Model& model,
               std::vector<Issue>& findings) {
    const auto typeName = model.type(asked.resource.type()).name;
    const auto wanted = visit.parameter("type");
    if (!wanted.empty() && wanted != typeName) {
        findings.push_back(
            issue(Severity::Error, IssueType::Invalid,
                  fmt::format("A {} was sent to the validation of another type.", typeName)));
    }
    if (asked.mode == "update" && childText(asked.resource, name::id).empty()) {
        findings.push_back(issue(Severity::Error, IssueType::Required,
                                 "A resource without an id cannot be an update; give its id."));
    }
    if (asked.mode == "profile" && asked.profiles.empty()) {
        findings.push_back(
            issue(Severity::Error, IssueType::Required, "The mode profile needs a profile."));
    }
    if (asked.mode == "delete") {
        findings.push_back(issue(Severity::Error, IssueType::NotSupported,
                                 "Resources are not deleted here; a referral is revoked."));
    }
    static constexpr std::string_view kModes[] = {"", "create", "update", "profile", "delete"};
    if (std::ranges::find(kModes, asked.mode) == std::end(kModes)) {
        findings.push_back(issue(Severity::Error, IssueType::CodeInvalid,
                                 "The mode is create, update, delete or profile."));
    }
}

/// Expressions begin at the resource, wherever in the body it stood.
void rebase(std::vector<Issue>& findings, tree::Element resource, const model::Model& model) {
    if (!resource.parent()) return;
    const auto prefix = tree::expressionTo(resource, model);
    for (Issue& finding : findings) {
        if (!finding.expression.starts_with(prefix)) continue;
        finding.expression.replace(0, prefix.size(), model.type(resource.type()).name);
    }
}

awaitable<Result<net::Response>> validate(Visit* visit) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    const auto& model = visit->snapshot->set->model();
    std::vector<Issue> findings;
    auto document = readBody(visit, std::nullopt, &findings);
    if (!document) {
        if (document.error().kind != Kind::Incorrect || visit->request.body.empty()) {
            co_return std::unexpected(std::move(document).error());
        }
        findings = std::move(document).error().issues;
    } else {
        const auto asked = askedOf(*visit, *document);
        checkCall(*visit, asked, model, findings);
        tree::Document part = *document;
        part.root = asked.resource;
        structure::Options options;
        options.profiles = asked.profiles;
        options.now = visit->request.received;
        auto found = visit->snapshot->validator->validate(part, *visit->arena, options);
        std::ranges::move(found, std::back_inserter(findings));
        rebase(findings, asked.resource, model);
    }
    if (findings.empty()) {
        findings.push_back(issue(Severity::Information, IssueType::Informational,
                                 "Nothing is wrong with this resource."));
    }
    const auto outcome = outcome::operationOutcome(findings, *visit->arena);
    co_return resourceAnswer(200, outcome, model, *format);
}

}  // namespace

void addValidate(Router& router) {
    for (const auto path : {"/$validate", "/{type}/$validate"}) {
        router.add({.method = "POST",
                    .path = std::string(kBase) + path,
                    .open = false,
                    .endpoint = validate});
    }
}

}  // namespace waymark::doors::fhir
