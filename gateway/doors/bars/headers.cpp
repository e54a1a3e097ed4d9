#include "gateway/doors/bars/headers.h"

#include <algorithm>

#include <fmt/format.h>

#include "fhir/core/uuid.h"
#include "fhir/json/value.h"
#include "fhir/nhs/ods_code.h"
#include "gateway/crypto/base64.h"
#include "gateway/doors/bars/message.h"
#include "gateway/doors/header_text.h"

namespace waymark::doors::bars {
namespace {

std::unexpected<Failure> missing(std::string_view field, std::string_view what) {
    return fail(Kind::Incorrect, IssueType::Required,
                fmt::format("The header field {} is required: {}.", field, what));
}

std::unexpected<Failure> malformed(std::string_view field, std::string_view what) {
    return fail(Kind::Incorrect, IssueType::Invalid,
                fmt::format("The header field {} is {}.", field, what));
}

Result<std::string> readId(const net::Request& request, std::string_view field) {
    const auto value = request.fields.find(field);
    if (!value) return missing(field, "a UUID that names this request or its conversation");
    const auto id = Uuid::parse(trim(*value));
    if (!id) return malformed(field, "a UUID of 36 characters");
    return id->text();
}

/// A JSON object in Base64.
Result<json::Value> readObject(std::string_view field, std::string_view text) {
    const auto bytes = crypto::fromBase64(trim(text));
    auto value = bytes ? json::Value::parse(*bytes) : Result<json::Value>(json::Value());
    if (!bytes || !value || !value->isObject()) {
        return malformed(field, "a JSON object in standard Base64");
    }
    return value;
}

Result<std::string> readTarget(const net::Request& request, const config::Bars& settings) {
    constexpr std::string_view kField = "NHSD-Target-Identifier";
    const auto text = request.fields.find(kField);
    if (!text) return missing(kField, "Base64 of {\"value\", \"system\"} of the service");
    const auto object = readObject(kField, *text);
    if (!object) return std::unexpected(object.error());
    const auto system = (*object)["system"].asString().value_or("");
    const auto value = (*object)["value"].asString().value_or("");
    if (system.empty() || value.empty()) {
        return malformed(kField, "an object whose system and value are texts that are not empty");
    }
    auto target = fmt::format("{}|{}", system, value);
    const bool ours = std::ranges::any_of(
        settings.targets, [&](const auto& known) { return sameService(known, target); });
    if (!ours) {
        return fail(Kind::NotFound, IssueType::NotFound,
                    "NHSD-Target-Identifier names a service that is not served here.");
    }
    return target;
}

Issue warning(std::string text) {
    return {.severity = Severity::Warning,
            .type = IssueType::Required,
            .text = std::move(text),
            .expression = {},
            .at = {},
            .code = {},
            .file = {}};
}

/// The ODS code in a FHIR Organization whose fields may be spelled as object or as array.
std::string odsCodeOf(const json::Value& organization) {
    const auto fromIdentifier = [](const json::Value& identifier) -> std::string {
        const auto system = lower(identifier["system"].asString().value_or(""));
        if (!system.ends_with("/ods-organization-code")) return {};
        const auto code = nhs::OdsCode::parse(identifier["value"].asString().value_or(""));
        return code ? std::string(code->text()) : std::string();
    };
    const auto& identifier = organization["identifier"];
    if (identifier.isObject()) return fromIdentifier(identifier);
    for (const auto& item : identifier.items()) {
        if (auto code = fromIdentifier(item); !code.empty()) return code;
    }
    return {};
}

Result<void> readOrganisation(const net::Request& request, const config::Bars& settings,
                              Headers& headers) {
    constexpr std::string_view kField = "NHSD-End-User-Organisation";
    const auto text = request.fields.find(kField);
    if (!text) {
        if (settings.requireOrganisation) return missing(kField, "Base64 of a FHIR Organization");
        headers.warnings.push_back(
            warning("The header field NHSD-End-User-Organisation is missing; the message's sender "
                    "was taken instead."));
        return {};
    }
    const auto object = readObject(kField, *text);
    if (!object) return std::unexpected(object.error());
    headers.organisation = odsCodeOf(*object);
    if (headers.organisation.empty()) {
        headers.warnings.push_back(
            warning("NHSD-End-User-Organisation holds no ODS code; the message's sender was taken "
                    "instead."));
    }
    return {};
}

}  // namespace

Result<Headers> readHeaders(const net::Request& request, const config::Bars& settings) {
    Headers headers;
    auto requestId = readId(request, "X-Request-Id");
    if (!requestId) return std::unexpected(std::move(requestId).error());
    headers.requestId = std::move(*requestId);
    auto correlationId = readId(request, "X-Correlation-Id");
    if (!correlationId) return std::unexpected(std::move(correlationId).error());
    headers.correlationId = std::move(*correlationId);
    auto target = readTarget(request, settings);
    if (!target) return std::unexpected(std::move(target).error());
    headers.target = std::move(*target);
    if (auto read = readOrganisation(request, settings, headers); !read) {
        return std::unexpected(std::move(read).error());
    }
    if (!request.fields.find("NHSD-Requesting-Software")) {
        if (settings.requireOrganisation) {
            return missing("NHSD-Requesting-Software", "Base64 of a FHIR Device");
        }
        headers.warnings.push_back(
            warning("The header field NHSD-Requesting-Software is missing; the message was taken "
                    "in without it."));
    }
    return headers;
}

}  // namespace waymark::doors::bars
