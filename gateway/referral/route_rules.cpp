#include "gateway/referral/route_rules.h"

#include <fmt/format.h>

#include <array>

#include "fhir/model/r4_ids.h"
#include "fhir/path/value.h"

namespace waymark::referral {
namespace {

path::Scope scopeFor(const mappings::Set& set) {
    path::Scope scope;
    scope.model = &set.model();
    scope.focus = set.referralType();
    scope.variables = {
        path::Variable{.name = "organisation", .type = model::type::System_String},
        path::Variable{.name = "pcn", .type = model::type::System_String},
    };
    return scope;
}

/// A fault in the rule's text as a fault in the file that holds it.
Issue inFile(Issue issue, const config::Route& route) {
    const Position begin = route.whenPlace.at;
    issue.file = route.whenPlace.file;
    issue.text = fmt::format("Route {}: {}", route.name, issue.text);
    if (issue.at.line <= 1) {
        const std::uint32_t within = issue.at.column == 0 ? 0 : issue.at.column - 1;
        issue.at = Position{.line = begin.line, .column = begin.column + within};
    } else {
        issue.at.line += begin.line - 1;
    }
    return issue;
}

}  // namespace

Result<RouteRules> RouteRules::compile(const mappings::Set& set, const config::Config& config) {
    const path::Scope scope = scopeFor(set);
    RouteRules rules(set, config);
    std::vector<Issue> faults;
    for (const config::Route& route : config.routes) {
        Rule rule{.route = &route, .when = std::nullopt};
        if (!route.when.empty()) {
            Result<path::Expression> when = path::Expression::compile(route.when, scope);
            if (when) {
                rule.when = std::move(*when);
            } else {
                for (Issue& issue : when.error().issues) {
                    faults.push_back(inFile(std::move(issue), route));
                }
            }
        }
        rules.rules_.push_back(std::move(rule));
    }
    if (!faults.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(faults)));
    return rules;
}

Result<bool> RouteRules::holds(const Rule& rule, tree::Element record,
                               const path::Environment& environment, tree::Arena& arena) const {
    if (!rule.when) return true;
    Result<bool> held = rule.when->holds(record, environment, arena);
    if (held) return held;
    return fail(
        Kind::Fault, IssueType::Processing,
        fmt::format("Route {} cannot be decided: {}", rule.route->name, held.error().text()));
}

Result<RouteRules::Choice> RouteRules::choose(tree::Element record, const Facts& facts,
                                              const Sender& sender, Instant now,
                                              tree::Arena& arena) const {
    const path::Value organisation = path::Value::string(sender.organisation);
    const path::Value pcn = path::Value::string(sender.pcn);
    const std::array variables{
        path::Collection::view(organisation),
        sender.pcn.empty() ? path::Collection() : path::Collection::view(pcn)};
    path::Environment environment;
    environment.resource = record;
    environment.rootResource = record;
    environment.variables = variables;
    environment.now = now;
    for (const Rule& rule : rules_) {
        const Result<bool> held = holds(rule, record, environment, arena);
        if (!held) return std::unexpected(held.error());
        if (!*held) continue;
        const auto providers = candidatesOf(*config_, *rule.route, facts);
        if (!providers.empty()) return Choice{.route = rule.route, .provider = providers.front()};
    }
    return Choice{};
}

}  // namespace waymark::referral
