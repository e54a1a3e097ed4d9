#include "gateway/doors/bars/message.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "gateway/doors/header_text.h"

namespace waymark::doors::bars {
namespace {

namespace type = model::type;
namespace name = model::name;

// Old messages name the event and the reason in systems of their own.
constexpr std::string_view kEventSystems[] = {
    "https://fhir.nhs.uk/CodeSystem/message-events-bars",
    "https://fhir.nhs.uk/CodeSystem/message-event-servicerequest"};
constexpr std::string_view kReasonSystems[] = {
    "https://fhir.nhs.uk/CodeSystem/message-reason-bars",
    "https://fhir.nhs.uk/CodeSystem/message-reason-servicerequest"};
constexpr std::string_view kCategorySystem =
    "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest";
constexpr std::string_view kUseCaseSystem =
    "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars";
constexpr std::string_view kHeaderPath = "Bundle.entry[0].resource";

std::string_view text(tree::Element element, model::NameId child) {
    const auto found = element ? element.child(child) : tree::Element();
    return found ? found.text() : std::string_view();
}

std::unexpected<Failure> invariant(std::string sentence, std::string place) {
    return fail(Kind::Incorrect, IssueType::Invariant, std::move(sentence), std::move(place));
}

std::unexpected<Failure> required(std::string sentence, std::string place) {
    return fail(Kind::Incorrect, IssueType::Required, std::move(sentence), std::move(place));
}

Issue warning(std::string sentence, std::string place) {
    return {.severity = Severity::Warning,
            .type = IssueType::Required,
            .text = std::move(sentence),
            .expression = std::move(place),
            .at = {},
            .code = {},
            .file = {}};
}

std::string headerPath(std::string_view rest) {
    return fmt::format("{}.{}", kHeaderPath, rest);
}

/// The code of the first coding with one of the systems.
template <class Systems>
std::string_view codeOf(tree::Element codings, const Systems& systems) {
    for (auto coding = codings; coding; coding = coding.nextSame()) {
        if (std::ranges::find(systems, text(coding, name::system)) != std::end(systems)) {
            return text(coding, name::code);
        }
    }
    return {};
}

tree::Element entryAt(const tree::Document& document, std::string_view fullUrl) {
    if (fullUrl.empty()) return {};
    for (auto entry = document.root.child(name::entry); entry; entry = entry.nextSame()) {
        if (text(entry, name::fullUrl) == fullUrl) return entry.child(name::resource);
    }
    return {};
}

/// Bundle.meta.versionId is the version of the BaRS application.
Result<void> checkVersion(const tree::Document& document) {
    const auto version = text(document.root.child(name::meta), name::versionId);
    if (version.empty()) {
        return invariant(
            "Bundle.meta.versionId names the version of the BaRS application; it is "
            "missing.",
            "Bundle.meta.versionId");
    }
    if (version == "1" || version.starts_with("1.")) return {};
    return fail(Kind::Unprocessable, IssueType::NotSupported,
                "This receiver knows version 1 of the BaRS applications.", "Bundle.meta.versionId");
}

Result<tree::Element> messageHeader(const tree::Document& document) {
    if (document.root.type() != type::Bundle || text(document.root, name::type) != "message") {
        return fail(Kind::Incorrect, IssueType::Invalid,
                    "$process-message takes a Bundle of type message.", "Bundle.type");
    }
    const auto entry = document.root.child(name::entry);
    const auto resource = entry ? entry.child(name::resource) : tree::Element();
    if (!resource || resource.type() != type::MessageHeader) {
        return invariant("The first entry of a message is its MessageHeader.", "Bundle.entry[0]");
    }
    return resource;
}

/// The decision table of workflow variables, as far as it concerns a receiver of referrals.
Result<bool> isNew(tree::Element header) {
    const auto event = codeOf(header.child(name::event), kEventSystems);
    const auto reasonElement = header.child(name::reason);
    const auto reason =
        codeOf(reasonElement ? reasonElement.child(name::coding) : tree::Element(), kReasonSystems);
    if (event == "servicerequest-response") {
        if (!header.child(name::response)) {
            return invariant("A response names the message that it answers in response.identifier.",
                             headerPath("response"));
        }
        return fail(Kind::NotFound, IssueType::NotFound,
                    "response.identifier names no message that was sent from here.",
                    headerPath("response.identifier"));
    }
    if (event != "servicerequest-request") {
        return invariant("This receiver takes the event servicerequest-request only.",
                         headerPath("eventCoding"));
    }
    if (reason == "update" || reason == "delete") return false;
    if (reason != "new") {
        return invariant("reason names new, update or delete of message-reason-bars.",
                         headerPath("reason"));
    }
    return true;
}

struct Bounds {
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    bool unbounded = false;
};

/// Resource type -> how many the definition wants; several profiles of a type add up.
std::map<std::string_view, Bounds> boundsOf(tree::Element definition) {
    std::map<std::string_view, Bounds> bounds;
    for (auto focus = definition.child(name::focus); focus; focus = focus.nextSame()) {
        auto& of = bounds[text(focus, name::code)];
        std::uint32_t number = 0;
        const auto min = text(focus, name::min);
        std::from_chars(min.data(), min.data() + min.size(), number);
        of.min += number;
        const auto max = text(focus, name::max);
        if (max == "*") {
            of.unbounded = true;
            continue;
        }
        number = 0;
        std::from_chars(max.data(), max.data() + max.size(), number);
        of.max += number;
    }
    return bounds;
}

/// A business check (presence and number of resources), not profile validation.
Result<void> checkDefinition(const tree::Document& document, tree::Element header,
                             const mappings::Set& set, CheckedMessage& checked) {
    const auto canonical = text(header, name::definition);
    if (canonical.empty() && checked.ends) {
        // A published example of this message names none.
        checked.warnings.push_back(
            warning("definition names no MessageDefinition; the message was "
                    "taken without one.",
                    headerPath("definition")));
        return {};
    }
    if (canonical.empty()) {
        return required("definition names the MessageDefinition that the message follows.",
                        headerPath("definition"));
    }
    const auto definition =
        set.resource("MessageDefinition", canonical.substr(0, canonical.find('|')));
    if (!definition) {
        return fail(Kind::Unprocessable, IssueType::NotSupported,
                    "This receiver does not know that MessageDefinition; GET MessageDefinition "
                    "lists those that it takes.",
                    headerPath("definition"));
    }
    std::map<std::string_view, std::uint32_t> counts;
    const auto& model = *document.model;
    for (auto entry = document.root.child(name::entry); entry; entry = entry.nextSame()) {
        if (const auto resource = entry.child(name::resource)) {
            ++counts[model.type(resource.type()).name];
        }
    }
    counts["Bundle"] = 1;
    std::vector<Issue> issues;
    for (const auto& [typeName, of] : boundsOf(definition)) {
        const auto count = counts[typeName];
        if (count >= of.min && (of.unbounded || count <= of.max)) continue;
        issues.push_back({.type = IssueType::Invariant,
                          .text = fmt::format(
                              "The message holds {} {}; its MessageDefinition wants {}..{}.", count,
                              typeName, of.min, of.unbounded ? "*" : std::to_string(of.max)),
                          .expression = "Bundle.entry",
                          .at = {},
                          .code = {},
                          .file = {}});
    }
    if (issues.empty()) return {};
    return std::unexpected(Failure(Kind::Incorrect, std::move(issues)));
}

Result<void> checkParties(const tree::Document& document, tree::Element header,
                          const config::Bars& settings) {
    bool ours = false;
    for (auto to = header.child(name::destination); to; to = to.nextSame()) {
        const auto endpoint = text(to, name::endpoint);
        const bool known = std::ranges::any_of(
            settings.targets, [&](const auto& target) { return sameService(target, endpoint); });
        if (!known) continue;
        ours = true;
        const auto receiver = entryAt(document, text(to.child(name::receiver), name::reference));
        if (!receiver || receiver.type() != type::Organization) {
            return required("destination.receiver refers to an Organization in the message.",
                            headerPath("destination.receiver"));
        }
    }
    if (!ours) {
        return fail(Kind::Incorrect, IssueType::Value,
                    "No destination.endpoint of the message is a service of this receiver.",
                    headerPath("destination.endpoint"));
    }
    const auto sender = entryAt(document, text(header.child(name::sender), name::reference));
    if (!sender || sender.type() != type::Organization) {
        return required("sender refers to the Organization that sends, in the message.",
                        headerPath("sender"));
    }
    if (text(header.child(name::source), name::endpoint).empty()) {
        return required("source.endpoint is the service that answers go to, as system|value.",
                        headerPath("source.endpoint"));
    }
    return {};
}

Result<tree::Element> focusedRequest(const tree::Document& document, tree::Element header) {
    for (auto focus = header.child(name::focus); focus; focus = focus.nextSame()) {
        const auto resource = entryAt(document, text(focus, name::reference));
        if (resource && resource.type() == type::ServiceRequest) return resource;
    }
    return required("focus refers to the ServiceRequest in the message.", headerPath("focus"));
}

Result<void> checkRequest(tree::Element request, const tree::Document& document,
                          const config::Bars& settings, std::vector<Issue>& warnings) {
    const auto& model = *document.model;
    if (text(request, name::status) != "active") {
        return invariant("The ServiceRequest of a new referral is active.",
                         tree::expressionTo(request, model) + ".status");
    }
    bool isReferral = false;
    bool hasUseCase = false;
    for (auto category = request.child(name::category); category; category = category.nextSame()) {
        for (auto coding = category.child(name::coding); coding; coding = coding.nextSame()) {
            const auto system = text(coding, name::system);
            isReferral =
                isReferral || (system == kCategorySystem && text(coding, name::code) == "referral");
            hasUseCase = hasUseCase || system == kUseCaseSystem;
        }
    }
    const auto place = tree::expressionTo(request, model) + ".category";
    if (!isReferral) {
        return invariant(
            "category of a referral has the coding referral of "
            "message-category-servicerequest.",
            place);
    }
    if (hasUseCase) return {};
    if (settings.requireUseCase) {
        return required("category has a coding of usecases-categories-bars too.", place);
    }
    warnings.push_back(
        warning("category has no use-case code of usecases-categories-bars; the "
                "referral was taken in without one.",
                place));
    return {};
}

/// What an update or delete asks; of updates, only the end of the referral is taken.
Result<referral::Status> endAsked(tree::Element request, const model::Model& model) {
    const auto status = text(request, name::status);
    if (status == "revoked") return referral::Status::Cancelled;
    if (status == "entered-in-error") return referral::Status::EnteredInError;
    return fail(Kind::NotImplemented, IssueType::NotSupported,
                "This receiver takes the end of a referral by message (ServiceRequest.status "
                "revoked or entered-in-error), and no update of its content: cancel it and send a "
                "new one.",
                tree::expressionTo(request, model) + ".status");
}

}  // namespace

bool sameService(std::string_view a, std::string_view b) {
    const auto withoutScheme = [](std::string_view text) {
        for (const std::string_view scheme : {"https://", "http://"}) {
            if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
        }
        return text;
    };
    return lower(withoutScheme(a)) == lower(withoutScheme(b));
}

Result<CheckedMessage> checkMessage(const tree::Document& document, const config::Bars& settings,
                                    const mappings::Set& set) {
    CheckedMessage checked;
    auto header = messageHeader(document);
    if (!header) return std::unexpected(std::move(header).error());
    checked.header = *header;
    if (auto ok = checkVersion(document); !ok) return std::unexpected(std::move(ok).error());
    const auto fresh = isNew(*header);
    if (!fresh) return std::unexpected(fresh.error());
    auto request = focusedRequest(document, *header);
    if (!*fresh) {
        if (!request) return std::unexpected(std::move(request).error());
        const auto ends = endAsked(*request, *document.model);
        if (!ends) return std::unexpected(ends.error());
        checked.ends = *ends;
    }
    if (auto ok = checkDefinition(document, *header, set, checked); !ok) {
        return std::unexpected(std::move(ok).error());
    }
    if (auto ok = checkParties(document, *header, settings); !ok) {
        return std::unexpected(std::move(ok).error());
    }
    if (!request) return std::unexpected(std::move(request).error());
    checked.serviceRequest = *request;
    if (checked.ends) return checked;
    if (auto ok = checkRequest(*request, document, settings, checked.warnings); !ok) {
        return std::unexpected(std::move(ok).error());
    }
    return checked;
}

}  // namespace waymark::doors::bars
