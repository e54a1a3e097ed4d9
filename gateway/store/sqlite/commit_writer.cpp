#include "gateway/store/sqlite/commit_writer.h"

#include <algorithm>
#include <utility>

#include <sqlite3.h>

#include "gateway/store/codes.h"
#include "gateway/store/journal_entry.h"
#include "gateway/store/refusal.h"
#include "gateway/store/rules.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/commit_plan.h"
#include "gateway/store/sqlite/commit_statements.h"
#include "gateway/store/sqlite/keys.h"

namespace waymark::store {
CommitWriter::CommitWriter(Database& database, const Sealing& sealing, FreshBlinds& blinds,
                           Random& random)
    : database_(database),
      sealing_(sealing),
      blinds_(blinds),
      random_(random),
      statements_(std::make_unique<Statements>(database)) {}

CommitWriter::~CommitWriter() = default;

Result<std::unique_ptr<CommitWriter>> CommitWriter::open(Database& database, const Sealing& sealing,
                                                         FreshBlinds& blinds, Random& random) {
    std::unique_ptr<CommitWriter> writer(new CommitWriter(database, sealing, blinds, random));
    if (auto loaded = writer->load(); !loaded) return std::unexpected(std::move(loaded).error());
    return writer;
}

Result<void> CommitWriter::load() {
    Statement tally(database_,
                    "SELECT referrals, open, due, dead, change, "
                    "(SELECT ifnull(max(no), 0) FROM referral), "
                    "(SELECT ifnull(max(no), 0) FROM verdict), "
                    "(SELECT ifnull(max(no), 0) FROM audit) FROM tally");
    Run row(tally);
    if (row.step() != Step::Row) return failed();
    ledger_.referrals = row.number(0);
    ledger_.open = row.number(1);
    ledger_.due = row.number(2);
    ledger_.dead = row.number(3);
    ledger_.changes = ChangeClock(row.number(4));
    ledger_.lastReferral = row.number(5);
    ledger_.lastVerdict = row.number(6);
    ledger_.lastAudit = row.number(7);

    Statement fresh(database_, "SELECT no, entries FROM blind_fresh ORDER BY no");
    Run rows(fresh);
    for (;;) {
        const Step step = rows.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return {};
        const auto entries = decodeBlinds(rows.bytes(1));
        if (!entries) return std::unexpected(entries.error());
        ledger_.lastFresh = rows.number(0);
        if (deletedFresh_ == 0) deletedFresh_ = ledger_.lastFresh - 1;
        blinds_.add(ledger_.lastFresh, *entries);
    }
}

std::unexpected<Failure> CommitWriter::failed() {
    return std::unexpected(database_.failure());
}

void CommitWriter::beginGroup(const Ledger& ledger) {
    ledger_ = ledger;
    groupBlinds_.clear();
    groupVerdicts_.clear();
    mergedNow_ = 0;
    deletedNow_ = deletedFresh_;
}

Result<Committed> CommitWriter::write(Prepared& prepared) {
    isTainted_ = false;
    Plan plan;
    if (auto fine = planVerdicts(prepared); !fine) return std::unexpected(std::move(fine).error());
    if (auto fine = planChange(prepared, plan); !fine) {
        return std::unexpected(std::move(fine).error());
    }
    if (auto fine = planDeliveries(prepared, plan); !fine) {
        return std::unexpected(std::move(fine).error());
    }
    if (auto done = writeAll(prepared, plan); !done) {
        return std::unexpected(std::move(done).error());
    }
    return Committed{.version = plan.state.version};
}

Result<void> CommitWriter::writeAll(Prepared& prepared, Plan& plan) {
    const Commit& commit = prepared.commit;
    if (commit.create) {
        if (auto done = writeNew(prepared, plan); !done) return done;
    } else if (commit.referral) {
        isTainted_ = true;
        if (auto done = writeChange(prepared, plan); !done) return done;
    }
    isTainted_ = true;
    if (auto done = writeDeliveryChanges(prepared, plan); !done) return done;
    if (auto done = dropSuperseded(commit, plan); !done) return done;
    if (auto done = writeVerdicts(prepared, plan); !done) return done;
    if (auto done = writeAudit(commit.audit); !done) return done;
    if (auto done = writeRecords(commit); !done) return done;
    if (auto done = writeBlinds(plan.blinds); !done) return done;
    isTainted_ = false;
    return {};
}

// ---- looking
// -------------------------------------------------------------------------------------

Result<bool> CommitWriter::isKnown(const Blind& hash) {
    if (groupVerdicts_.contains(hash) || blinds_.contains(hash)) return true;
    Run run(statements_->findBlind, Blob(view(hash)));
    const Step step = run.step();
    if (step == Step::Failed) return failed();
    return step == Step::Row;
}

Result<void> CommitWriter::planVerdicts(const Prepared& prepared) {
    for (const PreparedVerdict& verdict : prepared.verdicts) {
        for (const Blind& key : verdict.keys) {
            const auto known = isKnown(key);
            if (!known) return std::unexpected(known.error());
            if (*known) return std::unexpected(conflict(kVerdictExists));
        }
    }
    return {};
}

Result<void> CommitWriter::planChange(const Prepared& prepared, Plan& plan) {
    const Commit& commit = prepared.commit;
    if (!commit.referral || commit.create) return {};
    {
        Run run(statements_->findReferral, blobOf(commit.referral->get()));
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return std::unexpected(unknown("referral"));
        plan.no = run.number(0);
        plan.versionBefore = static_cast<std::uint32_t>(run.number(1));
    }
    if (plan.versionBefore != commit.expectedVersion) {
        return std::unexpected(conflict(kVersionMoved));
    }
    plan.state.version = plan.versionBefore;
    if (commit.events.empty()) return {};
    auto state = stateOf(plan.no, plan.versionBefore);
    if (!state) return std::unexpected(std::move(state).error());
    plan.state = std::move(*state);
    plan.wasOpen = !isFinal(plan.state.status);
    if (auto fine = applyEvents(plan.state, commit.events); !fine) return fine;
    if (plan.state.version >= kPlacesPerReferral) {
        return std::unexpected(malformed("A referral has no more than 65535 events."));
    }
    return {};
}

Result<referral::State> CommitWriter::stateOf(std::int64_t no, std::uint32_t version) {
    std::vector<referral::Event> events;
    Run run(statements_->skeletons, firstPlace(no), lastPlace(no));
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) break;
        if (auto read = appendEvents(run.bytes(0), events); !read) {
            return std::unexpected(std::move(read).error());
        }
    }
    referral::State state;
    if (!applyEvents(state, events) || state.version != version) {
        return std::unexpected(damaged("journal"));
    }
    return state;
}

