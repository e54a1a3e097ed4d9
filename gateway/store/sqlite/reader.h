// One connection that reads, with its statements, compiled when first used. What makes up one
// answer is read from one snapshot, so a commit is seen whole or not at all, and the snapshot ends
// with the call. Used by one thread at a time; the pool sees to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/crypto/key.h"
#include "gateway/store/cursor.h"
#include "gateway/store/sealing.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/fresh_blinds.h"
#include "gateway/store/store.h"

namespace waymark::store {

class Reader {
public:
    /// All but the database outlive the reader.
    Reader(std::unique_ptr<Database> database, const Sealing& sealing, const crypto::Key& storeKey,
           const FreshBlinds& blinds);
    ~Reader();

    Result<std::optional<referral::Dossier>> referral(const ReferralId& id, const Viewer* viewer);
    Result<std::optional<referral::Dossier>> assignment(const AssignmentId& id,
                                                        std::string_view provider);
    Result<std::optional<referral::Dossier>> assignment(const AssignmentId& id,
                                                        const Viewer& viewer);
    Result<std::optional<Verdict>> verdict(std::string_view key);
    /// By its number; without its key, which is not kept.
    Result<Verdict> verdictAt(std::int64_t no);

    Result<std::vector<Delivery>> findDeliveries(const DeliveryQuery& query);
    Result<Account> account(Instant from, Instant to);
    Result<std::vector<DueClock>> clocksOf(std::string_view kind, std::uint32_t limit);
    Result<std::set<std::string>> openSetVersions();
    Result<SearchPage> search(const SearchQuery& query);
    Result<AssignmentPage> assignments(const AssignmentQuery& query);

    Result<std::vector<Delivery>> dueDeliveries(Instant now, std::uint32_t limit,
                                                const std::vector<std::string>& skip);
    Result<std::optional<Instant>> nextDue(Instant after);
    Result<std::vector<DueClock>> dueClocks(Instant now, std::uint32_t limit);
    Result<std::vector<Delivery>> deliveries(const ReferralId& id);
    Result<std::vector<Delivery>> pollable(std::string_view provider, const DeliveryId& after,
                                           std::uint32_t limit);

    Result<std::vector<Record>> records(std::string_view kind);
    Result<std::vector<Notice>> notices(const Uuid& list, std::uint64_t from, std::uint64_t until,
                                        std::uint32_t limit);
    Result<std::uint64_t> lastNotice(const Uuid& list);
    Result<std::vector<Change>> changes(std::int64_t after, std::uint32_t limit);

private:
    struct Statements;
    struct Found;
    class Snapshot;

    [[nodiscard]] std::unexpected<Failure> failed();
    Result<crypto::Key> keyOf(Run& run, int ring, int key, const ReferralId& id);
    Result<std::optional<referral::Dossier>> dossier(Run& run);
    Result<void> readJournal(std::int64_t no, const crypto::Key& key, referral::Dossier& dossier);

    Result<std::vector<std::int64_t>> targetsOf(const Blind& hash);
    [[nodiscard]] static bool isNarrow(const SearchQuery& query);
    Result<std::vector<Found>> candidates(const SearchQuery& query);
    Result<SearchPage> searchNarrow(const SearchQuery& query, const Cursor& cursor);
    Result<SearchPage> searchWide(const SearchQuery& query, const Cursor& cursor);
    Result<void> newestOf(bool byClient, std::string_view name, const SearchQuery& query,
                          const Cursor& cursor, std::vector<Found>& found);
    Result<std::uint64_t> totalOf(const SearchQuery& query);

    Result<void> dueOf(std::string_view provider, Instant now, std::uint32_t limit,
                       std::vector<Delivery>& due);
    Result<Delivery> deliveryOf(Run& run, bool withPayload);

    std::unique_ptr<Database> database_;
    const Sealing& sealing_;
    const crypto::Key& storeKey_;
    const FreshBlinds& blinds_;
    std::unique_ptr<Statements> statements_;
};

}  // namespace waymark::store
