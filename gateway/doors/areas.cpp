#include "gateway/doors/areas.h"

#include "fhir/outcome/outcome.h"
#include "gateway/doors/bars/endpoints.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/provider/endpoints.h"

namespace waymark::doors {
namespace {

/// In what the request accepts if that can be given, else in JSON; in BaRS's codes for its own
/// endpoints.
net::Response printForPractice(const Failure& failure, const net::Request& request) {
    const auto format = fhir::answerFormat(request).value_or(fhir::Format::Json);
    const bool bars = request.path.ends_with("/$process-message") ||
                      request.path.ends_with("/MessageDefinition") ||
                      request.fields.find("nhsd-target-identifier").has_value();
    return fhir::failureAnswer(failure, format,
                               bars ? outcome::Dialect::Bars : outcome::Dialect::Fhir);
}

net::Response printForProvider(const Failure& failure, const net::Request& /*request*/) {
    net::Response response;
    response.status = outcome::httpStatus(failure.kind);
    response.fields.set("Content-Type", "application/problem+json");
    response.fields.set("Cache-Control", "no-store");
    if (failure.retryAfter) {
        response.fields.set("Retry-After", std::to_string(failure.retryAfter->count()));
    }
    response.body = outcome::problemJson(failure);
    return response;
}

}  // namespace

Area practicesArea(const std::function<void(Router&)>& more) {
    Area area;
    area.prefix = fhir::kBase;
    area.audience = security::PrincipalKind::Client;
    area.print = printForPractice;
    area.keepsRefusals = true;
    fhir::addMetadata(area.router);
    bars::addProcessMessage(area.router);
    bars::addMessageDefinition(area.router);
    fhir::addValidate(area.router);
    fhir::addTransform(area.router);
    fhir::addCreate(area.router);
    fhir::addSearch(area.router);
    fhir::addUpdate(area.router);
    // Before the reads, which take every type.
    if (more) more(area.router);
    fhir::addRead(area.router);
    return area;
}

Area providersArea() {
    Area area;
    area.prefix = provider::kBase;
    area.audience = security::PrincipalKind::Provider;
    area.print = printForProvider;
    area.keepsRefusals = true;
    provider::addOpenApi(area.router);
    provider::addReferrals(area.router);
    provider::addStatus(area.router);
    return area;
}

}  // namespace waymark::doors
