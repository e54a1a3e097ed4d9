// The blind index's newest entries, in memory. Its hashes are random, so putting each into its
// sorted table at once would touch a page of its own per entry and cost more than all else in a
// commit. They are therefore appended to the table blind_fresh, kept here for finding, and merged
// into the sorted table in their order, some with every group of commits. The writer adds and
// merges; any thread finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/store/sealing.h"

namespace waymark::store {

struct BlindEntry {
    Blind hash{};
    std::int64_t target = 0;  ///< a referral's number, or minus a verdict's
    friend auto operator<=>(const BlindEntry&, const BlindEntry&) = default;
};

/// For hashed containers: the bytes are random already.
struct BlindHash {
    std::size_t operator()(const Blind& hash) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, hash.data(), sizeof value);
        return value;
    }
};

/// The form of a row of blind_fresh: one commit's entries.
[[nodiscard]] std::string encodeBlinds(std::span<const BlindEntry> entries);
[[nodiscard]] Result<std::vector<BlindEntry>> decodeBlinds(std::string_view bytes);

class FreshBlinds {
public:
    /// Entries that are committed, from the row `no` of blind_fresh.
    void add(std::int64_t no, std::span<const BlindEntry> entries);

    /// Appends the targets of `hash`. Called before the reading transaction begins: an entry that
    /// is merged in between is then in the table, and one that is not is still here.
    void find(const Blind& hash, std::vector<std::int64_t>& targets) const;
    [[nodiscard]] bool contains(const Blind& hash) const;

    /// Writer only. What to merge next, at most `count` entries in their order; empty when not
    /// enough have gathered. The same again until merged() was called.
    std::span<const BlindEntry> toMerge(std::size_t count);
    /// Writer only. The entries of toMerge() are committed to the table.
    void merged(std::size_t count);
    /// Writer only. After the last entry of a round was merged: the last row of blind_fresh that it
    /// covers, which may be deleted with all before it. 0 while there is none.
    [[nodiscard]] std::int64_t mergedUpTo() const { return mergedUpTo_; }

private:
    mutable std::shared_mutex mutex_;
    std::unordered_multimap<Blind, std::int64_t, BlindHash> gathered_;
    std::vector<BlindEntry> merging_;  ///< in order; kept for finding until the round is through
    std::size_t mergedCount_ = 0;
    std::int64_t lastRow_ = 0;
    std::int64_t roundUpTo_ = 0;
    std::int64_t mergedUpTo_ = 0;
};

}  // namespace waymark::store
