// PUT and PATCH of ServiceRequest/{id} and Task/{id} (FHIR R4 sections 3.1.0.4 and 3.1.0.6): the
// practice takes its referral back, or marks it as entered in error. Nothing else of what was sent
// can be changed; a body that changes more is refused with the place. If-Match is obeyed.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "fhir/json/value.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_writer.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/read_body.h"
#include "gateway/doors/header_text.h"
#include "gateway/doors/store_access.h"
#include "gateway/doors/withdraw.h"
#include "gateway/referral/resource_id.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;
using referral::Status;

std::unexpected<Failure> notFound() {
    return fail(Kind::NotFound, IssueType::NotFound,
                "There is no such resource among those that you may see.");
}

std::unexpected<Failure> onlyStatus(std::string place) {
    return fail(Kind::Unprocessable, IssueType::BusinessRule,
                "A referral that was accepted is changed in its status alone; cancel it and send "
                "another when something else of it is wrong.",
                std::move(place));
}

/// 0: none was sent. nullopt: it is no version of ours.
std::optional<std::uint32_t> ifMatch(const net::Request& request) {
    const auto wanted = request.fields.find("if-match");
    if (!wanted || trim(*wanted) == "*") return 0;
    std::string_view text = trim(*wanted);
    if (text.starts_with("W/")) text.remove_prefix(2);
    if (text.size() < 3 || text.front() != '"' || text.back() != '"') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::uint32_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || version == 0) {
        return std::nullopt;
    }
    return version;
}

/// What the resource's status asks of the referral; nullopt: nothing is asked.
Result<std::optional<Status>> statusAsked(std::string_view typeName, std::string_view code,
                                          std::string_view shown) {
    if (code == shown) return std::nullopt;
    if (code == "entered-in-error") return Status::EnteredInError;
    if (typeName == "ServiceRequest") {
        if (code == "revoked") return Status::Cancelled;
    } else if (const auto status = referral::statusFrom(code)) {
        return *status;
    }
    return fail(Kind::Unprocessable, IssueType::BusinessRule,
                typeName == "ServiceRequest"
                    ? "The practice may set ServiceRequest.status to revoked or entered-in-error."
                    : "The practice may set Task.status to cancelled or entered-in-error.",
                std::string(typeName) + ".status");
}

/// The reason in a Task's statusReason: a code of ours, else the words.
void readReason(const json::Value& reason, referral::Withdrawal& into) {
    for (const auto& coding : reason["coding"].items()) {
        if (coding["system"].asString() == referral::vocabulary::kStatusReason) {
            into.reasonCode = coding["code"].asString().value_or("");
        } else if (into.reasonText.empty()) {
            into.reasonText = coding["display"].asString().value_or("");
        }
    }
    if (const auto words = reason["text"].asString()) into.reasonText = *words;
}

/// Members that may differ between what we show and what comes back.
bool mayDiffer(std::string_view member) {
    constexpr std::array<std::string_view, 6> kFree{"meta",         "status",        "statusReason",
                                                    "lastModified", "implicitRules", "text"};
    return std::ranges::find(kFree, member) != kFree.end();
}

std::string written(const json::Value& value) {
    std::string out;
    json::Writer writer(out);
    value.write(writer);
    return out;
}

/// The first member of the resource that is not as we show it.
std::optional<std::string> changedMember(const json::Value& shown, const json::Value& sent) {
    for (const auto& member : sent.members()) {
        if (mayDiffer(member.name)) continue;
        const json::Value* const known = shown.find(member.name);
        if (known == nullptr || written(*known) != written(member.value)) return member.name;
    }
    for (const auto& member : shown.members()) {
        if (!mayDiffer(member.name) && sent.find(member.name) == nullptr) return member.name;
    }
    return std::nullopt;
}

constexpr json::DocumentLimits kLimits{
    .bytes = 64U * 1024 * 1024, .depth = 256, .values = 4'000'000};

/// What a change asks for; the status asked is nullopt when it asks nothing new.
struct Asked {
    std::optional<Status> status;
    referral::Withdrawal withdrawal;
};

Result<Asked> askedByPut(Visit* visit, std::string_view typeName, const json::Value& shown) {
    auto document = readBody(visit);
    if (!document) return std::unexpected(std::move(document).error());
    std::string text;
    tree::writeJson(document->root, *document->model, text);
    auto sent = json::Value::parse(text, kLimits);
    if (!sent) return std::unexpected(std::move(sent).error());
    if ((*sent)["resourceType"].asString() != typeName) {
        return fail(
            Kind::Incorrect, IssueType::Invalid,
            fmt::format("PUT {} takes a {}; this body is another type.", typeName, typeName));
    }
    if ((*sent)["id"].asString() != visit->parameter("id")) {
        return fail(Kind::Incorrect, IssueType::Invalid,
                    "The id of the resource is the id of its address.",
                    std::string(typeName) + ".id");
    }
    if (const auto member = changedMember(shown, *sent)) {
        return onlyStatus(fmt::format("{}.{}", typeName, *member));
    }
    Asked asked;
    auto status = statusAsked(typeName, (*sent)["status"].asString().value_or(""),
                              shown["status"].asString().value_or(""));
    if (!status) return std::unexpected(std::move(status).error());
    asked.status = *status;
    readReason((*sent)["statusReason"], asked.withdrawal);
    return asked;
}

