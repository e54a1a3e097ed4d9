// A commit made ready on its caller's thread, so that the one writer is left with little but SQL:
// keys, hashes, packing, and for a new referral all sealing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/crypto/key.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/referral/state.h"
#include "gateway/store/sealing.h"
#include "gateway/store/store.h"

namespace waymark::store {

/// A new referral's part.
struct PreparedReferral {
    crypto::WrappedKey key{};
    referral::State state{};
    std::string skeleton{};
    std::string sealed{};
    std::string authored{};       ///< in UTC
    std::vector<Blind> blinds{};  ///< by which it is found
};

struct PreparedVerdict {
    std::vector<Blind> keys{};  ///< several keys may have one answer
    unsigned status = 0;
    std::optional<ReferralId> referral{};
    std::string content{};  ///< packed; sealed already when `isSealed`
    bool isSealed = false;
};

struct Prepared {
    Commit commit{};  ///< without the texts that were sealed; bodies of records are sealed
    Done done{};
    std::optional<PreparedReferral> referral{};
    std::vector<PreparedVerdict> verdicts{};
    std::string content{};                ///< details of the events of a change, packed
    std::vector<std::string> payloads{};  ///< packed, one for each of commit.changes; empty: none
};

struct PrepareOptions {
    const Sealing& sealing;
    const crypto::Key& storeKey;
    Random& random;
    int packingLevel;
};

/// Fault when the commit breaks a rule of the port; `done` is then untouched and not in `prepared`.
[[nodiscard]] Result<void> prepare(Commit&& commit, const PrepareOptions& options,
                                   Prepared& prepared);

/// The texts of a verdict, packed; and back.
[[nodiscard]] std::string packVerdict(const Verdict& verdict, int level);
[[nodiscard]] Result<void> unpackVerdict(std::string_view content, Verdict& verdict);

}  // namespace waymark::store
