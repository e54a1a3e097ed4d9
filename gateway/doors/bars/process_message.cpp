// POST $process-message (BaRS Core 1.5.0, referral receiver): a new referral is taken in and the
// message comes back with the ids that we gave; or an earlier one is taken back.
#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "fhir/outcome/outcome.h"
#include "fhir/tree/builder.h"
#include "gateway/doors/bars/cancel.h"
#include "gateway/doors/bars/endpoints.h"
#include "gateway/doors/bars/headers.h"
#include "gateway/doors/bars/message.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/read_body.h"
#include "gateway/doors/take_in.h"

namespace waymark::doors::bars {
namespace {

using boost::asio::awaitable;

/// Warnings stand in an OperationOutcome at the end of the message.
net::Response answer(Visit* visit, tree::Node* message, const std::vector<Issue>& warnings,
                     fhir::Format format) {
    const auto& model = visit->snapshot->set->model();
    if (!warnings.empty()) {
        tree::Builder builder(*visit->arena, model);
        const auto outcome = outcome::operationOutcome(warnings, *visit->arena);
        auto* entry = builder.add(message, "entry");
        builder.copy(outcome, entry, "resource");
    }
    return fhir::resourceAnswer(200, tree::view(message), model, format);
}

/// The message as we keep it.
net::Response reply(Visit* visit, const Arrival& arrival, const TakenIn& taken,
                    const std::vector<Issue>& warnings, fhir::Format format) {
    auto* bundle =
        visit->snapshot->presenter->message(arrival.document, taken.dossier.id, *visit->arena);
    return answer(visit, bundle, warnings, format);
}

/// An end of a referral comes back as it was sent: its ServiceRequest has our id already.
net::Response echo(Visit* visit, tree::Element message, const std::vector<Issue>& warnings,
                   fhir::Format format) {
    tree::Builder builder(*visit->arena, visit->snapshot->set->model());
    return answer(visit, builder.copyRoot(message), warnings, format);
}

awaitable<Result<net::Response>> processMessage(Visit* visit) {
    const auto& settings = visit->snapshot->config->bars;
    auto headers = readHeaders(visit->request, settings);
    if (!headers) co_return std::unexpected(std::move(headers).error());
    visit->repeatKey = fmt::format("bars|{}|{}|{}", visit->principal.id, headers->requestId,
                                   headers->correlationId);
    auto format = fhir::answerFormat(visit->request, kApiMajor);
    if (!format) co_return std::unexpected(std::move(format).error());
    auto document = fhir::readBody(visit, kApiMajor);
    if (!document) co_return std::unexpected(std::move(document).error());
    auto checked = checkMessage(*document, settings, *visit->snapshot->set);
    if (!checked) co_return std::unexpected(std::move(checked).error());

    if (checked->ends) {
        auto warnings = std::move(headers->warnings);
        std::ranges::move(checked->warnings, std::back_inserter(warnings));
        auto done = co_await cancel(visit, std::move(*checked));
        if (!done) co_return std::unexpected(std::move(done).error());
        co_return echo(visit, document->root, warnings, *format);
    }
    Arrival arrival;
    arrival.origin = referral::Origin::BarsMessage;
    arrival.document = *document;
    arrival.organisation = headers->organisation;
    arrival.comparesContent = false;
    auto taken = co_await takeIn(visit, arrival);
    if (!taken) co_return std::unexpected(std::move(taken).error());
    if (taken->refusal) co_return std::move(*taken->refusal);
    if (taken->repeat == Repeat::ByKey) {
        co_return fail(Kind::Conflict, IssueType::Duplicate,
                       "A message with this X-Request-Id and X-Correlation-Id has been processed "
                       "already.");
    }
    std::vector<Issue> warnings = std::move(headers->warnings);
    std::ranges::move(checked->warnings, std::back_inserter(warnings));
    std::ranges::move(taken->warnings, std::back_inserter(warnings));
    co_return reply(visit, arrival, *taken, warnings, *format);
}

}  // namespace

void addProcessMessage(Router& router) {
    router.add({.method = "POST",
                .path = std::string(fhir::kBase) + "/$process-message",
                .open = false,
                .endpoint = processMessage});
}

}  // namespace waymark::doors::bars