Result<void> CommitWriter::planDeliveries(const Prepared& prepared, Plan& plan) {
    const auto& changes = prepared.commit.changes;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Run run(statements_->findDelivery, blobOf(changes[i].id.get()));
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return std::unexpected(unknown("delivery"));
        if (!prepared.payloads[i].empty() && run.number(7) != 0) {
            return std::unexpected(conflict(kPayloadExists));
        }
        const auto state = valueOf(kStateCodes, static_cast<std::uint64_t>(run.number(1)));
        if (!state) return std::unexpected(damaged("delivery"));
        if (changes[i].expected && *changes[i].expected != *state) {
            return std::unexpected(conflict(kDeliveryMoved));
        }
        plan.deliveries.push_back({.place = run.number(0),
                                   .state = *state,
                                   .due = run.number(2),
                                   .attempts = static_cast<std::uint32_t>(run.number(3)),
                                   .problem = std::string(run.text(4)),
                                   .contentType = std::string(run.text(5)),
                                   .remote = std::string(run.text(6)),
                                   .deadline = run.number(8)});
    }
    return {};
}

Result<const crypto::Key*> CommitWriter::keyOf(std::int64_t no, Plan& plan) {
    const auto at = plan.keys.find(no);
    if (at != plan.keys.end()) return &at->second;
    Run run(statements_->findKey, no);
    if (run.step() != Step::Row) return failed();
    const auto id = idIn<ReferralId>(run.bytes(0));
    if (!id || run.isNull(2)) return std::unexpected(damaged("data key"));
    auto key = sealing_.unwrap(
        {.ring = static_cast<std::uint32_t>(run.number(1)), .bytes = std::string(run.bytes(2))},
        *id);
    if (!key) return std::unexpected(std::move(key).error());
    return &plan.keys.emplace(no, *key).first->second;
}

// ---- writing
// -------------------------------------------------------------------------------------

