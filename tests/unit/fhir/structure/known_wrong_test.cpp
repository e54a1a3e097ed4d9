#include "fhir/structure/known_wrong.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fhir/model/facts.h"
#include "fhir/structure/native.h"
#include "fhir/structure/rules.h"

namespace waymark::structure {
namespace {

using model::Facts;
using model::Model;

std::vector<const model::Invariant*> published() {
    std::vector<const model::Invariant*> all;
    for (std::size_t type = 1; type < Model::r4().typeCount(); ++type) {
        for (const auto& invariant : Facts::r4().invariants(static_cast<model::TypeId>(type))) {
            all.push_back(&invariant);
        }
    }
    return all;
}

TEST(KnownWrong, NamesPublishedInvariants) {
    const auto all = published();
    for (const KnownWrong& row : knownWrong()) {
        EXPECT_TRUE(std::ranges::any_of(
            all,
            [&](const model::Invariant* each) {
                return Model::r4().type(each->owner).name == row.owner && each->key == row.key;
            }))
            << row.owner << " " << row.key;
        EXPECT_GT(row.reason.size(), 20U) << row.key;
        EXPECT_EQ(row.instead == Instead::Replace, !row.expression.empty()) << row.key;
    }
}

TEST(Rules, AskEveryPublishedInvariant) {
    std::size_t native = 0;
    std::size_t skipped = 0;
    for (const model::Invariant* invariant : published()) {
        const KnownWrong* const wrong =
            knownWrong(Model::r4().type(invariant->owner).name, invariant->key);
        if (isNative(*invariant)) {
            ++native;
        } else if (wrong && wrong->instead == Instead::Skip) {
            ++skipped;
        }
    }
    EXPECT_EQ(native, 25U);
    EXPECT_EQ(skipped, 5U);
    EXPECT_EQ(Rules::r4()->constraintCount() + native + skipped, published().size());
}

}  // namespace
}  // namespace waymark::structure
