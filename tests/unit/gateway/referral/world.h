// The shipped mappings and a small configuration for tests of decisions.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "config/config.h"
#include "mappings/set.h"

namespace waymark::referral::tests {

/// The shipped set, loaded once. The tests run in the checkout's root.
inline std::shared_ptr<const mappings::Set> shippedSet() {
    static const std::shared_ptr<const mappings::Set> kSet = [] {
        Result<std::shared_ptr<const mappings::Set>> set = mappings::Set::load("mappings");
        if (!set) {
            for (const Issue& issue : set.error().issues) {
                ADD_FAILURE() << issue.file << ":" << issue.at.line << ":" << issue.at.column << " "
                              << issue.text;
            }
            throw std::runtime_error("the shipped mappings do not compile");
        }
        return *set;
    }();
    return kSet;
}

inline config::Provider provider(std::string id, config::ProviderKind kind) {
    config::Provider made;
    made.id = std::move(id);
    made.name = "The " + made.id;
    made.kind = kind;
    made.format = "https://waymark.health/fhir/StructureMap/referral-to-simple-json";
    return made;
}

inline config::Route route(std::string name, std::string when, std::vector<std::string> providers) {
    config::Route made;
    made.name = std::move(name);
    made.when = std::move(when);
    made.providers = std::move(providers);
    made.deliveredWithin = std::chrono::hours(10);
    made.answeredWithin = std::chrono::hours(100);
    made.place = {.file = "routes/" + made.name + ".toml", .at = {.line = 1, .column = 1}};
    made.whenPlace = {.file = made.place.file, .at = {.line = 3, .column = 9}};
    return made;
}

/// Routes debt (advice, which needs explicit consent; choir; north, which serves NE) and the
/// catch-all (hope, a link-worker service).
inline config::Config smallConfig() {
    config::Config config;
    config.publicBase = "https://gateway.example/FHIR/R4";
    config.providers = {provider("hope", config::ProviderKind::LinkWorkerService),
                        provider("advice", config::ProviderKind::Community),
                        provider("choir", config::ProviderKind::Community),
                        provider("north", config::ProviderKind::Community)};
    config.providers[0].ods = "U11111";
    config.providers[1].needsExplicitConsent = true;
    config.providers[3].postcodes = {"NE"};
    config.practices.resize(1);
    config.practices[0].ods = "A11111";
    config.practices[0].name = "The Surgery";
    config.practices[0].pcn = "U22222";
    config.routes = {route("debt", "need.where(category.code = 'debt-money').exists()",
                           {"advice", "choir", "north"}),
                     route("everybody", "", {"hope"})};
    return config;
}

}  // namespace waymark::referral::tests
