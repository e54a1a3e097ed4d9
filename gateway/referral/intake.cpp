#include "gateway/referral/intake.h"

#include <fmt/format.h>

#include <array>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_writer.h"
#include "gateway/referral/clock.h"
#include "gateway/referral/message.h"
#include "gateway/referral/nhs_number_check.h"
#include "gateway/referral/organisation.h"
#include "gateway/referral/request_check.h"
#include "gateway/referral/route_rules.h"
#include "gateway/referral/routing.h"
#include "gateway/referral/sharing.h"
#include "gateway/referral/tree_edit.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::referral {

struct Intake::Parts {
    std::shared_ptr<const mappings::Set> set;
    std::shared_ptr<const config::Config> config;
    RouteRules rules;
};

namespace {

constexpr std::array<std::string_view, 6> kMaps{
    "https://waymark.health/fhir/StructureMap/servicerequest-to-referral",
    "https://waymark.health/fhir/StructureMap/transaction-to-referral",
    "https://waymark.health/fhir/StructureMap/bars-to-referral",
    "https://waymark.health/fhir/StructureMap/referral-to-task",
    "https://waymark.health/fhir/StructureMap/assignment-to-task",
    "https://waymark.health/fhir/StructureMap/referral-to-servicerequest",
};

std::string_view mapFor(Origin origin) {
    return kMaps.at(static_cast<std::size_t>(origin));
}

/// A Patient of an earlier message, for maps that follow the subject's reference.
class EarlierPatient final : public path::Services {
public:
    explicit EarlierPatient(tree::Element patient) : patient_(patient) {}
    [[nodiscard]] tree::Element resolve(std::string_view reference) const override {
        if (!patient_) return {};
        const auto named = typeAndId(reference);
        const bool same =
            named && named->type == "Patient" && named->id == textOf(patient_, model::name::id);
        return same ? patient_ : tree::Element();
    }

private:
    tree::Element patient_;
};

/// Maps that are missing, and formats of providers that no map has.
std::vector<Issue> missingMaps(const mappings::Set& set, const config::Config& config) {
    std::vector<Issue> faults;
    const auto add = [&](std::string text, const config::Place& place) {
        Issue issue;
        issue.type = IssueType::NotFound;
        issue.text = std::move(text);
        issue.file = place.file;
        issue.at = place.at;
        faults.push_back(std::move(issue));
    };
    for (const std::string_view map : kMaps) {
        if (set.maps().has(map)) continue;
        add(fmt::format("The mappings have no map {}, which the gateway needs.", map), {});
    }
    for (const config::Provider& provider : config.providers) {
        if (set.maps().has(provider.format)) continue;
        add(fmt::format("Provider {}: the mappings have no map {}.", provider.id, provider.format),
            provider.formatPlace);
    }
    return faults;
}

/// A `check` or a cardinality in the map did not hold: its author asks it of the sender. Every
/// other fault of a map is ours.
std::unexpected<Failure> notAsTheMapWants(const Issue& fault) {
    return fail(
        Kind::Unprocessable, IssueType::BusinessRule,
        fmt::format("The message does not hold what the mapping asks of it, at rule {}: {}.",
                    fault.expression, fault.text));
}

/// A referral that is being taken in.
class Taking {
public:
    Taking(const mappings::Set& set, const config::Config& config, const RouteRules& rules,
           const Submission& submission, tree::Arena& arena, Random& random)
        : set_(set),
          config_(config),
          rules_(rules),
          submission_(submission),
          arena_(arena),
          random_(random),
          message_(submission.document->root, set.model()) {}

    Result<Accepted> take();

private:
    Result<tree::Element> mapIn();
    Result<Accepted> route(tree::Element record);
    Accepted setAside(std::string_view why);
    void writeRecord(tree::Element record);
    void markUnverified(tree::Element record);
    Event& event(EventType type, Actor actor);
    void startClock(std::string_view kind, const config::Route& route);
    [[nodiscard]] std::string pcnOf(const std::string& organisation) const;

