#include "gateway/delivery/fhir_server.h"

#include <algorithm>

#include "fhir/json/value.h"
#include "gateway/delivery/classifier.h"

namespace waymark::delivery::fhirserver {
namespace {

constexpr std::string_view kFhirJson = "application/fhir+json";
constexpr std::size_t kAnswerBytes = 1024 * 1024;
constexpr std::size_t kIdLengthMax = 64;

void authorise(net::ClientRequest& request, const config::Provider& provider) {
    if (provider.outgoingToken.empty()) return;
    request.fields.set("Authorization", "Bearer " + provider.outgoingToken.reveal());
}

/// "system|id", escaped for a query.
std::string assignmentToken(const Parcel& parcel) {
    return "https%3A%2F%2Fwaymark.health%2Ffhir%2FId%2Fassignment%7C" +
           parcel.assignment.get().text();
}

/// FHIR's type id: at most 64 of A-Z a-z 0-9 - and the full stop.
std::string_view idAtStart(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
    const std::string_view id = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const bool whole = id.size() == text.size() || text[id.size()] == '/';
    // In a path, a full stop or two would lead elsewhere.
    const bool named = id.find_first_not_of('.') != id.npos;
    return whole && named && id.size() <= kIdLengthMax ? id : std::string_view();
}

std::optional<std::string> taskOf(std::string_view body) {
    const auto bundle = json::Value::parse(body, {.bytes = kAnswerBytes});
    if (!bundle || (*bundle)["resourceType"].asString() != "Bundle" ||
        (*bundle)["type"].asString() != "transaction-response") {
        return std::nullopt;
    }
    for (const json::Value& entry : (*bundle)["entry"].items()) {
        const auto location = entry["response"]["location"].asString();
        if (auto task = location ? taskIn(*location) : std::nullopt) return task;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> taskIn(std::string_view location) {
    constexpr std::string_view kTask = "Task/";
    const std::size_t begin = location.rfind(kTask);
    if (begin == location.npos || (begin > 0 && location[begin - 1] != '/')) return std::nullopt;
    const std::string_view id = idAtStart(location.substr(begin + kTask.size()));
    if (id.empty()) return std::nullopt;
    return std::string(kTask) + std::string(id);
}

net::ClientRequest request(const config::Provider& provider, const Parcel& parcel) {
    net::ClientRequest request = plainRequest(provider);
    if (parcel.ends) {
        // By its id there, else by the identifier of ours that it was created with (FHIR R4
        // section 3.1.0.7.1: conditional patch): an answer that got lost hides the id.
        request.method = "PATCH";
        request.url += parcel.remote.empty() ? "/Task?identifier=" + assignmentToken(parcel)
                                             : "/" + parcel.remote;
    }
    request.answerBytes = kAnswerBytes;
    request.fields.set("Content-Type", parcel.contentType);
    request.fields.set("Accept", std::string(kFhirJson));
    // The answer is read for one location; the resources need not come back.
    request.fields.set("Prefer", "return=minimal");
    request.fields.set("Idempotency-Key", parcel.id.get().text());
    authorise(request, provider);
    request.body = parcel.body;
    return request;
}

Outcome outcomeOfEnd(const net::ClientAnswer& answer, Instant now) {
    Outcome outcome = classify(answer, now);
    // It never came there, or is there no longer: nothing is left to be ended.
    const bool absent = answer.trouble == net::Trouble::None && answer.status == 404;
    if (absent) {
        outcome = Outcome{};
        outcome.verdict = Verdict::Delivered;
        outcome.status = answer.status;
    }
    return outcome;
}

Outcome outcome(const net::ClientAnswer& answer, Instant now) {
    Outcome outcome = classify(answer, now);
    if (outcome.verdict != Verdict::Delivered) return outcome;
    auto task = answer.trouble == net::Trouble::None ? taskOf(answer.body) : std::nullopt;
    if (!task) return outcomeOf(OwnFinding::UnreadableAnswer, answer.status);
    outcome.remote = std::move(*task);
    return outcome;
}

net::ClientRequest readRequest(const config::Provider& provider, std::string_view remote,
                               std::string_view etag) {
    net::ClientRequest request = plainRequest(provider);
    request.method = "GET";
    request.url += '/';
    request.url += remote;
    request.answerBytes = kAnswerBytes;
    request.fields.set("Accept", std::string(kFhirJson));
    if (!etag.empty()) request.fields.set("If-None-Match", std::string(etag));
    authorise(request, provider);
    return request;
}

}  // namespace waymark::delivery::fhirserver
