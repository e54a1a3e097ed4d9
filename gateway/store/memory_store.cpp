#include "gateway/store/memory_store.h"

#include <algorithm>
#include <utility>

#include "gateway/referral/clock.h"
#include "gateway/store/authored.h"
#include "gateway/store/cursor.h"
#include "gateway/store/refusal.h"
#include "gateway/store/rules.h"

namespace waymark::store {

/// What a commit will come to, decided before anything is written.
struct MemoryStore::Plan {
    referral::State state;
    std::uint32_t versionBefore = 0;
};

void MemoryStore::commit(Commit commit, Done done) {
    Result<Committed> result = std::unexpected(notWritable());
    {
        const std::lock_guard lock(mutex_);
        auto& refusals = refusals_[commit.lane];
        if (writable_ && refusals > 0) {
            --refusals;
            result = std::unexpected(queueFull());
        } else if (writable_) {
            result = apply(commit);
        }
    }
    done(std::move(result));
}

Result<Committed> MemoryStore::apply(Commit& commit) {
    if (auto fine = wellFormed(commit); !fine) return std::unexpected(std::move(fine).error());
    Plan plan;
    if (auto fine = planReferral(commit, plan); !fine) {
        return std::unexpected(std::move(fine).error());
    }
    if (auto fine = planVerdicts(commit); !fine) return std::unexpected(std::move(fine).error());
    if (auto fine = planChanges(commit); !fine) return std::unexpected(std::move(fine).error());
    write(commit, plan);
    return Committed{.version = plan.state.version};
}

Result<void> MemoryStore::planReferral(const Commit& commit, Plan& plan) const {
    if (!commit.referral) return {};
    const auto at = rows_.find(*commit.referral);
    if (commit.create) {
        if (at != rows_.end()) return std::unexpected(conflict(kReferralExists));
    } else {
        if (at == rows_.end()) return std::unexpected(unknown("referral"));
        plan.state = at->second.dossier.state;
        plan.versionBefore = plan.state.version;
        if (plan.versionBefore != commit.expectedVersion) {
            return std::unexpected(conflict(kVersionMoved));
        }
    }
    return applyEvents(plan.state, commit.events);
}

Result<void> MemoryStore::planVerdicts(const Commit& commit) const {
    for (const Verdict& verdict : commit.verdicts) {
        if (verdicts_.contains(verdict.key)) return std::unexpected(conflict(kVerdictExists));
        const bool known = !verdict.referral || rows_.contains(*verdict.referral) ||
                           (commit.create && verdict.referral == commit.referral);
        if (!known) return std::unexpected(unknown("referral"));
    }
    return {};
}

Result<void> MemoryStore::planChanges(const Commit& commit) const {
    for (const DeliveryChange& change : commit.changes) {
        const auto at = deliveries_.find(change.id);
        if (at == deliveries_.end()) return std::unexpected(unknown("delivery"));
        if (change.payload && !at->second.payload.empty()) {
            return std::unexpected(conflict(kPayloadExists));
        }
        if (change.expected && *change.expected != at->second.state) {
            return std::unexpected(conflict(kDeliveryMoved));
        }
    }
    for (const NewDelivery& delivery : commit.deliveries) {
        if (deliveries_.contains(delivery.id)) {
            return std::unexpected(malformed("A new delivery has a new id."));
        }
    }
    return {};
}

void MemoryStore::write(Commit& commit, Plan& plan) {
    for (DeliveryChange& change : commit.changes) changeDelivery(change);
    if (commit.referral) {
        Row& row = rows_[*commit.referral];
        if (commit.create) {
            NewReferral& made = *commit.create;
            row.dossier.id = *commit.referral;
            row.dossier.organisation = std::move(made.organisation);
            row.dossier.client = std::move(made.client);
            row.dossier.origin = made.origin;
            row.dossier.route = std::move(made.route);
            row.dossier.setVersion = std::move(made.setVersion);
            row.dossier.contentType = std::move(made.contentType);
            row.dossier.body = std::move(made.body);
            row.dossier.record = std::move(made.record);
            row.nhsNumber = std::move(made.nhsNumber);
            row.identifiers = std::move(made.identifiers);
            row.patientId = std::move(made.patientId);
            row.authored = inUtc(made.authored);
        }
        row.dossier.state = std::move(plan.state);
        moveOn(row, commit, plan.versionBefore);
    }
    for (Verdict& verdict : commit.verdicts) {
        auto key = verdict.key;
        verdicts_.emplace(std::move(key), std::move(verdict));
    }
    std::move(commit.audit.begin(), commit.audit.end(), std::back_inserter(audit_));
    for (Record& record : commit.records) {
        auto key = std::pair(record.kind, record.id);
        if (record.body.empty()) {
            records_.erase(key);
        } else {
            records_.insert_or_assign(std::move(key), std::move(record));
        }
    }
    for (const Notice& notice : commit.notices) notices_[{notice.list, notice.number}] = notice;
}

void MemoryStore::moveOn(Row& row, const Commit& commit, std::uint32_t versionBefore) {
    const ReferralId& id = row.dossier.id;
    if (showsChange(commit.events)) {
        changesInOrder_.erase(row.change);
        row.change = changes_.next(row.dossier.state.updated);
        changesInOrder_.emplace(row.change, id);
    }
    for (const auto& assignment : row.dossier.state.assignments) {
        if (assignment.version <= versionBefore) continue;
        row.assignmentChanges[assignment.id] = changes_.next(assignment.updated);
        assignmentOwners_.emplace(assignment.id, id);
    }
    row.dossier.events.insert(row.dossier.events.end(), commit.events.begin(), commit.events.end());
    referral::takeLatestRecord(row.dossier);
    if (commit.remapped) {
        row.dossier.route = commit.remapped->route;
        row.dossier.setVersion = commit.remapped->setVersion;
    }
    if (commit.clock) {
        row.clock = commit.clock->cleared ? std::nullopt : commit.clock;
    }
    dropSuperseded(row, commit);
    for (const NewDelivery& made : commit.deliveries) {
        Delivery delivery;
        delivery.id = made.id;
        delivery.referral = id;
        delivery.assignment = made.assignment;
        delivery.provider = made.provider;
        delivery.kind = made.kind;
        delivery.due = made.due;
        delivery.deadline = made.deadline;
        delivery.remote = made.remote;
        deliveries_.emplace(made.id, std::move(delivery));
        row.deliveries.push_back(made.id);
    }
}

void MemoryStore::dropSuperseded(const Row& row, const Commit& commit) {
    for (const NewDelivery& made : commit.deliveries) {
        if (made.kind != DeliveryKind::Cancelled) continue;
        for (const DeliveryId& id : row.deliveries) {
            Delivery& earlier = deliveries_.at(id);
            const bool waits =
                earlier.state == DeliveryState::Due || earlier.state == DeliveryState::Held;
            if (waits && earlier.assignment == made.assignment) {
                earlier.state = DeliveryState::Dropped;
            }
        }
    }
}

void MemoryStore::changeDelivery(DeliveryChange& change) {
    Delivery& delivery = deliveries_.find(change.id)->second;
    if (change.state) delivery.state = *change.state;
    if (change.due) delivery.due = *change.due;
    if (change.deadline) delivery.deadline = *change.deadline;
    if (change.attempts) delivery.attempts = *change.attempts;
    if (!change.lastProblem.empty()) delivery.lastProblem = std::move(change.lastProblem);
    if (change.payload) delivery.payload = std::move(*change.payload);
    if (change.contentType) delivery.contentType = std::move(*change.contentType);
    if (change.remote) delivery.remote = std::move(*change.remote);
}

Result<std::optional<referral::Dossier>> MemoryStore::referral(const ReferralId& id,
                                                               const Viewer* viewer) {
    const std::lock_guard lock(mutex_);
    const auto at = rows_.find(id);
    if (at == rows_.end()) return std::nullopt;
    const auto& dossier = at->second.dossier;
    if (viewer != nullptr && !sees(*viewer, dossier.organisation, dossier.client)) {
        return std::nullopt;
    }
    return dossier;
}

std::optional<referral::Dossier> MemoryStore::dossierOf(const AssignmentId& id,
                                                        const Row** found) const {
    const auto owner = assignmentOwners_.find(id);
    if (owner == assignmentOwners_.end()) return std::nullopt;
    *found = &rows_.at(owner->second);
    return (*found)->dossier;
}

Result<std::optional<referral::Dossier>> MemoryStore::assignment(const AssignmentId& id,
                                                                 std::string_view provider) {
    const std::lock_guard lock(mutex_);
    const Row* row = nullptr;
    auto dossier = dossierOf(id, &row);
    if (!dossier || dossier->state.find(id)->provider != provider) return std::nullopt;
    return dossier;
}

Result<std::optional<referral::Dossier>> MemoryStore::assignment(const AssignmentId& id,
                                                                 const Viewer& viewer) {
    const std::lock_guard lock(mutex_);
    const Row* row = nullptr;
    auto dossier = dossierOf(id, &row);
    if (!dossier || !sees(viewer, dossier->organisation, dossier->client)) return std::nullopt;
    return dossier;
}

bool MemoryStore::answers(const SearchQuery& query, const Row& row) const {
    const auto& dossier = row.dossier;
    if (query.id && dossier.id != *query.id) return false;
    if (query.nhsNumber && (row.nhsNumber.empty() || row.nhsNumber != *query.nhsNumber)) {
        return false;
    }
    if (query.patientId && (row.patientId.empty() || row.patientId != *query.patientId)) {
        return false;
    }
    if (query.identifier) {
        const bool has = std::any_of(row.identifiers.begin(), row.identifiers.end(),
                                     [&](const Identifier& identifier) {
                                         return identifier.system == query.identifier->system &&
                                                identifier.value == query.identifier->value;
                                     });
        if (!has) return false;
    }
    return matches(query, {.organisation = dossier.organisation,
                           .client = dossier.client,
                           .status = dossier.state.status,
                           .updated = dossier.state.updated,
                           .authored = row.authored});
}

Result<SearchPage> MemoryStore::search(const SearchQuery& query) {
    Cursor cursor;
    if (!query.cursor.empty()) {
        const auto parsed = parseCursor(query.cursor);
        if (!parsed) return std::unexpected(parsed.error());
        cursor = *parsed;
    }
    const std::lock_guard lock(mutex_);
    std::map<std::int64_t, ReferralId, std::greater<>> found;
    for (const auto& [id, row] : rows_) {
        if (answers(query, row)) found.emplace(row.change, id);
    }
    SearchPage page;
    page.total = query.cursor.empty() ? found.size() : cursor.total;
    const auto count = std::min(query.count, kPageRowsMax);
    for (const auto& [change, id] : found) {
        if (!query.cursor.empty() && change >= cursor.change) continue;
        if (page.ids.size() == count) {
            if (count > 0)
                page.next =
                    print({.change = rows_.at(page.ids.back()).change, .total = page.total});
            break;
        }
        page.ids.push_back(id);
    }
    return page;
}

Result<AssignmentPage> MemoryStore::assignments(const AssignmentQuery& query) {
    Cursor cursor;
    if (!query.cursor.empty()) {
        const auto parsed = parseCursor(query.cursor);
        if (!parsed) return std::unexpected(parsed.error());
        cursor = *parsed;
    }
    const std::lock_guard lock(mutex_);
    std::map<std::int64_t, AssignmentPage::Row> found;
    for (const auto& [id, row] : rows_) {
        for (const auto& assignment : row.dossier.state.assignments) {
            const auto& wanted = query.statuses;
            const bool fits = assignment.provider == query.provider &&
                              (wanted.empty() || std::find(wanted.begin(), wanted.end(),
                                                           assignment.status) != wanted.end()) &&
                              (!query.since || assignment.updated >= *query.since);
            const auto change = row.assignmentChanges.at(assignment.id);
            if (!fits || change <= cursor.change) continue;
            found[change] = {.id = assignment.id,
                             .referral = id,
                             .status = assignment.status,
                             .version = assignment.version,
                             .updated = assignment.updated};
        }
    }
    AssignmentPage page;
    const auto limit = std::clamp(query.limit, 1U, kPageRowsMax);
    std::int64_t last = 0;
    for (const auto& [change, row] : found) {
        if (page.rows.size() == limit) {
            page.next = print({.change = last, .total = 0});
            break;
        }
        page.rows.push_back(row);
        last = change;
    }
    return page;
}

Result<std::optional<Verdict>> MemoryStore::verdict(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto at = verdicts_.find(key);
    if (at == verdicts_.end()) return std::nullopt;
    return at->second;
}

bool MemoryStore::isNextInLine(const Delivery& delivery) const {
    if (delivery.state != DeliveryState::Due) return false;
    for (const DeliveryId& id : rows_.at(delivery.referral).deliveries) {
        const Delivery& other = deliveries_.at(id);
        if (other.assignment != delivery.assignment || other.state != DeliveryState::Due) continue;
        return id == delivery.id;
    }
    return false;
}

Result<std::vector<Delivery>> MemoryStore::dueDeliveries(Instant now, std::uint32_t limit,
                                                         const std::vector<std::string>& skip) {
    const std::lock_guard lock(mutex_);
    std::vector<Delivery> found;
    for (const auto& [id, delivery] : deliveries_) {
        const bool skipped = std::find(skip.begin(), skip.end(), delivery.provider) != skip.end();
        if (!skipped && delivery.due <= now && isNextInLine(delivery)) found.push_back(delivery);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Delivery& a, const Delivery& b) { return a.due < b.due; });
    std::map<std::string, std::uint32_t> taken;
    std::erase_if(found,
                  [&](const Delivery& delivery) { return ++taken[delivery.provider] > limit; });
    return found;
}

