#include "gateway/doors/bars/cancel.h"

#include <optional>
#include <string>
#include <utility>

#include "fhir/json/value.h"
#include "fhir/model/r4_ids.h"
#include "gateway/doors/store_access.h"
#include "gateway/doors/withdraw.h"
#include "gateway/referral/resource_id.h"
#include "gateway/store/refusal.h"

namespace waymark::doors::bars {
namespace {

using boost::asio::awaitable;
namespace type = model::type;
namespace name = model::name;

constexpr std::string_view kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";
constexpr json::DocumentLimits kLimits{
    .bytes = 64U * 1024 * 1024, .depth = 256, .values = 4'000'000};

std::string_view text(tree::Element element, model::NameId child) {
    const auto found = element ? element.child(child) : tree::Element();
    return found ? found.text() : std::string_view();
}

std::unexpected<Failure> notFound() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "No referral of yours is the one that this message takes back: name it by the id "
                "that ServiceRequest had in the answer, or by its identifier.");
}

/// Ten digits, or empty. The message's Patient is the only one.
std::string nhsNumberIn(tree::Element serviceRequest) {
    tree::Element bundle = serviceRequest;
    while (bundle.parent()) bundle = bundle.parent();
    for (auto entry = bundle.child(name::entry); entry; entry = entry.nextSame()) {
        const auto patient = entry.child(name::resource);
        if (!patient || patient.type() != type::Patient) continue;
        for (auto id = patient.child(name::identifier); id; id = id.nextSame()) {
            if (text(id, name::system) == kNhsNumber) return std::string(text(id, name::value));
        }
    }
    return {};
}

std::string nhsNumberOf(const referral::Dossier& dossier) {
    const auto record = json::Value::parse(dossier.record, kLimits);
    if (!record) return {};
    return std::string((*record)["person"]["nhsNumber"]["value"].asString().value_or(""));
}

using Found = Result<std::optional<referral::ReferralId>>;

/// The only match, of those that are open.
awaitable<Found> only(Visit* visit, store::SearchQuery query) {
    query.viewer = visit->principal.viewer();
    query.count = 2;
    auto page = co_await search(visit, std::move(query));
    if (!page) co_return std::unexpected(std::move(page).error());
    if (page->ids.size() == 1) co_return page->ids.front();
    if (page->ids.empty()) co_return std::nullopt;
    co_return fail(Kind::Unprocessable, IssueType::MultipleMatches,
                   "Several referrals of yours may be meant: name the one by the id that its "
                   "ServiceRequest had in the answer.");
}

awaitable<Found> find(Visit* visit, tree::Element request, std::string nhsNumber) {
    const auto id = referral::parseResourceId(text(request, name::id));
    if (id && !id->entry) co_return id->referral;
    for (auto each = request.child(name::identifier); each; each = each.nextSame()) {
        store::SearchQuery query;
        query.identifier = store::Identifier{std::string(text(each, name::system)),
                                             std::string(text(each, name::value))};
        auto found = co_await only(visit, std::move(query));
        if (!found || *found) co_return found;
    }
    if (nhsNumber.empty()) co_return std::nullopt;
    store::SearchQuery query;
    query.nhsNumber = std::move(nhsNumber);
    using enum referral::Status;
    query.statuses.assign({Requested, Accepted, InProgress, OnHold});
    auto found = co_await only(visit, std::move(query));
    co_return found;
}

/// That a message named one person's referral and another person is for people to look at.
void keepSafetyEvent(Visit* visit, const referral::ReferralId& id) {
    visit->services.log.warning("safety.wrong-patient", {{"referral", id.get()}});
    store::Commit work;
    work.lane = store::Lane::Status;
    work.audit.push_back({.at = visit->request.received,
                          .actor = visit->principal.id,
                          .action = "safety",
                          .subject = id.get().text(),
                          .outcome = "wrong-patient",
                          .request = visit->request.requestId});
    auto& log = visit->services.log;
    visit->services.store.commit(std::move(work), [&log](Result<store::Committed> kept) {
        if (!kept) log.failure(telemetry::Level::Error, "safety.not-kept", kept.error());
    });
}

referral::Withdrawal wantedBy(const CheckedMessage& message) {
    referral::Withdrawal wanted;
    wanted.status = *message.ends;
    // On cancellation alone, reasonCode says why the sender withdraws.
    const auto reason = message.serviceRequest.child(name::reasonCode);
    wanted.reasonText = text(reason, name::text);
    return wanted;
}

}  // namespace

awaitable<Result<void>> cancel(Visit* visit, CheckedMessage message) {
    auto nhsNumber = nhsNumberIn(message.serviceRequest);
    auto id = co_await find(visit, message.serviceRequest, nhsNumber);
    if (!id) co_return std::unexpected(std::move(id).error());
    if (!*id) co_return notFound();
    auto found = co_await referralById(visit, **id);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    const auto known = nhsNumberOf(**found);
    if (!nhsNumber.empty() && !known.empty() && nhsNumber != known) {
        keepSafetyEvent(visit, **id);
        co_return fail(Kind::Unprocessable, IssueType::BusinessRule,
                       "The Patient of the message is not the person of this referral.");
    }
    std::vector<store::Verdict> verdicts;
    verdicts.push_back({.key = visit->repeatKey,
                        .fingerprint = {},
                        .status = 200,
                        .contentType = {},
                        .body = {},
                        .referral = **id});
    auto wanted = wantedBy(message);
    auto done = co_await withdraw(visit, **id, std::move(wanted), 0, std::move(verdicts));
    if (done) co_return Result<void>();
    const auto& issues = done.error().issues;
    if (!issues.empty() && issues.front().code == store::kVerdictExists) {
        co_return fail(Kind::Conflict, IssueType::Duplicate,
                       "A message with this X-Request-Id and X-Correlation-Id has been processed "
                       "already.");
    }
    co_return std::unexpected(std::move(done).error());
}

}  // namespace waymark::doors::bars