Result<void> CommitWriter::writeNew(const Prepared& prepared, Plan& plan) {
    const Commit& commit = prepared.commit;
    const NewReferral& made = *commit.create;
    const PreparedReferral& ready = *prepared.referral;
    plan.no = ledger_.lastReferral + 1;
    plan.state = ready.state;
    plan.change = ledger_.changes.next(ready.state.updated);
    std::optional<std::string_view> clockKind;
    std::optional<std::int64_t> clockDue;
    if (commit.clock && !commit.clock->cleared) {
        clockKind = commit.clock->kind;
        clockDue = millisecondsOf(commit.clock->due);
    }
    {
        Run run(statements_->insertReferral, plan.no, blobOf(commit.referral->get()),
                made.organisation, made.client, codeOf(kOriginCodes, made.origin), made.route,
                made.setVersion, ready.authored, made.patientId, ready.key.ring,
                Blob(ready.key.bytes), ready.state.version,
                codeOf(kStatusCodes, ready.state.status), millisecondsOf(ready.state.updated),
                plan.change, clockKind, clockDue);
        if (!run.done()) {
            // The first write of this commit, undone by SQLite itself.
            if (database_.error() == SQLITE_CONSTRAINT_UNIQUE) {
                return std::unexpected(conflict(kReferralExists));
            }
            isTainted_ = true;
            return failed();
        }
    }
    isTainted_ = true;
    ledger_.lastReferral = plan.no;
    ++ledger_.referrals;
    if (!isFinal(ready.state.status)) ++ledger_.open;
    {
        Run run(statements_->insertEntry, placeOf(plan.no, 1), Blob(ready.skeleton),
                Blob(ready.sealed));
        if (!run.done()) return failed();
    }
    for (const Blind& hash : ready.blinds) plan.blinds.push_back({hash, plan.no});
    if (auto done = writeAssignments(plan); !done) return done;
    return writeNewDeliveries(prepared, plan);
}

Result<void> CommitWriter::writeChange(const Prepared& prepared, Plan& plan) {
    const Commit& commit = prepared.commit;
    if (!commit.events.empty()) {
        const auto key = keyOf(plan.no, plan);
        if (!key) return std::unexpected(key.error());
        const auto version = plan.versionBefore + 1;
        const auto skeleton = skeletonOf(commit.events);
        const auto sealed = sealing_.sealEntry(**key, *commit.referral, version, skeleton,
                                               prepared.content, random_);
        Run run(statements_->insertEntry, placeOf(plan.no, version), Blob(skeleton), Blob(sealed));
        if (!run.done()) return failed();
        if (showsChange(commit.events)) {
            plan.change = ledger_.changes.next(plan.state.updated);
            Run move(statements_->moveReferral, plan.state.version,
                     codeOf(kStatusCodes, plan.state.status), millisecondsOf(plan.state.updated),
                     plan.change, plan.no);
            if (!move.done()) return failed();
            ledger_.open += (isFinal(plan.state.status) ? 0 : 1) - (plan.wasOpen ? 1 : 0);
        } else {
            Run count(statements_->countReferral, plan.state.version, plan.no);
            if (!count.done()) return failed();
        }
        if (auto done = writeAssignments(plan); !done) return done;
    }
    if (commit.clock) {
        if (auto done = writeClock(*commit.clock, plan.no); !done) return done;
    }
    if (commit.remapped) {
        Run run(statements_->setMapping, commit.remapped->route, commit.remapped->setVersion,
                plan.no);
        if (!run.done()) return failed();
    }
    if (auto done = writeNewDeliveries(prepared, plan); !done) return done;
    const bool ended = std::any_of(plan.state.assignments.begin(), plan.state.assignments.end(),
                                   [&](const referral::Assignment& assignment) {
                                       return assignment.version > plan.versionBefore &&
                                              isFinal(assignment.status);
                                   });
    if (ended || !commit.deliveries.empty()) return settleDeliveries(plan.no);
    return {};
}

Result<void> CommitWriter::writeAssignments(const Plan& plan) {
    for (const auto& assignment : plan.state.assignments) {
        if (assignment.version <= plan.versionBefore) continue;
        Run run(statements_->putAssignment, blobOf(assignment.id.get()), plan.no,
                assignment.provider, codeOf(kStatusCodes, assignment.status), assignment.version,
                millisecondsOf(assignment.updated), ledger_.changes.next(assignment.updated));
        if (!run.done()) return failed();
    }
    return {};
}

Result<void> CommitWriter::writeClock(const ClockChange& clock, std::int64_t no) {
    std::optional<std::string_view> kind;
    std::optional<std::int64_t> due;
    if (!clock.cleared) {
        kind = clock.kind;
        due = millisecondsOf(clock.due);
    }
    Run run(statements_->setClock, kind, due, no);
    if (!run.done()) return failed();
    return {};
}

