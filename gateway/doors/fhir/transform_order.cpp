#include "gateway/doors/fhir/transform_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace waymark::doors::fhir {
namespace {

constexpr std::string_view kFile = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file";
constexpr std::array<std::string_view, 3> kMain{"map", "sourceMap", "srcMap"};

std::unexpected<Failure> wrong(std::string text) {
    return fail(Kind::Incorrect, IssueType::Required, std::move(text));
}

/// A parameter's resource as JSON, or its text in any of the primitive types.
std::string contentOf(const json::Value& parameter) {
    if (parameter["resource"].isObject()) return parameter["resource"].json();
    for (const json::Member& member : parameter.members()) {
        if (member.name.starts_with("value")) return std::string(member.value.text());
    }
    return {};
}

std::string fileOf(const json::Value& parameter, std::size_t number) {
    for (const json::Value& extension : parameter["extension"].items()) {
        if (extension["url"].text() == kFile) return std::string(extension["valueString"].text());
    }
    return number == 0 ? "map" : fmt::format("map{}", number + 1);
}

/// A Bundle brings each of its entries.
void addModels(const json::Value& parameter, std::vector<std::string>& models) {
    const json::Value& resource = parameter["resource"];
    if (resource["resourceType"].text() != "Bundle") {
        models.push_back(contentOf(parameter));
        return;
    }
    for (const json::Value& entry : resource["entry"].items()) {
        if (entry["resource"].isObject()) models.push_back(entry["resource"].json());
    }
}

void take(const json::Value& parameter, TransformOrder& order, std::vector<map::Source>& others) {
    const std::string_view name = parameter["name"].text();
    const auto source = [&](std::size_t number) {
        return map::Source{.file = fileOf(parameter, number), .text = contentOf(parameter)};
    };
    if (name == "source") {
        order.source = contentOf(parameter);
    } else if (std::ranges::find(kMain, name) != kMain.end()) {
        order.maps.push_back(source(order.maps.size()));
    } else if (name == "supportingMap") {
        others.push_back(source(100 + others.size()));
    } else if (name == "model") {
        addModels(parameter, order.models);
    } else if (name == "content" || name == "resource") {
        order.contents.push_back(contentOf(parameter));
    } else if (name == "debug") {
        order.debug = contentOf(parameter) == "true";
    }
}

}  // namespace

Result<TransformOrder> readTransformOrder(const net::Request& request,
                                          const json::DocumentLimits& limits) {
    TransformOrder order;
    const auto body = json::Value::parse(request.body, limits);
    if (!body) return std::unexpected(body.error());
    std::vector<map::Source> others;
    const bool parameters = (*body)["resourceType"].text() == "Parameters";
    if (parameters) {
        for (const json::Value& each : (*body)["parameter"].items()) take(each, order, others);
    }
    for (const auto& [name, value] : request.query) {
        if (name == "source") order.source = value;
        if (name == "debug") order.debug = value == "true";
    }
    // What is sent bare is the content itself.
    if (!parameters) order.contents.push_back(request.body);
    for (map::Source& other : others) order.maps.push_back(std::move(other));
    if (order.contents.empty()) {
        return wrong("Send what is to be transformed as the parameter content (or resource).");
    }
    if (order.maps.empty() && order.source.empty()) {
        return wrong(
            "Name a map of this gateway as source, or send one as sourceMap, srcMap or "
            "map.");
    }
    return order;
}

}  // namespace waymark::doors::fhir
