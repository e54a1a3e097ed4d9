// One suite for every implementation of the store port: TEST_P(StoreContract, ...) runs against
// each. An implementation is added in contract.cpp.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "gateway/store/store.h"
#include "world.h"

namespace waymark::store::tests {

struct Implementation {
    std::string name;
    std::function<std::unique_ptr<Store>(const Folder&)> open;
};

class StoreContract : public testing::TestWithParam<Implementation> {
protected:
    StoreContract() : store_(GetParam().open(folder_)) {}

    Store& store() { return *store_; }

    /// Commits and expects success.
    Committed keep(Commit commit);
    /// Commits and expects a refusal of this kind; gives the code of its first issue.
    std::string refuse(Commit commit, Kind kind);
    /// What the gateway itself sees.
    referral::Dossier read(const ReferralId& id);
    /// A new referral and what is stored of it.
    referral::Dossier accept(std::string organisation = "G82080", std::string client = "client-a",
                             std::string provider = "link-workers");
    referral::Dossier move(const referral::Dossier& dossier, referral::Status status,
                           std::string reasonCode = {});

    Folder folder_;
    World world_;
    std::unique_ptr<Store> store_;
};

}  // namespace waymark::store::tests
