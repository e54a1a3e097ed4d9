#include "gateway/store/sqlite/prepared.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/store/authored.h"
#include "gateway/store/journal_entry.h"
#include "gateway/store/packing.h"
#include "gateway/store/refusal.h"
#include "gateway/store/rules.h"

namespace waymark::store {
namespace {

/// Patients that a message brings have ids that begin with their referral's. They are found by the
/// referral's id, so that only a patient of an earlier message needs an entry in the blind index.
bool belongsTo(std::string_view patientId, const ReferralId& id) {
    return patientId.starts_with(id.get().text());
}

Result<PreparedReferral> prepareReferral(Commit& commit, const crypto::Key& key,
                                         const PrepareOptions& options, Random& random) {
    NewReferral& made = *commit.create;
    const ReferralId& id = *commit.referral;
    PreparedReferral out;
    if (auto fine = applyEvents(out.state, commit.events); !fine) {
        return std::unexpected(std::move(fine).error());
    }
    out.skeleton = skeletonOf(commit.events);
    out.sealed = options.sealing.sealEntry(
        key, id, 1, out.skeleton, packContent(&made, commit.events, options.packingLevel), random);
    out.key = options.sealing.wrap(key, id, random);
    out.authored = inUtc(made.authored);
    if (!made.nhsNumber.empty()) {
        out.blinds.push_back(options.sealing.blindNhsNumber(made.nhsNumber));
    }
    for (const Identifier& identifier : made.identifiers) {
        out.blinds.push_back(options.sealing.blindIdentifier(identifier));
    }
    if (!made.patientId.empty() && !belongsTo(made.patientId, id)) {
        out.blinds.push_back(options.sealing.blindPatient(made.patientId));
    }
    std::sort(out.blinds.begin(), out.blinds.end());
    out.blinds.erase(std::unique(out.blinds.begin(), out.blinds.end()), out.blinds.end());
    made.body = {};
    made.record = {};
    return out;
}

bool hasSameAnswer(const Verdict& a, const Verdict& b) {
    return a.fingerprint == b.fingerprint && a.status == b.status &&
           a.contentType == b.contentType && a.body == b.body && a.referral == b.referral;
}

std::vector<PreparedVerdict> prepareVerdicts(const Commit& commit, const crypto::Key* freshKey,
                                             const PrepareOptions& options, Random& random) {
    std::vector<PreparedVerdict> out;
    const Verdict* before = nullptr;
    for (const Verdict& verdict : commit.verdicts) {
        const Blind key = options.sealing.blindVerdict(verdict.key);
        if (before == nullptr || !hasSameAnswer(*before, verdict)) {
            PreparedVerdict& made = out.emplace_back();
            made.status = verdict.status;
            made.referral = verdict.referral;
            made.content = packVerdict(verdict, options.packingLevel);
            const bool ofThis = freshKey != nullptr && verdict.referral == commit.referral;
            if (ofThis || !verdict.referral) {
                const ReferralId* const id = ofThis ? &*commit.referral : nullptr;
                made.content = options.sealing.sealVerdict(ofThis ? *freshKey : options.storeKey,
                                                           id, made.content, random);
                made.isSealed = true;
            }
        }
        before = &verdict;
        auto& keys = out.back().keys;
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    return out;
}

}  // namespace

Result<void> prepare(Commit&& commit, const PrepareOptions& options, Prepared& prepared) {
    if (auto fine = wellFormed(commit); !fine) return fine;
    Entropy random(options.random);
    std::optional<crypto::Key> key;
    if (commit.create) {
        key = crypto::Key::random(random);
        auto made = prepareReferral(commit, *key, options, random);
        if (!made) return std::unexpected(std::move(made).error());
        prepared.referral = std::move(*made);
    } else if (!commit.events.empty()) {
        prepared.content = packContent(nullptr, commit.events, options.packingLevel);
    }
    prepared.verdicts = prepareVerdicts(commit, key ? &*key : nullptr, options, random);
    commit.verdicts.clear();
    for (Record& record : commit.records) {
        if (record.body.empty()) continue;
        const std::array<std::string_view, 1> texts{record.body};
        record.body = options.sealing.sealRecord(options.storeKey, record.id,
                                                 pack(texts, options.packingLevel), random);
    }
    prepared.payloads.resize(commit.changes.size());
    for (std::size_t i = 0; i < commit.changes.size(); ++i) {
        auto& payload = commit.changes[i].payload;
        if (!payload || payload->empty()) continue;
        const std::array<std::string_view, 1> texts{*payload};
        prepared.payloads[i] = pack(texts, options.packingLevel);
        payload->clear();
    }
    prepared.commit = std::move(commit);
    return {};
}

std::string packVerdict(const Verdict& verdict, int level) {
    const std::array<std::string_view, 3> texts{verdict.fingerprint, verdict.contentType,
                                                verdict.body};
    return pack(texts, level);
}

Result<void> unpackVerdict(std::string_view content, Verdict& verdict) {
    auto texts = unpack(content);
    if (!texts) return std::unexpected(std::move(texts).error());
    if (texts->size() != 3) return std::unexpected(damaged("verdict"));
    verdict.fingerprint = std::move((*texts)[0]);
    verdict.contentType = std::move((*texts)[1]);
    verdict.body = std::move((*texts)[2]);
    return {};
}

}  // namespace waymark::store