Result<void> applyOperation(std::string_view typeName, const json::Value& operation,
                            const json::Value& shown, Asked& asked) {
    const auto op = operation["op"].asString().value_or("");
    const auto path = operation["path"].asString().value_or("");
    const auto& value = operation["value"];
    const bool sets = op == "replace" || op == "add";
    if (op == "test" && path == "/status") {
        if (value.asString() == shown["status"].asString()) return {};
        return fail(Kind::PreconditionFailed, IssueType::Conflict,
                    "The status is not what the patch expects.", std::string(path));
    }
    if (sets && path == "/status") {
        auto status = statusAsked(typeName, value.asString().value_or(""),
                                  shown["status"].asString().value_or(""));
        if (!status) return std::unexpected(std::move(status).error());
        asked.status = *status;
        return {};
    }
    if (sets && path == "/statusReason" && typeName == "Task" && value.isObject()) {
        readReason(value, asked.withdrawal);
        return {};
    }
    return onlyStatus(std::string(path));
}

/// RFC 6902.
Result<Asked> askedByPatch(const Visit& visit, std::string_view typeName,
                           const json::Value& shown) {
    const auto type = lower(visit.request.fields.find("content-type").value_or(""));
    if (!type.starts_with("application/json-patch+json")) {
        return fail(Kind::MediaType, IssueType::NotSupported,
                    "PATCH takes application/json-patch+json here.");
    }
    const auto patch = json::Value::parse(visit.request.body);
    if (!patch) return std::unexpected(patch.error());
    if (!patch->isArray()) {
        return fail(Kind::Incorrect, IssueType::Structure, "A JSON Patch is an array.");
    }
    Asked asked;
    for (const auto& operation : patch->items()) {
        auto applied = applyOperation(typeName, operation, shown, asked);
        if (!applied) return std::unexpected(std::move(applied).error());
    }
    return asked;
}

Result<json::Value> asShown(Visit* visit, std::string_view typeName,
                            const referral::Dossier& dossier, tree::Element* resource) {
    auto made = visit->snapshot->presenter->resource(dossier, typeName, visit->parameter("id"), 0,
                                                     *visit->arena, visit->services.random);
    if (!made) return std::unexpected(std::move(made).error());
    *resource = *made;
    std::string text;
    tree::writeJson(*made, visit->snapshot->set->model(), text);
    return json::Value::parse(text, kLimits);
}

net::Response answerWith(Visit* visit, tree::Element resource, Format format) {
    const auto& model = visit->snapshot->set->model();
    net::Response response;
    response.status = 200;
    if (preferredReturn(visit->request) != Return::Minimal) {
        response = resourceAnswer(200, resource, model, format);
    }
    setVersionHeaders(response, resource, model);
    return response;
}

awaitable<Result<net::Response>> update(Visit* visit, std::string typeName, bool patches) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    const auto id = referral::parseResourceId(visit->parameter("id"));
    if (!id || id->entry) co_return notFound();
    const auto version = ifMatch(visit->request);
    if (!version) {
        co_return fail(Kind::PreconditionFailed, IssueType::Value,
                       "If-Match takes the ETag of the resource, such as W/\"3\".");
    }
    auto found = co_await referralById(visit, id->referral);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found) co_return notFound();
    const auto& before = visit->dossiers.emplace_back(std::move(**found));
    tree::Element resource;
    auto shown = asShown(visit, typeName, before, &resource);
    if (!shown) co_return std::unexpected(std::move(shown).error());
    auto asked =
        patches ? askedByPatch(*visit, typeName, *shown) : askedByPut(visit, typeName, *shown);
    if (!asked) co_return std::unexpected(std::move(asked).error());
    if (*version != 0 && *version != before.state.shownVersion) {
        co_return fail(Kind::PreconditionFailed, IssueType::Conflict,
                       fmt::format("The resource is at version {}; read it again before you "
                                   "change it.",
                                   before.state.shownVersion));
    }
    if (!asked->status) co_return answerWith(visit, resource, *format);
    referral::Withdrawal wanted = std::move(asked->withdrawal);
    wanted.status = *asked->status;
    auto withdrawing = withdraw(visit, id->referral, std::move(wanted), *version, {});
    auto done = co_await std::move(withdrawing);
    if (!done) co_return std::unexpected(std::move(done).error());
    const auto& after = visit->dossiers.emplace_back(std::move(done->dossier));
    auto now = asShown(visit, typeName, after, &resource);
    if (!now) co_return std::unexpected(std::move(now).error());
    co_return answerWith(visit, resource, *format);
}

}  // namespace

void addUpdate(Router& router) {
    for (const char* typeName : {"ServiceRequest", "Task"}) {
        const auto path = fmt::format("{}/{}/{{id}}", kBase, typeName);
        router.add(
            {.method = "PUT", .path = path, .open = false, .endpoint = [typeName](Visit* visit) {
                 return update(visit, typeName, false);
             }});
        router.add(
            {.method = "PATCH", .path = path, .open = false, .endpoint = [typeName](Visit* visit) {
                 return update(visit, typeName, true);
             }});
    }
}

}  // namespace waymark::doors::fhir
