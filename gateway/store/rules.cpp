#include "gateway/store/rules.h"

#include <algorithm>
#include <optional>
#include <set>

#include "fhir/core/check.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

/// What is wrong with the commit, or nullptr.
const char* faultOf(const Commit& commit) {
    if (!commit.referral) {
        if (commit.create) return "A new referral has an id.";
        if (!commit.events.empty()) return "Events belong to a referral.";
        if (!commit.deliveries.empty()) return "Deliveries belong to a referral.";
        if (commit.clock) return "A clock belongs to a referral.";
        if (commit.remapped) return "A mapping belongs to a referral.";
        return nullptr;
    }
    if (!commit.create) {
        return commit.expectedVersion == 0 ? "A change says which version it was decided on."
                                           : nullptr;
    }
    if (commit.expectedVersion != 0) return "A new referral has no version yet.";
    if (commit.events.empty()) return "A new referral begins with an event.";
    return nullptr;
}

}  // namespace

Result<void> wellFormed(const Commit& commit) {
    if (const char* const fault = faultOf(commit)) return std::unexpected(malformed(fault));
    std::set<DeliveryId> changed;
    for (const DeliveryChange& change : commit.changes) {
        if (!changed.insert(change.id).second) {
            return std::unexpected(malformed("A commit changes a delivery once."));
        }
    }
    return {};
}

Result<void> applyEvents(referral::State& state, std::span<const referral::Event> events) {
    // The lifecycle decided these events on this very state, so an impossible one is a bug. It
    // costs this commit and none of its neighbours, hence no exception beyond this point.
    try {
        for (const auto& event : events) referral::apply(state, event);
    } catch (const InvariantBroken& broken) {
        return std::unexpected(
            malformed("An event does not follow from the referral's state.", broken.where()));
    }
    return {};
}

bool showsChange(std::span<const referral::Event> events) {
    return std::any_of(events.begin(), events.end(),
                       [](const referral::Event& event) { return referral::isShown(event.type); });
}

bool sees(const Viewer& viewer, std::string_view organisation, std::string_view client) {
    return (!viewer.client.empty() && viewer.client == client) ||
           std::find(viewer.organisations.begin(), viewer.organisations.end(), organisation) !=
               viewer.organisations.end();
}

bool matches(const SearchQuery& query, const Searched& row) {
    if (!sees(query.viewer, row.organisation, row.client)) return false;
    const auto& statuses = query.statuses;
    if (!statuses.empty() &&
        std::find(statuses.begin(), statuses.end(), row.status) == statuses.end()) {
        return false;
    }
    if (query.updated &&
        (row.updated < query.updated->first || row.updated >= query.updated->second)) {
        return false;
    }
    return !query.authored || (!row.authored.empty() && row.authored >= query.authored->first &&
                               row.authored < query.authored->second);
}

}  // namespace waymark::store
