#include "contract.h"

#include <utility>

#include "gateway/store/memory_store.h"

namespace waymark::store::tests {

Committed StoreContract::keep(Commit commit) {
    auto result = commitNow(store(), std::move(commit));
    EXPECT_TRUE(result) << result.error().text();
    return result.value_or(Committed{});
}

std::string StoreContract::refuse(Commit commit, Kind kind) {
    auto result = commitNow(store(), std::move(commit));
    EXPECT_FALSE(result);
    if (result) return {};
    EXPECT_EQ(result.error().kind, kind) << result.error().text();
    EXPECT_FALSE(result.error().issues.empty());
    return result.error().issues.empty() ? std::string() : result.error().issues.front().code;
}

referral::Dossier StoreContract::read(const ReferralId& id) {
    auto found = store().referral(id, nullptr);
    EXPECT_TRUE(found) << found.error().text();
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : referral::Dossier{};
}

referral::Dossier StoreContract::accept(std::string organisation, std::string client,
                                        std::string provider) {
    auto commit = world_.accepted(std::move(organisation), std::move(client), std::move(provider));
    const auto id = *commit.referral;
    keep(std::move(commit));
    return read(id);
}

referral::Dossier StoreContract::move(const referral::Dossier& dossier, referral::Status status,
                                      std::string reasonCode) {
    keep(world_.moved(dossier, status, std::move(reasonCode)));
    return read(dossier.id);
}

namespace {

std::unique_ptr<Store> openMemory(const Folder&) {
    return std::make_unique<MemoryStore>();
}

std::unique_ptr<Store> openSqliteHere(const Folder& folder) {
    return openSqlite(folder / "store.db");
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(In, StoreContract,
                         testing::Values(Implementation{"Memory", &openMemory},
                                         Implementation{"Sqlite", &openSqliteHere}),
                         [](const auto& implementation) { return implementation.param.name; });

}  // namespace waymark::store::tests