    const mappings::Set& set_;
    const config::Config& config_;
    const RouteRules& rules_;
    const Submission& submission_;
    tree::Arena& arena_;
    Random& random_;
    const Message message_;
    Request request_;
    NhsNumberFound number_;
    Accepted accepted_;
};

Result<Accepted> Taking::take() {
    Result<std::string> owner = ownerOf(Claim{.organisation = submission_.organisation,
                                              .actsFor = submission_.actsFor,
                                              .anyOrganisation = submission_.anyOrganisation},
                                        message_, submission_.origin);
    if (!owner) return std::unexpected(std::move(owner.error()));
    Result<Request> request = checkRequest(submission_, message_);
    if (!request) return std::unexpected(std::move(request.error()));
    request_ = std::move(*request);
    Result<NhsNumberFound> number = checkNhsNumber(
        request_.patient, set_.model(), config_.strictNhsNumber || submission_.strictNhsNumber);
    if (!number) return std::unexpected(std::move(number.error()));
    number_ = std::move(*number);

    accepted_.organisation = std::move(*owner);
    accepted_.nhsNumber = number_.digits;
    if (number_.warning) accepted_.warnings.push_back(*number_.warning);
    accepted_.identifiers = identifiersOf(request_.resource);
    accepted_.patientId = request_.patientId;
    accepted_.authored = textOf(request_.resource, model::name::authoredOn);
    event(EventType::Received, Actor::Practice).actorId = accepted_.organisation;

    const Result<tree::Element> record = mapIn();
    if (record) return route(*record);
    const Issue& fault = record.error().issues.front();
    if (fault.type == IssueType::BusinessRule) return notAsTheMapWants(fault);
    return setAside(fmt::format("{}: {}", fault.expression, fault.text));
}

Result<tree::Element> Taking::mapIn() {
    const EarlierPatient earlier(submission_.patient);
    map::Run run;
    run.arena = &arena_;
    run.random = &random_;
    run.now = submission_.now;
    run.services = &earlier;
    const std::array<tree::Element, 2> inputs{submission_.document->root, request_.patient};
    const std::size_t count = submission_.origin == Origin::ServiceRequest ? 2 : 1;
    return set_.maps().transform(mapFor(submission_.origin),
                                 std::span<const tree::Element>(inputs.data(), count), run);
}

Result<Accepted> Taking::route(tree::Element record) {
    const Facts facts = factsOf(record, set_.model());
    if (facts.objected) {
        return fail(Kind::Unprocessable, IssueType::BusinessRule,
                    "The message says that the person objects to sharing (Consent); it is not "
                    "passed on. Send it again when the person agrees.");
    }
    writeRecord(record);
    const std::string pcn = pcnOf(accepted_.organisation);
    const RouteRules::Sender sender{.organisation = accepted_.organisation, .pcn = pcn};
    const Result<RouteRules::Choice> choice =
        rules_.choose(record, facts, sender, submission_.now, arena_);
    if (!choice) return setAside(choice.error().text());
    if (choice->provider == nullptr) {
        return fail(Kind::Unprocessable, IssueType::NotSupported,
                    "No service that this gateway knows can take this referral: none is "
                    "configured for the need, the place and the consent that the message gives.");
    }
    accepted_.route = choice->route->name;
    accepted_.provider = choice->provider->id;
    std::uint32_t asked = 0;
    for (const config::Provider* const provider : candidatesOf(config_, *choice->route, facts)) {
        if (asked++ == choice->route->askAtOnce) break;
        Event& made = event(EventType::Asked, Actor::Gateway);
        made.assignment = AssignmentId(Uuid::version7(submission_.now, random_));
        made.provider = provider->id;
        made.status = Status::Requested;
    }
    startClock(clock::kDeliveredWithin, *choice->route);
    return std::move(accepted_);
}

Accepted Taking::setAside(std::string_view why) {
    check(!config_.routes.empty(), "a configuration has a catch-all route");
    const config::Route& last = config_.routes.back();
    accepted_.route = last.name;
    Event& aside = event(EventType::SetAside, Actor::Gateway);
    aside.reasonCode = vocabulary::kNotProcessed;
    aside.detail.note = why;
    startClock(clock::kMendedWithin, last);
    return std::move(accepted_);
}

void Taking::writeRecord(tree::Element record) {
    if (number_.present && !number_.verified) markUnverified(record);
    tree::writeJson(record, set_.model(), accepted_.record);
}

void Taking::markUnverified(tree::Element record) {
    const model::Model& model = set_.model();
    const tree::Element person = record.child(model.nameId("person"));
    const tree::Element number = person ? person.child(model.nameId("nhsNumber")) : person;
    if (!number) return;
    tree::Builder builder(arena_, model);
    builder.value(ours(number), "unverified", "true");
}

Event& Taking::event(EventType type, Actor actor) {
    Event made;
    made.type = type;
    made.at = submission_.now;
    made.actor = actor;
    return accepted_.events.emplace_back(std::move(made));
}

void Taking::startClock(std::string_view kind, const config::Route& route) {
    accepted_.clock = kind;
    accepted_.clockDue = clock::dueFor(kind, {}, route, config_.workingTime, submission_.now);
}

std::string Taking::pcnOf(const std::string& organisation) const {
    const config::Client* const client = config_.client(submission_.client);
    const config::Practice* const practice = client == nullptr
                                                 ? config_.practice(organisation)
                                                 : config_.practiceFor(organisation, *client);
    return practice == nullptr ? std::string() : practice->pcn;
}

}  // namespace

Intake::Intake(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Result<std::shared_ptr<const Intake>> Intake::make(std::shared_ptr<const mappings::Set> set,
                                                   std::shared_ptr<const config::Config> config) {
    std::vector<Issue> faults = missingMaps(*set, *config);
    for (Issue& issue : unknownParts(*set, *config)) faults.push_back(std::move(issue));
    Result<RouteRules> rules = RouteRules::compile(*set, *config);
    if (!rules) {
        for (Issue& issue : rules.error().issues) faults.push_back(std::move(issue));
    }
    if (!faults.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(faults)));
    auto parts = std::make_shared<const Parts>(
        Parts{.set = std::move(set), .config = std::move(config), .rules = std::move(*rules)});
    return std::shared_ptr<const Intake>(new Intake(std::move(parts)));
}

Result<Accepted> Intake::accept(const Submission& submission, tree::Arena& arena,
                                Random& random) const {
    check(submission.document != nullptr && submission.document->root, "a submission was read");
    return Taking(*parts_->set, *parts_->config, parts_->rules, submission, arena, random).take();
}

std::vector<const config::Provider*> Intake::candidates(std::string_view route,
                                                        tree::Element record) const {
    return candidatesOf(*parts_->config, routeNamed(*parts_->config, route),
                        factsOf(record, parts_->set->model()));
}

}  // namespace waymark::referral
