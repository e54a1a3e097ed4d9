// POST $process-message (BaRS Core 1.5.0, referral receiver): a new referral is taken in and the
// message comes back with the ids that we gave.
#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "fhir/outcome/outcome.h"
#include "fhir/tree/builder.h"
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

/// The message as we keep it; warnings stand in an OperationOutcome at its end.
net::Response reply(Visit* visit, const Arrival& arrival, const TakenIn& taken,
                    const std::vector<Issue>& warnings, fhir::Format format) {
    const auto& model = visit->snapshot->set->model();
    auto* bundle =
        visit->snapshot->presenter->message(arrival.document, taken.dossier.id, *visit->arena);
    if (!warnings.empty()) {
        tree::Builder builder(*visit->arena, model);
        const auto outcome = outcome::operationOutcome(warnings, *visit->arena);
        auto* entry = builder.add(bundle, "entry");
        builder.copy(outcome, entry, "resource");
    }
    return fhir::resourceAnswer(200, tree::view(bundle), model, format);
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
