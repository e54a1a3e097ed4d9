// The store port on one SQLite file: one thread writes in groups, a few connections read, a thread
// of its own checkpoints. The file's format is in gateway/store/SCHEMA.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/crypto/key_ring.h"
#include "gateway/store/packing.h"
#include "gateway/store/sqlite/commit_queue.h"
#include "gateway/store/store.h"

namespace waymark::store {

struct SqliteOptions {
    std::filesystem::path path{};
    LaneLimits lanes{};
    std::size_t groupMax = 256;        ///< commits in one transaction
    std::size_t readers = 4;           ///< connections that read
    int logPagesMax = 8192;            ///< pages (of 4 KiB) in the log at which a checkpoint begins
    int packingLevel = kPackingLevel;  ///< zstd's
    std::string vfs{};                 ///< for tests: a registered file system that fails on demand
    std::int64_t bodyBytesMax = 64LL << 20U;  ///< of one sealed body
    /// Runs once, on a thread of the store, when it has stopped taking writes for good; the words
    /// are for the log.
    std::function<void(const std::string&)> onStopped{};
};

class SqliteStore final : public Store {
public:
    /// Makes the file when it is absent. Conflict when another process has it open; Unprocessable
    /// when it is no store of this version; Fault when the key ring is not the store's.
    static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options,
                                                     const crypto::KeyRing& ring, Random& random);
    /// Commits what is queued, then closes.
    ~SqliteStore() override;

    void commit(Commit commit, Done done) override;
    Result<std::optional<referral::Dossier>> referral(const ReferralId& id,
                                                      const Viewer* viewer) override;
    Result<std::optional<referral::Dossier>> assignment(const AssignmentId& id,
                                                        std::string_view provider) override;
    Result<std::optional<referral::Dossier>> assignment(const AssignmentId& id,
                                                        const Viewer& viewer) override;
    Result<SearchPage> search(const SearchQuery& query) override;
    Result<AssignmentPage> assignments(const AssignmentQuery& query) override;
    Result<std::optional<Verdict>> verdict(std::string_view key) override;
    Result<std::vector<Delivery>> dueDeliveries(Instant now, std::uint32_t limit,
                                                const std::vector<std::string>& skip) override;
    Result<std::optional<Instant>> nextDue(Instant after) override;
    Result<std::vector<DueClock>> dueClocks(Instant now, std::uint32_t limit) override;
    Result<std::vector<Delivery>> deliveries(const ReferralId& id) override;
    Result<std::vector<Delivery>> pollable(std::string_view provider, const DeliveryId& after,
                                           std::uint32_t limit) override;
    Result<std::vector<Delivery>> findDeliveries(const DeliveryQuery& query) override;
    Result<Account> account(Instant from, Instant to) override;
    Result<std::vector<DueClock>> clocksOf(std::string_view kind, std::uint32_t limit) override;
    Result<std::set<std::string>> openSetVersions() override;
    Result<std::vector<Record>> records(std::string_view kind) override;
    Result<std::vector<Notice>> notices(const Uuid& list, std::uint64_t from, std::uint64_t until,
                                        std::uint32_t limit) override;
    Result<std::uint64_t> lastNotice(const Uuid& list) override;
    Result<std::vector<Change>> changes(std::int64_t after, std::uint32_t limit) override;
    Result<Counts> counts() override;
    [[nodiscard]] bool writable() const override;

    /// Why it is not writable, for the log and the operator.
    [[nodiscard]] std::optional<std::string> whyStopped() const;

    struct Activity {
        std::uint64_t groups = 0;  ///< transactions, each with one fsync
        std::uint64_t checkpoints = 0;
    };
    [[nodiscard]] Activity activity() const;

    /// A consistent copy of the running store (backup.h).
    [[nodiscard]] Result<void> backup(const std::filesystem::path& to) const;

private:
    struct Parts;
    explicit SqliteStore(std::unique_ptr<Parts> parts);
    template <class Work>
    auto read(Work&& work) -> decltype(work(std::declval<class Reader&>()));

    std::unique_ptr<Parts> parts_;
};

}  // namespace waymark::store