Result<std::optional<Instant>> MemoryStore::nextDue(Instant after) {
    const std::lock_guard lock(mutex_);
    std::optional<Instant> next;
    const auto consider = [&](Instant due) {
        if (due > after && (!next || due < *next)) next = due;
    };
    for (const auto& [id, delivery] : deliveries_) {
        if (isNextInLine(delivery)) consider(delivery.due);
    }
    for (const auto& [id, row] : rows_) {
        if (row.clock) consider(row.clock->due);
    }
    return next;
}

Result<std::vector<DueClock>> MemoryStore::dueClocks(Instant now, std::uint32_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<DueClock> due;
    for (const auto& [id, row] : rows_) {
        if (row.clock && row.clock->due <= now)
            due.push_back({id, row.clock->kind, row.clock->due});
    }
    std::stable_sort(due.begin(), due.end(),
                     [](const DueClock& a, const DueClock& b) { return a.due < b.due; });
    if (due.size() > limit) due.resize(limit);
    return due;
}

Result<std::vector<Delivery>> MemoryStore::deliveries(const ReferralId& id) {
    const std::lock_guard lock(mutex_);
    std::vector<Delivery> all;
    const auto at = rows_.find(id);
    if (at == rows_.end()) return all;
    for (const DeliveryId& delivery : at->second.deliveries)
        all.push_back(deliveries_.at(delivery));
    return all;
}