Result<void> CommitWriter::writeVerdicts(Prepared& prepared, Plan& plan) {
    for (PreparedVerdict& verdict : prepared.verdicts) {
        std::optional<std::int64_t> no;
        if (verdict.referral) {
            if (verdict.referral == prepared.commit.referral) {
                no = plan.no;
            } else {
                Run run(statements_->findReferral, blobOf(verdict.referral->get()));
                const Step step = run.step();
                if (step == Step::Failed) return failed();
                if (step == Step::End) return std::unexpected(unknown("referral"));
                no = run.number(0);
            }
        }
        if (!verdict.isSealed) {
            const auto key = keyOf(*no, plan);
            if (!key) return std::unexpected(key.error());
            // Sealed anew if this commit is written again alone, hence not kept in `prepared`.
            const auto sealed =
                sealing_.sealVerdict(**key, &*verdict.referral, verdict.content, random_);
            Run run(statements_->insertVerdict, ++ledger_.lastVerdict, no, verdict.status,
                    Blob(sealed), ledger_.changes.last());
            if (!run.done()) return failed();
        } else {
            Run run(statements_->insertVerdict, ++ledger_.lastVerdict, no, verdict.status,
                    Blob(verdict.content), ledger_.changes.last());
            if (!run.done()) return failed();
        }
        for (const Blind& key : verdict.keys) {
            plan.blinds.push_back({key, -ledger_.lastVerdict});
            groupVerdicts_.insert(key);
        }
    }
    return {};
}

Result<void> CommitWriter::writeAudit(const std::vector<AuditEntry>& entries) {
    for (const AuditEntry& entry : entries) {
        Run run(statements_->insertAudit, ++ledger_.lastAudit, millisecondsOf(entry.at),
                entry.actor, entry.action, entry.subject, entry.outcome, entry.request);
        if (!run.done()) return failed();
    }
    return {};
}

Result<void> CommitWriter::writeRecords(const Commit& commit) {
    for (const Record& record : commit.records) {
        if (record.body.empty()) {
            Run run(statements_->dropRecord, record.kind, blobOf(record.id));
            if (!run.done()) return failed();
            continue;
        }
        Run run(statements_->putRecord, record.kind, blobOf(record.id), Blob(record.body));
        if (!run.done()) return failed();
    }
    for (const Notice& notice : commit.notices) {
        Run run(statements_->insertNotice, blobOf(notice.list),
                static_cast<std::int64_t>(notice.number), blobOf(notice.referral.get()),
                notice.version, millisecondsOf(notice.at));
        if (!run.done()) return failed();
    }
    return {};
}

Result<void> CommitWriter::writeBlinds(const std::vector<BlindEntry>& entries) {
    if (entries.empty()) return {};
    const auto encoded = encodeBlinds(entries);
    Run run(statements_->insertFresh, ++ledger_.lastFresh, Blob(encoded));
    if (!run.done()) return failed();
    groupBlinds_.emplace_back(ledger_.lastFresh, entries);
    return {};
}

// ---- groups
// --------------------------------------------------------------------------------------

Result<void> CommitWriter::finishGroup() {
    Run run(statements_->saveTally, ledger_.referrals, ledger_.open, ledger_.due, ledger_.dead,
            ledger_.changes.last());
    if (!run.done()) return failed();
    return {};
}

Result<void> CommitWriter::mergeBlinds() {
    // Twice as fast as entries arrive, so that a round is through before the next is due.
    std::size_t arrived = 0;
    for (const auto& [no, entries] : groupBlinds_) arrived += entries.size();
    const auto slice = blinds_.toMerge(2 * arrived + 64);
    for (const BlindEntry& entry : slice) {
        Run run(statements_->insertBlind, Blob(view(entry.hash)), entry.target);
        if (!run.done()) return failed();
    }
    mergedNow_ = slice.size();
    const auto rows = static_cast<std::int64_t>(2 * groupBlinds_.size() + 16);
    const auto upTo = std::min(blinds_.mergedUpTo(), deletedFresh_ + rows);
    if (upTo > deletedFresh_) {
        Run run(statements_->deleteFresh, upTo);
        if (!run.done()) return failed();
        deletedNow_ = upTo;
    }
    return {};
}

void CommitWriter::publishGroup() {
    for (const auto& [no, entries] : groupBlinds_) blinds_.add(no, entries);
    groupBlinds_.clear();
    groupVerdicts_.clear();
    if (mergedNow_ > 0) blinds_.merged(mergedNow_);
    mergedNow_ = 0;
    deletedFresh_ = deletedNow_;
}

}  // namespace waymark::store
