#include "gateway/referral/presenter.h"

#include <algorithm>
#include <span>

#include "gateway/referral/presentation.h"
#include "gateway/referral/provider_json.h"
#include "gateway/referral/resource_id.h"

namespace waymark::referral {
namespace {

constexpr std::string_view kCreated = "referral.created";
constexpr std::string_view kCancelled = "referral.cancelled";

std::unexpected<Failure> noSuchResource() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no resource of this type and id among those of your referrals.");
}

std::unexpected<Failure> noSuchVersion() {
    return fail(Kind::NotFound, IssueType::NotFound, "This resource has no such version.");
}

/// A FHIR provider's Task is ended where it is; nothing else of it is ours to change.
std::unexpected<Failure> onlyItsEnd() {
    return fail(Kind::NotImplemented, IssueType::NotSupported,
                "A FHIR provider is sent a new referral and its end; its Task is not changed "
                "otherwise.");
}

/// The state after so many events; nullopt when there were not so many.
std::optional<State> stateAt(const Dossier& dossier, std::uint32_t version) {
    if (version == 0 || version == dossier.state.version) return dossier.state;
    if (version > dossier.state.version || version > dossier.events.size()) return std::nullopt;
    return fold(std::span(dossier.events).first(version));
}

const Assignment* assignmentNamed(const State& state, std::string_view id) {
    const auto parsed = parseResourceId(id);
    if (!parsed || parsed->entry) return nullptr;
    return state.find(AssignmentId(parsed->referral.get()));
}

Result<tree::Element> messageResource(Presentation& presentation, std::string_view type,
                                      std::uint32_t place, std::uint32_t version) {
    for (const Message::Entry& entry : presentation.message().entries()) {
        if (entry.place != place || !presentation.message().isBundle()) continue;
        const bool own = &entry == presentation.message().serviceRequest();
        if (own || presentation.message().model().type(entry.resource.type()).name != type) break;
        if (version > 1) return noSuchVersion();
        return presentation.resource(entry);
    }
    return noSuchResource();
}

}  // namespace

Presenter::Presenter(std::shared_ptr<const mappings::Set> set,
                     std::shared_ptr<const config::Config> config,
                     std::shared_ptr<const mappings::Set> newer)
    : set_(std::move(set)), config_(std::move(config)), newer_(std::move(newer)) {}

const mappings::Set& Presenter::setFor(const Dossier& dossier,
                                       const AssignmentId& assignment) const {
    const Assignment* const known = dossier.state.find(assignment);
    const config::Provider* const provider =
        known == nullptr ? nullptr : config_->provider(known->provider);
    const bool later = provider != nullptr && newer_ && !set_->maps().has(provider->format) &&
                       newer_->maps().has(provider->format);
    return later ? *newer_ : *set_;
}

Result<tree::Element> Presenter::resource(const Dossier& dossier, std::string_view type,
                                          std::string_view id, std::uint32_t version,
                                          tree::Arena& arena, Random& random) const {
    const auto parsed = parseResourceId(id);
    if (!parsed) return noSuchResource();
    const bool own = parsed->referral == dossier.id;
    const Assignment* const assignment =
        type == "Task" ? assignmentNamed(dossier.state, id) : nullptr;
    if (!own && assignment == nullptr) return noSuchResource();
    if (own && !parsed->entry && type != "Task" && type != "ServiceRequest") {
        return noSuchResource();
    }
    const std::optional<State> state = stateAt(dossier, own && parsed->entry ? 0 : version);
    if (!state) return noSuchVersion();

    Presentation presentation(*set_, *config_, dossier, *state, arena);
    const Result<void> read = presentation.read();
    if (!read) return std::unexpected(read.error());
    if (own && parsed->entry) return messageResource(presentation, type, *parsed->entry, version);
    if (own && type == "ServiceRequest") return presentation.serviceRequest(random);
    if (own) return presentation.task(nullptr, random);
    const Assignment* const then = state->find(assignment->id);
    if (then == nullptr) return noSuchVersion();
    return presentation.task(then, random);
}

Result<std::vector<tree::Element>> Presenter::resources(const Dossier& dossier, tree::Arena& arena,
                                                        Random& random) const {
    Presentation presentation(*set_, *config_, dossier, dossier.state, arena);
    const Result<void> read = presentation.read();
    if (!read) return std::unexpected(read.error());
    std::vector<tree::Element> all;
    for (const Message::Entry& entry : presentation.message().entries()) {
        if (&entry != presentation.message().serviceRequest()) {
            all.push_back(presentation.resource(entry));
            continue;
        }
        const Result<tree::Element> own = presentation.serviceRequest(random);
        if (!own) return std::unexpected(own.error());
        all.push_back(*own);
    }
    return all;
}

tree::Node* Presenter::message(const tree::Document& document, const ReferralId& id,
                               tree::Arena& arena) const {
    const Message message(document.root, set_->model());
    tree::Builder builder(arena, set_->model());
    return PracticeCopy(message, id, builder).bundle(config_->publicBase);
}

Result<tree::Element> Presenter::record(const Dossier& dossier, tree::Arena& arena) const {
    Presentation presentation(*set_, *config_, dossier, dossier.state, arena);
    const Result<void> read = presentation.read();
    if (!read) return std::unexpected(read.error());
    return tree::view(presentation.record());
}

Result<Payload> Presenter::payload(const Dossier& dossier, const AssignmentId& assignment,
                                   std::string_view type, Instant now, Random& random) const {
    const mappings::Set& set = setFor(dossier, assignment);
    tree::Arena arena;
    Presentation presentation(set, *config_, dossier, dossier.state, arena);
    const Result<ProviderMapped> mapped =
        mapForProvider(presentation, *config_, assignment, random);
    if (!mapped) return std::unexpected(mapped.error());
    if (mapped->provider->adapter == config::AdapterKind::Fhir) {
        if (type == kCancelled) {
            return Payload{.contentType = "application/json-patch+json", .body = endPatch(*mapped)};
        }
        if (type != kCreated) return onlyItsEnd();
        return Payload{.contentType = "application/fhir+json",
                       .body = resourceJson(*mapped, set.model()),
                       .withheld = mapped->withheld};
    }
    return Payload{.contentType = "application/json",
                   .body = webhookJson(*mapped, set.model(), type, now),
                   .withheld = mapped->withheld};
}

Result<std::string> Presenter::providerView(const Dossier& dossier, const AssignmentId& assignment,
                                            Random& random) const {
    const mappings::Set& set = setFor(dossier, assignment);
    tree::Arena arena;
    Presentation presentation(set, *config_, dossier, dossier.state, arena);
    const Result<ProviderMapped> mapped =
        mapForProvider(presentation, *config_, assignment, random);
    if (!mapped) return std::unexpected(mapped.error());
    return viewJson(*mapped, set.model());
}

}  // namespace waymark::referral
