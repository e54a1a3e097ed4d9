#include "gateway/doors/fhir/answer.h"

#include <date/date.h>
#include <fmt/format.h>

#include "fhir/model/temporal.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/json_writer.h"
#include "fhir/tree/xml_writer.h"

namespace waymark::doors::fhir {
namespace {

/// Fails where XML cannot carry the resource.
Result<std::string> render(tree::Element resource, const model::Model& model, Format format) {
    std::string body;
    if (format == Format::Json) {
        tree::writeJson(resource, model, body);
    } else if (const auto written = tree::writeXml(resource, model, body); !written) {
        return std::unexpected(written.error());
    }
    return body;
}

}  // namespace

net::Response resourceAnswer(unsigned status, tree::Element resource, const model::Model& model,
                             Format format) {
    auto body = render(resource, model, format);
    if (!body) {
        // What XML cannot carry (a control character in a text) comes as JSON with its own status
        // (RFC 9110 section 12.4.1): a refusal would hide that a referral was taken in.
        format = Format::Json;
        body = render(resource, model, format);
    }
    net::Response response;
    response.status = status;
    response.fields.set("Content-Type", std::string(contentType(format)));
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(*body);
    return response;
}

net::Response failureAnswer(const Failure& failure, Format format, outcome::Dialect dialect) {
    tree::Arena arena(8 * 1024);
    const auto outcome = outcome::operationOutcome(failure, arena, dialect);
    auto response =
        resourceAnswer(outcome::httpStatus(failure.kind), outcome, model::Model::r4(), format);
    if (failure.retryAfter) {
        response.fields.set("Retry-After", std::to_string(failure.retryAfter->count()));
    }
    return response;
}

void setVersionHeaders(net::Response& response, tree::Element resource, const model::Model& model) {
    const auto version = tree::follow(resource, "meta.versionId", model);
    if (version) response.fields.set("ETag", fmt::format("W/\"{}\"", version.text()));
    const auto updated = tree::follow(resource, "meta.lastUpdated", model);
    if (!updated) return;
    auto date = httpDate(updated.text());
    if (!date.empty()) response.fields.set("Last-Modified", std::move(date));
}

std::string locationOf(const Visit& visit, tree::Element resource, const model::Model& model) {
    const auto id = tree::follow(resource, "id", model);
    const auto version = tree::follow(resource, "meta.versionId", model);
    std::string location =
        fmt::format("{}/{}/{}", visit.snapshot->config->publicBase,
                    model.type(resource.type()).name, id ? id.text() : std::string_view());
    if (version) location += fmt::format("/_history/{}", version.text());
    return location;
}

std::string httpDate(std::string_view instant) {
    const auto value = model::Temporal::parseDateTime(instant);
    if (!value) return {};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(value->instant());
    return date::format("%a, %d %b %Y %T GMT", seconds);
}

}  // namespace waymark::doors::fhir
