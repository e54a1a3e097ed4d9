// POST /provider/v1/referrals/{id}/status: a provider reports. The lifecycle decides; the events,
// the verdict under the Idempotency-Key and an audit entry are one commit.
#include <utility>

#include <fmt/format.h>

#include "fhir/json/writer.h"
#include "gateway/crypto/digest.h"
#include "gateway/doors/provider/endpoints.h"
#include "gateway/doors/provider/status_body.h"
#include "gateway/doors/store_access.h"
#include "gateway/store/decision_commit.h"
#include "gateway/store/refusal.h"

namespace waymark::doors::provider {
namespace {

using boost::asio::awaitable;

/// How often a report is decided again because the referral moved in between.
constexpr int kAttemptsMax = 8;

std::unexpected<Failure> notFound() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no such referral among those that you were asked about.");
}

net::Response jsonAnswer(std::string body) {
    net::Response response;
    response.fields.set("Content-Type", "application/json");
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

std::string answerBody(const referral::AssignmentId& id, referral::Status status,
                       std::uint32_t version) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("id", id.get().text())
        .member("status", referral::code(status))
        .member("version", version)
        .endObject();
    return out;
}

/// Where the assignment stands once these events are applied.
referral::State after(referral::State state, const std::vector<referral::Event>& events) {
    for (const auto& event : events) referral::apply(state, event);
    return state;
}

std::string digestOf(std::string_view body) {
    return std::string(crypto::view(crypto::sha256(body)));
}

store::Verdict verdictOf(const Visit& visit, std::string body) {
    return {.key = visit.repeatKey,
            .fingerprint = digestOf(visit.request.body),
            .status = 200,
            .contentType = "application/json",
            .body = std::move(body),
            .referral = std::nullopt};
}

/// The answer to the same key before; nullopt when there is none.
awaitable<Result<std::optional<net::Response>>> earlierAnswer(Visit* visit) {
    if (visit->repeatKey.empty()) co_return std::optional<net::Response>();
    auto found = co_await verdict(visit, visit->repeatKey);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return std::optional<net::Response>();
    if ((*found)->fingerprint != digestOf(visit->request.body)) {
        co_return fail(
            Kind::Conflict, IssueType::Conflict,
            "This Idempotency-Key came before with another body; use a new key for a new "
            "report.");
    }
    auto response = jsonAnswer(std::move((*found)->body));
    response.status = (*found)->status;
    response.fields.set("Content-Type", (*found)->contentType);
    co_return std::optional<net::Response>(std::move(response));
}

store::Commit workFor(Visit* visit, const referral::Dossier& dossier, referral::Decision decision,
                      const referral::AssignmentId& assignment, std::string body) {
    auto& services = visit->services;
    auto work = store::commitOf(dossier, std::move(decision), store::Lane::Status,
                                visit->request.received, services.random);
    if (!visit->repeatKey.empty()) work.verdicts.push_back(verdictOf(*visit, std::move(body)));
    work.audit.push_back({.at = visit->request.received,
                          .actor = visit->principal.id,
                          .action = "status",
                          .subject = assignment.get().text(),
                          .outcome = "ok",
                          .request = visit->request.requestId});
    return work;
}

/// One try: read, decide, commit. Conflict when the referral moved in between.
awaitable<Result<net::Response>> reportOnce(Visit* visit, const referral::StatusReport* report) {
    auto found = co_await referralByAssignment(visit, report->assignment);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    const auto& dossier = **found;
    auto decision = visit->snapshot->lifecycle->report(dossier, *report, visit->request.received,
                                                       visit->services.random);
    if (!decision) co_return std::unexpected(std::move(decision).error());
    const auto state = after(dossier.state, decision->events);
    const auto* assignment = state.find(report->assignment);
    check(assignment != nullptr, "a report does not remove its assignment");
    auto body = answerBody(report->assignment, assignment->status, state.version);
    if (decision->events.empty() && visit->repeatKey.empty()) co_return jsonAnswer(std::move(body));
    auto work = workFor(visit, dossier, std::move(*decision), report->assignment, body);
    auto committed = co_await commit(visit, std::move(work));
    if (!committed) co_return std::unexpected(std::move(committed).error());
    visit->services.wakeDelivery();
    co_return jsonAnswer(std::move(body));
}

/// The lifecycle's conflicts are final; these of the store are decided again.
bool movedMeanwhile(const Failure& failure) {
    if (failure.kind != Kind::Conflict || failure.issues.empty()) return false;
    const auto& code = failure.issues.front().code;
    return code == store::kVersionMoved || code == store::kVerdictExists;
}

awaitable<Result<net::Response>> postStatus(Visit* visit) {
    const auto id = Uuid::parse(visit->parameter("id"));
    if (!id) co_return notFound();
    if (const auto key = visit->request.fields.find("idempotency-key")) {
        visit->repeatKey = fmt::format("provider|{}|{}", visit->principal.id, *key);
    }
    auto report = readStatusBody(visit->request.body);
    if (!report) co_return std::unexpected(std::move(report).error());
    report->assignment = referral::AssignmentId(*id);
    report->provider = visit->principal.id;

    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
        auto earlier = co_await earlierAnswer(visit);
        if (!earlier) co_return std::unexpected(std::move(earlier).error());
        if (*earlier) co_return std::move(**earlier);
        auto response = co_await reportOnce(visit, &*report);
        if (response || !movedMeanwhile(response.error())) co_return response;
    }
    auto busy = fail(Kind::Unavailable, IssueType::LockError,
                     "Other reports on this referral came in between; send this one again.");
    busy.error().retryAfter = std::chrono::seconds(1);
    co_return busy;
}

}  // namespace

void addStatus(Router& router) {
    router.add({.method = "POST",
                .path = std::string(kBase) + "/referrals/{id}/status",
                .open = false,
                .endpoint = postStatus});
}

}  // namespace waymark::doors::provider
