// GET metadata: the CapabilityStatement (FHIR R4 section 3.1.0.14), printed from what the routers
// and the search tables know, so that it tells the truth.
#include <fmt/format.h>

#include "fhir/core/version.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/builder.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/search_parameters.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;

/// When this statement last changed; not when the server started.
constexpr std::string_view kDate = "2026-11-20";
constexpr std::string_view kReferralDefinition =
    "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral";
constexpr std::string_view kCancelDefinition =
    "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled";

void addInteractions(tree::Builder& builder, tree::Node* resource,
                     std::initializer_list<std::string_view> codes) {
    for (const auto code : codes) {
        builder.value(builder.add(resource, "interaction"), "code", code);
    }
}

void addSearched(tree::Builder& builder, tree::Node* rest, std::string_view typeName) {
    auto* resource = builder.add(rest, "resource");
    builder.value(resource, "type", typeName);
    if (typeName == "ServiceRequest") {
        addInteractions(builder, resource,
                        {"create", "read", "vread", "update", "patch", "search-type"});
    } else {
        addInteractions(builder, resource, {"read", "vread", "update", "patch", "search-type"});
    }
    builder.value(resource, "versioning", "versioned");
    builder.value(resource, "readHistory", "true");
    if (typeName == "ServiceRequest") builder.value(resource, "conditionalCreate", "true");
    for (const auto& parameter : searchParameters(typeName)) {
        auto* node = builder.add(resource, "searchParam");
        builder.value(node, "name", parameter.name);
        builder.value(node, "type", parameter.type);
        builder.value(node, "documentation", parameter.documentation);
    }
}

/// The other resources of an accepted message are read-only to their owner.
void addReadOnly(tree::Builder& builder, tree::Node* rest) {
    for (const auto typeName :
         {"Patient", "Practitioner", "PractitionerRole", "Organization", "RelatedPerson",
          "HealthcareService", "Encounter", "CarePlan", "Condition", "Consent", "Flag",
          "Observation", "QuestionnaireResponse", "Location", "Communication",
          "DocumentReference"}) {
        auto* resource = builder.add(rest, "resource");
        builder.value(resource, "type", typeName);
        addInteractions(builder, resource, {"read"});
    }
}

/// HL7 Subscriptions R5 Backport 1.1 (gateway/notify).
void addSubscription(tree::Builder& builder, tree::Node* rest) {
    constexpr std::string_view kGuide = "http://hl7.org/fhir/uv/subscriptions-backport/";
    auto* resource = builder.add(rest, "resource");
    builder.value(resource, "type", "Subscription");
    builder.value(resource, "supportedProfile",
                  fmt::format("{}StructureDefinition/backport-subscription", kGuide));
    addInteractions(builder, resource, {"create", "read", "update", "delete", "search-type"});
    for (const auto& [name, type] : {std::pair{"url", "uri"}, std::pair{"status", "token"}}) {
        auto* parameter = builder.add(resource, "searchParam");
        builder.value(parameter, "name", name);
        builder.value(parameter, "type", type);
    }
    for (const auto name : {"status", "events"}) {
        auto* operation = builder.add(resource, "operation");
        builder.value(operation, "name", name);
        builder.value(operation, "definition",
                      fmt::format("{}OperationDefinition/backport-subscription-{}", kGuide, name));
    }
}

void addRest(tree::Builder& builder, tree::Node* statement) {
    auto* rest = builder.add(statement, "rest");
    builder.value(rest, "mode", "server");
    auto* security = builder.add(rest, "security");
    builder.value(security, "description",
                  "Every request but metadata carries a bearer token in Authorization.");
    addSearched(builder, rest, "ServiceRequest");
    addSearched(builder, rest, "Task");
    addSubscription(builder, rest);
    addReadOnly(builder, rest);
    addInteractions(builder, rest, {"transaction"});
    const auto operation = [&](std::string_view named, std::string_view definition) {
        auto* node = builder.add(rest, "operation");
        builder.value(node, "name", named);
        builder.value(node, "definition", definition);
    };
    operation("process-message",
              "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message");
    operation("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate");
    operation("transform", "http://hl7.org/fhir/OperationDefinition/StructureMap-transform");
}

void addMessaging(tree::Builder& builder, tree::Node* statement) {
    auto* messaging = builder.add(statement, "messaging");
    for (const auto definition : {kReferralDefinition, kCancelDefinition}) {
        auto* supported = builder.add(messaging, "supportedMessage");
        builder.value(supported, "mode", "receiver");
        builder.value(supported, "definition", definition);
    }
}

awaitable<Result<net::Response>> metadata(Visit* visit) {
    auto format = answerFormat(visit->request);
    if (!format) co_return std::unexpected(std::move(format).error());
    const auto& model = visit->snapshot->set->model();
    tree::Builder builder(*visit->arena, model);
    auto* statement = builder.root(model::type::CapabilityStatement);
    builder.value(statement, "status", "active");
    builder.value(statement, "date", kDate);
    builder.value(statement, "publisher", "Waymark");
    builder.value(statement, "kind", "instance");
    auto* software = builder.add(statement, "software");
    builder.value(software, "name", "Waymark");
    builder.value(software, "version", kVersion);
    auto* implementation = builder.add(statement, "implementation");
    builder.value(implementation, "description", "Referral gateway for social prescribing");
    builder.value(implementation, "url", visit->snapshot->config->publicBase);
    builder.value(statement, "fhirVersion", "4.0.1");
    builder.value(statement, "format", "application/fhir+json");
    builder.value(statement, "format", "application/fhir+xml");
    addRest(builder, statement);
    addMessaging(builder, statement);
    auto response = resourceAnswer(200, tree::Element(statement), model, *format);
    response.fields.set("Cache-Control", "max-age=43200");
    co_return response;
}

}  // namespace

void addMetadata(Router& router) {
    router.add({.method = "GET",
                .path = std::string(kBase) + "/metadata",
                .open = true,
                .endpoint = metadata});
}

}  // namespace waymark::doors::fhir
