// The reader's questions about what stands beside the referrals, and about what changed.
#include <algorithm>
#include <limits>
#include <utility>

#include "gateway/store/packing.h"
#include "gateway/store/refusal.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/reader.h"
#include "gateway/store/sqlite/reader_statements.h"

namespace waymark::store {
namespace {

std::int64_t asNumber(std::uint64_t number) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(number, kMost));
}

}  // namespace

Result<std::vector<Record>> Reader::records(std::string_view kind) {
    std::vector<Record> found;
    Run run(statements_->records.get(), kind);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return found;
        const auto id = idIn<ReferralId>(run.bytes(0));
        if (!id) return std::unexpected(damaged("record"));
        const auto content = sealing_.openRecord(storeKey_, id->get(), run.bytes(1));
        if (!content) return std::unexpected(content.error());
        auto texts = unpack(*content);
        if (!texts) return std::unexpected(std::move(texts).error());
        if (texts->size() != 1) return std::unexpected(damaged("record"));
        found.push_back(
            {.kind = std::string(kind), .id = id->get(), .body = std::move(texts->front())});
    }
}

Result<std::vector<Notice>> Reader::notices(const Uuid& list, std::uint64_t from,
                                            std::uint64_t until, std::uint32_t limit) {
    std::vector<Notice> found;
    Run run(statements_->notices.get(), blobOf(list), asNumber(from), asNumber(until), limit);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return found;
        const auto referral = idIn<ReferralId>(run.bytes(1));
        if (!referral) return std::unexpected(damaged("notice"));
        found.push_back({.list = list,
                         .number = static_cast<std::uint64_t>(run.number(0)),
                         .referral = *referral,
                         .version = static_cast<std::uint32_t>(run.number(2)),
                         .at = instantOf(run.number(3))});
    }
}

Result<std::uint64_t> Reader::lastNotice(const Uuid& list) {
    Run run(statements_->lastNotice.get(), blobOf(list));
    if (run.step() != Step::Row) return failed();
    return static_cast<std::uint64_t>(run.number(0));
}

Result<std::vector<Change>> Reader::changes(std::int64_t after, std::uint32_t limit) {
    std::vector<Change> found;
    Run run(statements_->changes.get(), after, limit);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return found;
        const auto id = idIn<ReferralId>(run.bytes(1));
        if (!id) return std::unexpected(damaged("referral"));
        found.push_back({.place = run.number(0), .referral = *id});
    }
}

}  // namespace waymark::store
