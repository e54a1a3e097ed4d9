// The store's own data key and the mark of its key ring, both in the table meta.
#pragma once

#include "fhir/core/result.h"
#include "gateway/crypto/key.h"
#include "gateway/store/sealing.h"
#include "gateway/store/sqlite/database.h"

namespace waymark::store {

/// Makes the key in a new store, in the open transaction. Fault when the ring is not the one that
/// the store was made with.
[[nodiscard]] Result<crypto::Key> loadStoreKey(Database& database, const Sealing& sealing,
                                               Random& random);

}  // namespace waymark::store
