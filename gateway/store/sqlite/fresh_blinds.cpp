#include "gateway/store/sqlite/fresh_blinds.h"

#include <algorithm>
#include <cstring>

#include "gateway/store/bytes.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

/// Entries that make a round: more share pages when they are merged, fewer take less memory.
constexpr std::size_t kRoundSize = 16'384;
constexpr std::size_t kEntryBytes = sizeof(Blind) + 8;

}  // namespace

std::string encodeBlinds(std::span<const BlindEntry> entries) {
    std::string out;
    out.reserve(entries.size() * kEntryBytes);
    for (const BlindEntry& entry : entries) {
        out += view(entry.hash);
        appendFixed(out, static_cast<std::uint64_t>(entry.target));
    }
    return out;
}

Result<std::vector<BlindEntry>> decodeBlinds(std::string_view bytes) {
    if (bytes.size() % kEntryBytes != 0) return std::unexpected(damaged("blind index"));
    std::vector<BlindEntry> entries(bytes.size() / kEntryBytes);
    for (BlindEntry& entry : entries) {
        std::memcpy(entry.hash.data(), bytes.data(), entry.hash.size());
        entry.target = static_cast<std::int64_t>(readFixed(bytes.substr(entry.hash.size(), 8)));
        bytes.remove_prefix(kEntryBytes);
    }
    return entries;
}

void FreshBlinds::add(std::int64_t no, std::span<const BlindEntry> entries) {
    const std::lock_guard lock(mutex_);
    for (const BlindEntry& entry : entries) gathered_.emplace(entry.hash, entry.target);
    lastRow_ = std::max(lastRow_, no);
}

void FreshBlinds::find(const Blind& hash, std::vector<std::int64_t>& targets) const {
    const std::shared_lock lock(mutex_);
    const auto [first, last] = gathered_.equal_range(hash);
    for (auto at = first; at != last; ++at) targets.push_back(at->second);
    auto at = std::lower_bound(
        merging_.begin(), merging_.end(), hash,
        [](const BlindEntry& entry, const Blind& wanted) { return entry.hash < wanted; });
    for (; at != merging_.end() && at->hash == hash; ++at) targets.push_back(at->target);
}

bool FreshBlinds::contains(const Blind& hash) const {
    const std::shared_lock lock(mutex_);
    return gathered_.contains(hash) ||
           std::binary_search(
               merging_.begin(), merging_.end(), BlindEntry{hash, 0},
               [](const BlindEntry& a, const BlindEntry& b) { return a.hash < b.hash; });
}

std::span<const BlindEntry> FreshBlinds::toMerge(std::size_t count) {
    if (merging_.empty()) {
        if (gathered_.size() < kRoundSize) return {};
        std::vector<BlindEntry> round;
        round.reserve(gathered_.size());
        for (const auto& [hash, target] : gathered_) round.push_back({hash, target});
        std::sort(round.begin(), round.end());
        const std::lock_guard lock(mutex_);
        merging_ = std::move(round);
        gathered_.clear();
        mergedCount_ = 0;
        roundUpTo_ = lastRow_;
    }
    const std::span<const BlindEntry> rest = std::span(merging_).subspan(mergedCount_);
    return rest.first(std::min(count, rest.size()));
}

void FreshBlinds::merged(std::size_t count) {
    mergedCount_ += count;
    if (merging_.empty() || mergedCount_ < merging_.size()) return;
    mergedUpTo_ = roundUpTo_;
    const std::lock_guard lock(mutex_);
    merging_.clear();
    merging_.shrink_to_fit();
}

}  // namespace waymark::store
