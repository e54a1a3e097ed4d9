// The store port in memory, for simulations and for tests of what stands on it: the same answers as
// the SQLite store (one suite of tests runs against both), nothing on disk and nothing sealed. A
// commit's callback runs before commit() returns. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/store/change_clock.h"
#include "gateway/store/store.h"

namespace waymark::store {

class MemoryStore final : public Store {
public:
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

    /// For simulations: as after a failed fsync, every commit is refused; and back.
    void setWritable(bool writable);
    /// For simulations: the next commits of the lane find its queue full.
    void refuseAsFull(Lane lane, std::uint32_t commits);
    /// For tests: what was audited so far, in order.
    [[nodiscard]] std::vector<AuditEntry> audit() const;

private:
    struct Row {
        referral::Dossier dossier;
        std::string nhsNumber;
        std::vector<Identifier> identifiers;
        std::string patientId;
        std::string authored;
        std::int64_t change = 0;
        std::map<AssignmentId, std::int64_t> assignmentChanges;
        std::optional<ClockChange> clock;
        std::vector<DeliveryId> deliveries;  ///< oldest first
    };
    struct Plan;

    Result<Committed> apply(Commit& commit);
    Result<void> planReferral(const Commit& commit, Plan& plan) const;
    Result<void> planVerdicts(const Commit& commit) const;
    Result<void> planChanges(const Commit& commit) const;
    void write(Commit& commit, Plan& plan);
    void changeDelivery(DeliveryChange& change);
    void dropSuperseded(const Row& row, const Commit& commit);
    void moveOn(Row& row, const Commit& commit, std::uint32_t versionBefore);
    [[nodiscard]] bool answers(const SearchQuery& query, const Row& row) const;
    [[nodiscard]] bool isNextInLine(const Delivery& delivery) const;
    [[nodiscard]] std::optional<referral::Dossier> dossierOf(const AssignmentId& id,
                                                             const Row** found) const;

    mutable std::mutex mutex_;
    bool writable_ = true;
    std::map<Lane, std::uint32_t> refusals_;
    ChangeClock changes_;
    std::map<ReferralId, Row> rows_;
    std::map<AssignmentId, ReferralId> assignmentOwners_;
    std::map<DeliveryId, Delivery> deliveries_;
    std::map<std::string, Verdict, std::less<>> verdicts_;
    std::vector<AuditEntry> audit_;
    std::map<std::pair<std::string, Uuid>, Record> records_;
    std::map<std::pair<Uuid, std::uint64_t>, Notice> notices_;
    std::map<std::int64_t, ReferralId> changesInOrder_;
};

}  // namespace waymark::store
