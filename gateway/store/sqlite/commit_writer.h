// Writes one prepared commit into the open transaction of the writer's connection. Everything that
// a commit can be refused for is looked at before its first write, so a refused commit has written
// nothing; after a fault in the middle `isTainted()` says that the transaction must be rolled back.
// Confined to the writer's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "gateway/store/sealing.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/fresh_blinds.h"
#include "gateway/store/sqlite/ledger.h"
#include "gateway/store/sqlite/prepared.h"

namespace waymark::store {

class CommitWriter {
public:
    /// Reads where the file stands. All four outlive the writer.
    static Result<std::unique_ptr<CommitWriter>> open(Database& database, const Sealing& sealing,
                                                      FreshBlinds& blinds, Random& random);
    ~CommitWriter();

    /// Forgets what the group before had added; called at the start of each transaction.
    void beginGroup(const Ledger& ledger);
    Result<Committed> write(Prepared& prepared);
    [[nodiscard]] bool isTainted() const { return isTainted_; }
    /// The last write of a transaction in which something was written.
    [[nodiscard]] Result<void> finishGroup();
    /// Puts some of the blind index's entries into their sorted table.
    [[nodiscard]] Result<void> mergeBlinds();
    /// After the transaction is on disk: what the group added can be found from now on.
    void publishGroup();

    [[nodiscard]] const Ledger& ledger() const { return ledger_; }

private:
    struct Statements;
    struct Plan;
    struct KnownDelivery;

    CommitWriter(Database& database, const Sealing& sealing, FreshBlinds& blinds, Random& random);
    Result<void> load();

    // Looking, before anything is written.
    Result<void> planChange(const Prepared& prepared, Plan& plan);
    Result<void> planVerdicts(const Prepared& prepared);
    Result<void> planDeliveries(const Prepared& prepared, Plan& plan);
    Result<referral::State> stateOf(std::int64_t no, std::uint32_t version);
    Result<bool> isKnown(const Blind& hash);
    Result<const crypto::Key*> keyOf(std::int64_t no, Plan& plan);

    // Writing.
    Result<void> writeNew(const Prepared& prepared, Plan& plan);
    Result<void> writeChange(const Prepared& prepared, Plan& plan);
    Result<void> writeAssignments(const Plan& plan);
    Result<void> writeNewDeliveries(const Prepared& prepared, const Plan& plan);
    Result<void> writeDeliveryChanges(const Prepared& prepared, Plan& plan);
    Result<void> dropSuperseded(const Commit& commit, const Plan& plan);
    Result<void> settleDeliveries(std::int64_t no);
    Result<void> writeClock(const ClockChange& clock, std::int64_t no);
    Result<void> writeVerdicts(Prepared& prepared, Plan& plan);
    Result<void> writeRecords(const Commit& commit);
    Result<void> writeAudit(const std::vector<AuditEntry>& entries);
    Result<void> writeBlinds(const std::vector<BlindEntry>& entries);
    Result<void> writeAll(Prepared& prepared, Plan& plan);
    [[nodiscard]] std::unexpected<Failure> failed();

    Database& database_;
    const Sealing& sealing_;
    FreshBlinds& blinds_;
    Random& random_;
    std::unique_ptr<Statements> statements_;
    Ledger ledger_;
    bool isTainted_ = false;
    std::vector<std::pair<std::int64_t, std::vector<BlindEntry>>> groupBlinds_;
    std::unordered_set<Blind, BlindHash> groupVerdicts_;
    std::size_t mergedNow_ = 0;
    std::int64_t deletedFresh_ = 0;  ///< last row of blind_fresh that is gone
    std::int64_t deletedNow_ = 0;
};

}  // namespace waymark::store
