// verifyStore(): see backup.h.
#include <memory>
#include <utility>

#include "gateway/store/sqlite/backup.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/store/sqlite/reader.h"
#include "gateway/store/sqlite/schema.h"
#include "gateway/store/sqlite/store_key.h"

namespace waymark::store {
namespace {

constexpr std::size_t kDamageMax = 100;

/// Walks one store and notes what is damaged.
class Verification {
public:
    Verification(Database& database, Reader& reader) : database_(database), reader_(reader) {}

    Result<Verified> run() {
        structure();
        referrals();
        verdicts();
        return std::move(out_);
    }

private:
    void note(std::string text) {
        if (out_.damage.size() >= kDamageMax) return;
        out_.damage.push_back(Issue{.severity = Severity::Error,
                                    .type = IssueType::Exception,
                                    .text = std::move(text),
                                    .expression = {},
                                    .at = {},
                                    .code = "damaged",
                                    .file = {}});
    }

    void structure() {
        Statement statement(database_, "PRAGMA integrity_check(10)");
        Run run(statement);
        bool isFine = false;
        while (run.step() == Step::Row) {
            if (run.text(0) == "ok") {
                isFine = true;
            } else {
                note("The file's structure is damaged.");
            }
        }
        if (!isFine && out_.damage.empty()) note("The file's structure cannot be read.");
    }

    void referrals() {
        Statement statement(database_, "SELECT id FROM referral ORDER BY no");
        Run run(statement);
        for (Step step = run.step(); step != Step::End; step = run.step()) {
            if (step == Step::Failed) return note("The referrals cannot be read to their end.");
            const auto id = idIn<ReferralId>(run.bytes(0));
            if (!id) {
                note("A referral has no id.");
                continue;
            }
            referral(*id);
        }
    }

    void referral(const ReferralId& id) {
        ++out_.referrals;
        const auto dossier = reader_.referral(id, nullptr);
        if (!dossier || !*dossier) {
            note("Referral " + id.get().text() + ": " +
                 (dossier ? std::string("it cannot be found.")
                          : std::string(dossier.error().text())));
        } else {
            out_.events += (*dossier)->events.size();
        }
        const auto deliveries = reader_.deliveries(id);
        if (!deliveries) {
            note("Referral " + id.get().text() + ": " + std::string(deliveries.error().text()));
        } else {
            out_.deliveries += deliveries->size();
        }
    }

    void verdicts() {
        Statement statement(database_, "SELECT no FROM verdict ORDER BY no");
        Run run(statement);
        for (Step step = run.step(); step != Step::End; step = run.step()) {
            if (step == Step::Failed) return note("The verdicts cannot be read to their end.");
            ++out_.verdicts;
            const auto verdict = reader_.verdictAt(run.number(0));
            if (!verdict) note("A verdict: " + std::string(verdict.error().text()));
        }
    }

    Database& database_;
    Reader& reader_;
    Verified out_;
};

}  // namespace

Result<Verified> verifyStore(const std::filesystem::path& path, const crypto::KeyRing& ring,
                             Random& random) {
    auto database = Database::open(path, Access::Read);
    if (!database) return std::unexpected(std::move(database).error());
    const auto application = (*database)->number("PRAGMA application_id");
    const auto version = (*database)->number("PRAGMA user_version");
    if (!application || !version || *application != kApplicationId || *version != kSchemaVersion) {
        auto failure = fail(Kind::Unprocessable, IssueType::NotSupported,
                            "This file is no store of this version of the gateway.");
        failure.error().issues.front().file = path.string();
        return failure;
    }
    const Sealing sealing(ring);
    const auto storeKey = loadStoreKey(**database, sealing, random);
    if (!storeKey) return std::unexpected(storeKey.error());
    auto forReading = Database::open(path, Access::Read);
    if (!forReading) return std::unexpected(std::move(forReading).error());
    const FreshBlinds none;
    Reader reader(std::move(*forReading), sealing, *storeKey, none);
    return Verification(**database, reader).run();
}

}  // namespace waymark::store
