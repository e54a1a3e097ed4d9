#include "gateway/doors/take_in.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "fhir/outcome/outcome.h"
#include "fhir/tree/json_writer.h"
#include "gateway/crypto/digest.h"
#include "gateway/doors/store_access.h"
#include "gateway/doors/validation.h"
#include "gateway/store/refusal.h"

namespace waymark::doors {
namespace {

using boost::asio::awaitable;

std::string digestOf(std::string_view text) {
    return std::string(crypto::view(crypto::sha256(text)));
}

/// The same content however it was laid out: a digest of the tree as we write it.
std::string fingerprint(const tree::Document& document) {
    std::string text;
    tree::writeJson(document.root, *document.model, text);
    return digestOf(text);
}

std::string identifierKey(std::string_view organisation, std::string_view system,
                          std::string_view value) {
    return fmt::format("identifier|{}|{}|{}", organisation, system, value);
}

store::AuditEntry auditEntry(const Visit& visit, std::string_view action, std::string subject,
                             std::string_view outcome) {
    return {.at = visit.request.received,
            .actor = visit.principal.id,
            .action = std::string(action),
            .subject = std::move(subject),
            .outcome = std::string(outcome),
            .request = visit.request.requestId};
}

referral::Submission submissionOf(const Visit& visit, const Arrival& arrival) {
    return {
        .origin = arrival.origin,
        .document = &arrival.document,
        .organisation = arrival.organisation,
        .actsFor = visit.principal.organisations,
        .anyOrganisation = visit.principal.anyOrganisation,
        .client = visit.principal.id,
        .id = referral::ReferralId(Uuid::version7(visit.request.received, visit.services.random)),
        .now = visit.request.received,
        .patient = arrival.patient,
        .strictNhsNumber = refusesNhsNumber(visit)};
}

/// The keys under which this request will be known again, each with the answer that it had.
std::vector<store::Verdict> verdictsFor(const Visit& visit, const Arrival& arrival,
                                        const referral::Accepted& accepted,
                                        const referral::ReferralId& id) {
    std::vector<store::Verdict> verdicts;
    const bool byIdentifier = arrival.comparesContent && !accepted.identifiers.empty();
    if (visit.repeatKey.empty() && !byIdentifier) return verdicts;
    const auto content = arrival.comparesContent ? fingerprint(arrival.document) : std::string();
    const auto add = [&](std::string key) {
        verdicts.push_back({.key = std::move(key),
                            .fingerprint = content,
                            .status = 201,
                            .contentType = {},
                            .body = {},
                            .referral = id});
    };
    if (!visit.repeatKey.empty()) add(visit.repeatKey);
    if (byIdentifier) {
        for (const auto& [system, value] : accepted.identifiers) {
            add(identifierKey(accepted.organisation, system, value));
        }
    }
    return verdicts;
}

store::Commit commitFor(const Visit& visit, const Arrival& arrival,
                        const referral::Submission& submission, const referral::Accepted& accepted,
                        std::vector<store::Verdict> verdicts) {
    store::Commit commit;
    commit.lane = store::Lane::Door;
    commit.referral = submission.id;
    store::NewReferral made{
        .organisation = accepted.organisation,
        .client = visit.principal.id,
        .origin = arrival.origin,
        .route = accepted.route,
        .setVersion = visit.snapshot->set->version(),
        .contentType = std::string(visit.request.fields.find("content-type").value_or("")),
        .body = visit.request.body,
        .record = accepted.record,
        .nhsNumber = accepted.nhsNumber,
        .identifiers = {},
        .patientId = accepted.patientId,
        .authored = accepted.authored};
    for (const auto& [system, value] : accepted.identifiers) {
        made.identifiers.push_back({system, value});
    }
    commit.create = std::move(made);
    commit.events = accepted.events;
    for (const auto& event : accepted.events) {
        if (event.type != referral::EventType::Asked) continue;
        commit.deliveries.push_back(
            {.id = referral::DeliveryId(Uuid::version7(submission.now, visit.services.random)),
             .assignment = *event.assignment,
             .provider = event.provider,
             .kind = store::DeliveryKind::Created,
             .due = submission.now,
             .deadline = accepted.clockDue});
    }
    commit.clock =
        store::ClockChange{.cleared = false, .kind = accepted.clock, .due = accepted.clockDue};
    commit.verdicts = std::move(verdicts);
    commit.audit.push_back(auditEntry(visit, "create", submission.id.get().text(), "ok"));
    return commit;
}

referral::Dossier dossierOf(store::Commit&& commit) {
    referral::Dossier dossier;
    dossier.id = *commit.referral;
    dossier.organisation = std::move(commit.create->organisation);
    dossier.client = std::move(commit.create->client);
    dossier.origin = commit.create->origin;
    dossier.route = std::move(commit.create->route);
    dossier.setVersion = std::move(commit.create->setVersion);
    dossier.contentType = std::move(commit.create->contentType);
    dossier.body = std::move(commit.create->body);
    dossier.record = std::move(commit.create->record);
    dossier.events = std::move(commit.events);
    dossier.state = referral::fold(dossier.events);
    return dossier;
}

std::unexpected<Failure> otherContent(std::string_view what) {
    return fail(Kind::Conflict, IssueType::Conflict,
                fmt::format("{} came before with other content; send this referral with one of its "
                            "own, or read the first with a search.",
                            what));
}

/// The answer that an earlier request with this key was refused with.
Result<TakenIn> repeatedRefusal(const Visit& visit, const Arrival& arrival,
                                store::Verdict earlier) {
    if (arrival.comparesContent && earlier.fingerprint != digestOf(visit.request.body)) {
        return otherContent("This Idempotency-Key");
    }
    TakenIn taken;
    taken.repeat = Repeat::ByKey;
    taken.refusal.emplace();
    taken.refusal->status = earlier.status;
    taken.refusal->fields.set("Content-Type", std::move(earlier.contentType));
    taken.refusal->body = std::move(earlier.body);
    return taken;
}

/// What the earlier request with one of these keys made or was told.
awaitable<Result<TakenIn>> replay(Visit* visit, const Arrival* arrival,
                                  const std::vector<store::Verdict>* verdicts) {
    for (const auto& wanted : *verdicts) {
        const bool byKey = wanted.key == visit->repeatKey;
        auto found = co_await verdict(visit, wanted.key);
        if (!found) co_return std::unexpected(std::move(found).error());
        if (!*found) continue;
        auto& earlier = **found;
        if (!earlier.referral) {
            auto refused = repeatedRefusal(*visit, *arrival, std::move(earlier));
            co_return refused;
        }
        if (earlier.fingerprint != wanted.fingerprint) {
            co_return otherContent(byKey ? "This Idempotency-Key"
                                         : "This ServiceRequest.identifier");
        }
        auto dossier = co_await referralById(visit, *earlier.referral);
        if (!dossier) co_return std::unexpected(std::move(dossier).error());
        if (!*dossier) continue;
        TakenIn taken;
        taken.dossier = std::move(**dossier);
        taken.repeat = byKey ? Repeat::ByKey : Repeat::ByIdentifier;
        co_return taken;
    }
    co_return fail(Kind::Conflict, IssueType::Conflict,
                   "Another request is taking this referral in at this moment; send it again.");
}

/// 401, 403, 408, 425, 429 and 5xx say nothing final about a request.
bool isDefinitive(Kind kind) {
    switch (kind) {
        case Kind::Unauthenticated:
        case Kind::Forbidden:
        case Kind::TimedOut:
        case Kind::TooEarly:
        case Kind::Throttled:
        case Kind::Fault:
        case Kind::NotImplemented:
        case Kind::Unavailable:
            return false;
        default:
            return true;
    }
}

/// The rule's path alone: what stands after it may be of the message.
void tellSetAside(const Visit& visit, const referral::Dossier& dossier) {
    const std::string& note = dossier.events.back().detail.note;
    std::string rule = note.substr(0, note.find(": "));
    std::ranges::replace(rule, '|', '/');
    visit.services.log.error("referral.set-aside",
                             {{"referral", dossier.id.get()}, {"rule", telemetry::Name(rule)}});
    visit.services.noteSetAside();
}

}  // namespace

awaitable<Result<TakenIn>> takeIn(Visit* visit, Arrival arrival) {
    const bool repeatable = !visit->repeatKey.empty();
    const auto mark = repeatable ? visit->services.inFlight.mark(visit->repeatKey) : std::nullopt;
    if (repeatable && !mark) {
        auto failure = fail(Kind::TooEarly, IssueType::Duplicate,
                            "The first request with these ids is still being processed; send it "
                            "again after the time in Retry-After.");
        failure.error().retryAfter = std::chrono::seconds(2);
        co_return failure;
    }
    auto told = validateArrival(*visit, arrival.document);
    if (!told) co_return std::unexpected(std::move(told).error());
    const auto submission = submissionOf(*visit, arrival);
    auto accepted =
        visit->snapshot->intake->accept(submission, *visit->arena, visit->services.random);
    if (!accepted) co_return std::unexpected(std::move(accepted).error());

    auto verdicts = verdictsFor(*visit, arrival, *accepted, submission.id);
    auto work = commitFor(*visit, arrival, submission, *accepted, verdicts);
    auto copy = work;
    auto committed = co_await commit(visit, std::move(work));
    if (!committed) {
        const auto& issues = committed.error().issues;
        if (issues.empty() || issues.front().code != store::kVerdictExists) {
            co_return std::unexpected(std::move(committed).error());
        }
        auto repeated = co_await replay(visit, &arrival, &verdicts);
        co_return repeated;
    }
    visit->services.wakeDelivery();
    TakenIn taken;
    taken.dossier = dossierOf(std::move(copy));
    if (taken.dossier.state.setAside) tellSetAside(*visit, taken.dossier);
    taken.warnings = std::move(accepted->warnings);
    std::ranges::move(*told, std::back_inserter(taken.warnings));
    co_return taken;
}

awaitable<void> keepRefusal(Visit* visit, Kind kind, const net::Response* answer) {
    store::Commit work;
    work.lane = store::Lane::Door;
    work.audit.push_back(auditEntry(*visit, "refused", {}, std::to_string(answer->status)));
    if (!visit->repeatKey.empty() && isDefinitive(kind)) {
        const auto type = answer->fields.find("Content-Type").value_or("");
        work.verdicts.push_back({.key = visit->repeatKey,
                                 .fingerprint = digestOf(visit->request.body),
                                 .status = answer->status,
                                 .contentType = std::string(type),
                                 .body = answer->body,
                                 .referral = std::nullopt});
    }
    auto kept = co_await commit(visit, std::move(work));
    if (!kept && kept.error().kind != Kind::Conflict) {
        const auto& request = visit->request.requestId;
        visit->services.log.warning("refusal.not-kept", {{"request", telemetry::Id(request)}});
    }
}

}  // namespace waymark::doors
