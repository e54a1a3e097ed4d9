// Copies of a store and the way back. A backup is one file of the store's own format, sealed as the
// store is: without the key ring, which is kept elsewhere, it tells nothing and is worth nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/crypto/key_ring.h"

namespace waymark::store {

/// Writes a consistent copy of the store, running or not, as of now. It is whole and on disk when
/// this returns, or not there. Conflict when `to` exists; NotFound when there is no store.
[[nodiscard]] Result<void> backupStore(const std::filesystem::path& from,
                                       const std::filesystem::path& to,
                                       const std::string& vfs = {});

struct Verified {
    std::uint64_t referrals = 0;
    std::uint64_t events = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t verdicts = 0;
    /// One for each thing that is damaged, with the referral's id; none when all is well. Further
    /// ones are not listed after the first hundred.
    std::vector<Issue> damage{};
};

/// Reads everything: the file's structure, and every sealed body against its checksum.
/// Fault when the ring is not the store's; Unprocessable when the file is no store.
[[nodiscard]] Result<Verified> verifyStore(const std::filesystem::path& path,
                                           const crypto::KeyRing& ring, Random& random);

enum class Overwrite { No, Yes };

/// Puts a backup in the place of the store, after verifying it whole. Conflict when a gateway has
/// the store open, or when a store is there and is not to be overwritten; Unprocessable when the
/// backup is damaged. An overwritten store stays beside it as "<store>.replaced" with its log.
[[nodiscard]] Result<Verified> restoreStore(const std::filesystem::path& backup,
                                            const std::filesystem::path& store,
                                            const crypto::KeyRing& ring, Random& random,
                                            Overwrite overwrite);

}  // namespace waymark::store