Result<std::vector<Delivery>> MemoryStore::pollable(std::string_view provider,
                                                    const DeliveryId& after, std::uint32_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Delivery> found;
    for (auto at = deliveries_.upper_bound(after); at != deliveries_.end() && found.size() < limit;
         ++at) {
        const Delivery& delivery = at->second;
        if (delivery.provider != provider || delivery.state != DeliveryState::Delivered ||
            delivery.remote.empty()) {
            continue;
        }
        const auto* assignment =
            rows_.at(delivery.referral).dossier.state.find(delivery.assignment);
        if (assignment == nullptr || isFinal(assignment->status)) continue;
        found.push_back(delivery);
        found.back().payload.clear();
    }
    return found;
}

Result<std::vector<Delivery>> MemoryStore::findDeliveries(const DeliveryQuery& query) {
    const std::lock_guard lock(mutex_);
    std::vector<Delivery> found;
    const auto limit = std::min(query.limit, kPageRowsMax);
    for (auto at = deliveries_.upper_bound(query.after);
         at != deliveries_.end() && found.size() < limit; ++at) {
        const Delivery& delivery = at->second;
        const bool fits = (!query.id || delivery.id == *query.id) &&
                          (!query.referral || delivery.referral == *query.referral) &&
                          (query.provider.empty() || delivery.provider == query.provider) &&
                          (!query.state || delivery.state == *query.state) &&
                          (!query.from || delivery.id.get() >= firstIdAt(*query.from)) &&
                          (!query.to || delivery.id.get() < firstIdAt(*query.to));
        if (!fits) continue;
        found.push_back(delivery);
        found.back().payload.clear();
    }
    return found;
}

