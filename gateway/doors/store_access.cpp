#include "gateway/doors/store_access.h"

#include <utility>

namespace waymark::doors {

using boost::asio::awaitable;

awaitable<Result<store::Committed>> commit(Visit* visit, store::Commit work) {
    auto& store = visit->services.store;
    auto operation = net::awaitCallback<Result<store::Committed>>(
        [&store, work = std::move(work)](auto done) mutable {
            store.commit(std::move(work), std::move(done));
        });
    auto result = co_await std::move(operation);
    co_return result;
}

awaitable<Result<std::optional<referral::Dossier>>> referralById(Visit* visit,
                                                                 referral::ReferralId id) {
    auto work = [visit, id] {
        const auto viewer = visit->principal.viewer();
        return visit->services.store.referral(id, &viewer);
    };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto result = co_await std::move(operation);
    co_return result;
}

awaitable<Result<std::vector<referral::Dossier>>> referralsById(
    Visit* visit, std::vector<referral::ReferralId> ids) {
    auto work = [visit, ids = std::move(ids)]() -> Result<std::vector<referral::Dossier>> {
        const auto viewer = visit->principal.viewer();
        std::vector<referral::Dossier> dossiers;
        dossiers.reserve(ids.size());
        for (const auto& id : ids) {
            auto found = visit->services.store.referral(id, &viewer);
            if (!found) return std::unexpected(std::move(found).error());
            if (*found) dossiers.push_back(std::move(**found));
        }
        return dossiers;
    };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto result = co_await std::move(operation);
    co_return result;
}

awaitable<Result<std::optional<referral::Dossier>>> referralByAssignment(
    Visit* visit, referral::AssignmentId id) {
    auto work = [visit, id] {
        auto& store = visit->services.store;
        return visit->principal.kind == security::PrincipalKind::Provider
                   ? store.assignment(id, visit->principal.id)
                   : store.assignment(id, visit->principal.viewer());
    };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto result = co_await std::move(operation);
    co_return result;
}

awaitable<Result<std::optional<store::Verdict>>> verdict(Visit* visit, std::string key) {
    auto work = [visit, key = std::move(key)] { return visit->services.store.verdict(key); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto result = co_await std::move(operation);
    co_return result;
}

awaitable<Result<store::SearchPage>> search(Visit* visit, store::SearchQuery query) {
    auto work = [visit, query = std::move(query)] { return visit->services.store.search(query); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto result = co_await std::move(operation);
    co_return result;
}

awaitable<Result<store::AssignmentPage>> assignments(Visit* visit, store::AssignmentQuery query) {
    auto work = [visit, query = std::move(query)] {
        return visit->services.store.assignments(query);
    };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto result = co_await std::move(operation);
    co_return result;
}

}  // namespace waymark::doors
