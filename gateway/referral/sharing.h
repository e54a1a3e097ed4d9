// Minimum sharing: what a provider's data-sharing agreement allows of a link-worker referral. It is
// applied to the record before the provider's map sees it, so a map cannot pass on what was not
// agreed. Pure; immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/tree/builder.h"
#include "gateway/referral/routing.h"
#include "mappings/set.h"

namespace waymark::referral {

class Allowance {
public:
    /// A part that the model does not have allows nothing (unknownParts() refuses it before). The
    /// set outlives it.
    Allowance(const mappings::Set& set, const config::Shares& shares);

    /// Takes out of a record, which the caller has made for this one use, all that may not be
    /// passed on. Gives the paths of what was there and is withheld ("person.ethnicity"), each
    /// once, in their order; never a value.
    [[nodiscard]] std::vector<std::string> apply(tree::Node* record, tree::Builder& builder) const;

private:
    /// An allowed element, or one on the way to it.
    struct Branch {
        model::NameId name = model::kNoName;
        bool whole = false;
        std::vector<Branch> below{};
    };
    class Pass;
    void allow(std::string_view part);

    const mappings::Set& set_;
    Branch root_;
    bool freeText_ = true;
    bool attachments_ = true;
};

/// Every entry of a provider's `shares` that is no part of the model, at its place, with the
/// nearest name.
[[nodiscard]] std::vector<Issue> unknownParts(const mappings::Set& set,
                                              const config::Config& config);

/// Forbidden when nothing at all may be sent to the provider about this person: an objection is
/// recorded, or the provider needs a consent that was not given.
[[nodiscard]] Result<void> mayShareWith(const config::Provider& provider, const Facts& facts);

}  // namespace waymark::referral