Result<std::vector<Record>> MemoryStore::records(std::string_view kind) {
    const std::lock_guard lock(mutex_);
    std::vector<Record> found;
    for (const auto& [key, record] : records_) {
        if (key.first == kind) found.push_back(record);
    }
    return found;
}

Result<Account> MemoryStore::account(Instant from, Instant to) {
    const std::lock_guard lock(mutex_);
    Account account;
    std::set<Uuid> taken;
    for (const AuditEntry& entry : audit_) {
        if (entry.at < from || entry.at >= to) continue;
        if (entry.action == "refused") ++account.refused;
        if (entry.action != "create" || entry.outcome != "ok") continue;
        if (const auto id = Uuid::parse(entry.subject)) taken.insert(*id);
    }
    for (const auto& [id, row] : rows_) {
        if (id.get() < firstIdAt(from) || id.get() >= firstIdAt(to)) continue;
        ++account.in;
        taken.erase(id.get());
        if (isFinal(row.dossier.state.status)) {
            ++account.finished;
        } else if (!row.clock) {
            account.breach(id, "open-without-clock");
        } else {
            ++account.openWithClock;
            account.setAside += row.clock->kind == referral::clock::kMendedWithin ? 1U : 0U;
        }
    }
    for (const Uuid& id : taken) account.breach(ReferralId(id), "not-stored");
    account.in += taken.size() + account.refused;
    return account;
}

