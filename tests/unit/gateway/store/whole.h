// Whether a commit of World::accepted() is in a store whole, or not at all.
#pragma once

#include <gtest/gtest.h>

#include "gateway/store/store.h"
#include "world.h"

namespace waymark::store::tests {

/// Everything that the commit wrote can be read, and is as it was committed.
testing::AssertionResult isWhole(Store& store, const Commit& commit);
/// Nothing that the commit would have written is there.
testing::AssertionResult isAbsent(Store& store, const Commit& commit);

}  // namespace waymark::store::tests
