// A Subscription as a practice sends it, and what is read out of a status.
#pragma once

#include <string>
#include <string_view>

#include "fhir/json/value.h"
#include "tests/support/fixed_world.h"

namespace waymark::notify::tests {

using waymark::tests::SeededRandom;

inline constexpr std::string_view kExtensions =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

/// Topic Task, id-only, one header, a heartbeat every minute. `more` stands before the channel.
inline std::string subscription(const std::string& more = {},
                                std::string_view content = "id-only") {
    const std::string base(kExtensions);
    return R"({"resourceType": "Subscription", "status": "requested", "reason": "status back",
        "criteria": "http://hl7.org/fhir/us/sdoh-clinicalcare/SubscriptionTopic/Task",)" +
           more + R"("channel": {
            "extension": [{"url": ")" +
           base + R"(backport-heartbeat-period", "valueUnsignedInt": 60}],
            "type": "rest-hook", "endpoint": "https://surgery.example/hook",
            "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": ")" +
           base + R"(backport-payload-content", "valueCode": ")" + std::string(content) + R"("}]},
            "header": ["Authorization: Bearer abc"]}})";
}

/// The value of a parameter as text; empty when there is none.
inline std::string parameter(const json::Value& status, std::string_view name) {
    for (const auto& each : status["parameter"].items()) {
        if (each["name"].asString() != name) continue;
        for (const auto& member : each.members()) {
            if (member.name.starts_with("value")) return std::string(member.value.text());
        }
    }
    return {};
}

}  // namespace waymark::notify::tests
