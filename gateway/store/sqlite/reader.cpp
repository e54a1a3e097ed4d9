#include "gateway/store/sqlite/reader.h"

#include <utility>

#include "gateway/store/codes.h"
#include "gateway/store/journal_entry.h"
#include "gateway/store/refusal.h"
#include "gateway/store/rules.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/prepared.h"
#include "gateway/store/sqlite/reader_snapshot.h"
#include "gateway/store/sqlite/reader_statements.h"

namespace waymark::store {

Reader::Reader(std::unique_ptr<Database> database, const Sealing& sealing,
               const crypto::Key& storeKey, const FreshBlinds& blinds)
    : database_(std::move(database)),
      sealing_(sealing),
      storeKey_(storeKey),
      blinds_(blinds),
      statements_(std::make_unique<Statements>(*database_)) {}

Reader::~Reader() = default;

std::unexpected<Failure> Reader::failed() {
    return std::unexpected(database_->failure());
}

Result<crypto::Key> Reader::keyOf(Run& run, int ring, int key, const ReferralId& id) {
    return sealing_.unwrap({.ring = static_cast<std::uint32_t>(run.number(ring)),
                            .bytes = std::string(run.bytes(key))},
                           id);
}

/// `run` stands on a row of kReferral that may be shown.
Result<std::optional<referral::Dossier>> Reader::dossier(Run& run) {
    const auto id = idIn<ReferralId>(run.bytes(1));
    const auto origin = valueOf(kOriginCodes, static_cast<std::uint64_t>(run.number(4)));
    if (!id || !origin) return std::unexpected(damaged("referral"));
    const auto key = keyOf(run, 8, 9, *id);
    if (!key) return std::unexpected(key.error());
    referral::Dossier dossier;
    dossier.id = *id;
    dossier.organisation = run.text(2);
    dossier.client = run.text(3);
    dossier.origin = *origin;
    dossier.route = run.text(5);
    dossier.setVersion = run.text(6);
    const auto no = run.number(0);
    const auto version = static_cast<std::uint32_t>(run.number(7));
    if (auto read = readJournal(no, *key, dossier); !read) {
        return std::unexpected(std::move(read).error());
    }
    if (!applyEvents(dossier.state, dossier.events) || dossier.state.version != version) {
        return std::unexpected(damaged("journal"));
    }
    referral::takeLatestRecord(dossier);
    return dossier;
}

Result<void> Reader::readJournal(std::int64_t no, const crypto::Key& key,
                                 referral::Dossier& dossier) {
    Run run(statements_->journal.get(), firstPlace(no), lastPlace(no));
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return {};
        const auto first = withinOf(run.number(0));
        const std::size_t before = dossier.events.size();
        if (first != before + 1) return std::unexpected(damaged("journal"));
        if (auto read = appendEvents(run.bytes(1), dossier.events); !read) return read;
        const auto content = sealing_.openEntry(key, dossier.id, first, run.bytes(1), run.bytes(2));
        if (!content) return std::unexpected(content.error());
        Message message;
        const auto events = std::span(dossier.events).subspan(before);
        auto unpacked = unpackContent(*content, first == 1 ? &message : nullptr, events);
        if (!unpacked) return unpacked;
        if (first != 1) continue;
        dossier.contentType = std::move(message.contentType);
        dossier.body = std::move(message.body);
        dossier.record = std::move(message.record);
    }
}

Result<std::optional<referral::Dossier>> Reader::referral(const ReferralId& id,
                                                          const Viewer* viewer) {
    const Snapshot snapshot(*this);
    if (!snapshot.isOpen()) return failed();
    Run run(statements_->referral.get(), blobOf(id.get()));
    const Step step = run.step();
    if (step == Step::Failed) return failed();
    // Another's is answered as early as none.
    if (step == Step::End) return std::nullopt;
    if (viewer != nullptr && !sees(*viewer, run.text(2), run.text(3))) return std::nullopt;
    return dossier(run);
}

Result<std::optional<referral::Dossier>> Reader::assignment(const AssignmentId& id,
                                                            std::string_view provider) {
    const Snapshot snapshot(*this);
    if (!snapshot.isOpen()) return failed();
    Run run(statements_->assignment.get(), blobOf(id.get()));
    const Step step = run.step();
    if (step == Step::Failed) return failed();
    if (step == Step::End || run.text(10) != provider) return std::nullopt;
    return dossier(run);
}

Result<std::optional<referral::Dossier>> Reader::assignment(const AssignmentId& id,
                                                            const Viewer& viewer) {
    const Snapshot snapshot(*this);
    if (!snapshot.isOpen()) return failed();
    Run run(statements_->assignment.get(), blobOf(id.get()));
    const Step step = run.step();
    if (step == Step::Failed) return failed();
    if (step == Step::End || !sees(viewer, run.text(2), run.text(3))) return std::nullopt;
    return dossier(run);
}

Result<std::vector<std::int64_t>> Reader::targetsOf(const Blind& hash) {
    std::vector<std::int64_t> targets;
    blinds_.find(hash, targets);
    Run run(statements_->blind.get(), Blob(view(hash)));
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return targets;
        targets.push_back(run.number(0));
    }
}

Result<std::optional<Verdict>> Reader::verdict(std::string_view key) {
    const auto targets = targetsOf(sealing_.blindVerdict(key));
    if (!targets) return std::unexpected(targets.error());
    if (targets->empty()) return std::nullopt;
    auto verdict = verdictAt(-targets->front());
    if (!verdict) return std::unexpected(std::move(verdict).error());
    verdict->key = key;
    return std::move(*verdict);
}

Result<Verdict> Reader::verdictAt(std::int64_t no) {
    Run run(statements_->verdict.get(), no);
    if (run.step() != Step::Row) return std::unexpected(damaged("verdict"));
    Verdict verdict;
    verdict.status = static_cast<unsigned>(run.number(0));
    Result<std::string> content;
    if (run.isNull(2)) {
        content = sealing_.openVerdict(storeKey_, nullptr, run.bytes(1));
    } else {
        verdict.referral = idIn<ReferralId>(run.bytes(3));
        if (!verdict.referral) return std::unexpected(damaged("verdict"));
        const auto dataKey = keyOf(run, 4, 5, *verdict.referral);
        if (!dataKey) return std::unexpected(dataKey.error());
        content = sealing_.openVerdict(*dataKey, &*verdict.referral, run.bytes(1));
    }
    if (!content) return std::unexpected(std::move(content).error());
    if (auto read = unpackVerdict(*content, verdict); !read) {
        return std::unexpected(std::move(read).error());
    }
    return verdict;
}

}  // namespace waymark::store
