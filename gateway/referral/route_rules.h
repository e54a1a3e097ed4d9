// The routes of a configuration with their `when` compiled against the LinkWorkerReferral, and the
// choice among them. Immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/path/expression.h"
#include "fhir/tree/arena.h"
#include "gateway/referral/routing.h"
#include "mappings/set.h"

namespace waymark::referral {

class RouteRules {
public:
    /// Fails with every fault of every `when`, each at its place in its file. Both must outlive it.
    static Result<RouteRules> compile(const mappings::Set& set, const config::Config& config);

    /// What a rule sees beside the record.
    struct Sender {
        std::string_view organisation;  ///< %organisation: ODS code of the owner
        std::string_view pcn;           ///< %pcn: ODS code of its Primary Care Network, or empty
    };
    struct Choice {
        const config::Route* route = nullptr;
        const config::Provider* provider = nullptr;  ///< the first to be asked
    };
    /// The first route that holds and has a provider that may be asked; an empty Choice when there
    /// is none. Fails when a rule cannot be evaluated, which is ours to mend: the issue names the
    /// route.
    [[nodiscard]] Result<Choice> choose(tree::Element record, const Facts& facts,
                                        const Sender& sender, Instant now,
                                        tree::Arena& arena) const;

private:
    struct Rule {
        const config::Route* route;
        std::optional<path::Expression> when;  ///< none: catch-all
    };
    RouteRules(const mappings::Set& set, const config::Config& config)
        : set_(&set), config_(&config) {}
    [[nodiscard]] Result<bool> holds(const Rule& rule, tree::Element record,
                                     const path::Environment& environment,
                                     tree::Arena& arena) const;

    const mappings::Set* set_;
    const config::Config* config_;
    std::vector<Rule> rules_;
};

}  // namespace waymark::referral