Result<std::vector<DueClock>> MemoryStore::clocksOf(std::string_view kind, std::uint32_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<DueClock> found;
    for (const auto& [id, row] : rows_) {
        if (row.clock && row.clock->kind == kind)
            found.push_back({id, row.clock->kind, row.clock->due});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const DueClock& a, const DueClock& b) { return a.due < b.due; });
    if (found.size() > limit) found.resize(limit);
    return found;
}

Result<std::set<std::string>> MemoryStore::openSetVersions() {
    const std::lock_guard lock(mutex_);
    std::set<std::string> versions;
    for (const auto& [id, row] : rows_) {
        if (row.clock) versions.insert(row.dossier.setVersion);
    }
    return versions;
}

Result<std::vector<Notice>> MemoryStore::notices(const Uuid& list, std::uint64_t from,
                                                 std::uint64_t until, std::uint32_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Notice> found;
    for (auto at = notices_.lower_bound({list, from}); at != notices_.end(); ++at) {
        if (at->first.first != list || at->first.second > until || found.size() == limit) break;
        found.push_back(at->second);
    }
    return found;
}

Result<std::uint64_t> MemoryStore::lastNotice(const Uuid& list) {
    const std::lock_guard lock(mutex_);
    std::uint64_t last = 0;
    for (auto at = notices_.lower_bound({list, 0}); at != notices_.end(); ++at) {
        if (at->first.first != list) break;
        last = at->first.second;
    }
    return last;
}

Result<std::vector<Change>> MemoryStore::changes(std::int64_t after, std::uint32_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Change> found;
    for (auto at = changesInOrder_.upper_bound(after);
         at != changesInOrder_.end() && found.size() < limit; ++at) {
        found.push_back({.place = at->first, .referral = at->second});
    }
    return found;
}

Result<Counts> MemoryStore::counts() {
    const std::lock_guard lock(mutex_);
    Counts counts;
    counts.referrals = rows_.size();
    for (const auto& [id, row] : rows_) counts.open += isFinal(row.dossier.state.status) ? 0U : 1U;
    for (const auto& [id, delivery] : deliveries_) {
        counts.deliveriesDue += delivery.state == DeliveryState::Due ? 1U : 0U;
        counts.deliveriesDead += delivery.state == DeliveryState::Dead ? 1U : 0U;
    }
    return counts;
}

bool MemoryStore::writable() const {
    const std::lock_guard lock(mutex_);
    return writable_;
}

void MemoryStore::setWritable(bool writable) {
    const std::lock_guard lock(mutex_);
    writable_ = writable;
}

void MemoryStore::refuseAsFull(Lane lane, std::uint32_t commits) {
    const std::lock_guard lock(mutex_);
    refusals_[lane] = commits;
}

std::vector<AuditEntry> MemoryStore::audit() const {
    const std::lock_guard lock(mutex_);
    return audit_;
}

}  // namespace waymark::store
