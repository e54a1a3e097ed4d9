// The reader's searches. A narrow one (by id, number, identifier or patient) looks at the few
// referrals that it names; a wide one walks the newest changes of each organisation and of the
// client, whose indexes are in that order, and merges them.
#include <algorithm>
#include <limits>
#include <set>
#include <unordered_set>

#include "gateway/store/change_clock.h"
#include "gateway/store/codes.h"
#include "gateway/store/refusal.h"
#include "gateway/store/rules.h"
#include "gateway/store/sqlite/columns.h"
#include "gateway/store/sqlite/reader.h"
#include "gateway/store/sqlite/reader_statements.h"

namespace waymark::store {

struct Reader::Found {
    std::int64_t no = 0;
    std::int64_t change = 0;
    ReferralId id{};
};

namespace {

constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

std::int64_t bitsOf(const std::vector<referral::Status>& statuses) {
    std::int64_t bits = 0;
    for (const auto status : statuses) bits |= std::int64_t{1} << codeOf(kStatusCodes, status);
    return bits;
}

/// The parameters ?2 to ?8 of kFilter.
struct Filter {
    Filter(const SearchQuery& query, std::int64_t end)
        : before(end), statuses(bitsOf(query.statuses)) {
        if (query.updated) {
            from = ChangeClock::lowest(query.updated->first);
            updatedFrom = millisecondsOf(query.updated->first);
            updatedTo = millisecondsOf(query.updated->second);
        }
        if (query.authored) {
            authoredFrom = query.authored->first;
            authoredTo = query.authored->second;
        }
    }
    std::int64_t before;
    std::int64_t from = 0;
    std::int64_t statuses;
    std::optional<std::int64_t> updatedFrom{};
    std::optional<std::int64_t> updatedTo{};
    std::optional<std::string_view> authoredFrom{};
    std::optional<std::string_view> authoredTo{};
};

}  // namespace

Result<SearchPage> Reader::search(const SearchQuery& query) {
    Cursor cursor{.change = kNoEnd, .total = 0};
    if (!query.cursor.empty()) {
        const auto parsed = parseCursor(query.cursor);
        if (!parsed) return std::unexpected(parsed.error());
        cursor = *parsed;
    }
    return isNarrow(query) ? searchNarrow(query, cursor) : searchWide(query, cursor);
}

bool Reader::isNarrow(const SearchQuery& query) {
    return query.id || query.nhsNumber || query.identifier || query.patientId;
}

/// What every given name, number or id leads to.
Result<std::vector<Reader::Found>> Reader::candidates(const SearchQuery& query) {
    std::optional<std::set<std::int64_t>> numbers;
    const auto narrow = [&](const Blind& hash) -> Result<void> {
        const auto targets = targetsOf(hash);
        if (!targets) return std::unexpected(targets.error());
        std::set<std::int64_t> both;
        for (const auto target : *targets) {
            if (!numbers || numbers->contains(target)) both.insert(target);
        }
        numbers = std::move(both);
        return {};
    };
    if (query.nhsNumber) {
        if (auto done = narrow(sealing_.blindNhsNumber(*query.nhsNumber)); !done) {
            return std::unexpected(std::move(done).error());
        }
    }
    if (query.identifier) {
        if (auto done = narrow(sealing_.blindIdentifier(*query.identifier)); !done) {
            return std::unexpected(std::move(done).error());
        }
    }
    std::vector<Found> found;
    const auto consider = [&](Run& run) -> Result<void> {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return {};
        const auto id = idIn<ReferralId>(run.bytes(1));
        const auto status = valueOf(kStatusCodes, static_cast<std::uint64_t>(run.number(5)));
        if (!id || !status) return std::unexpected(damaged("referral"));
        if (query.patientId && query.patientId->empty()) return {};
        const bool fits = (!query.id || *query.id == *id) &&
                          (!query.patientId || run.text(8) == *query.patientId) &&
                          matches(query, {.organisation = run.text(3),
                                          .client = run.text(4),
                                          .status = *status,
                                          .updated = instantOf(run.number(6)),
                                          .authored = run.text(7)});
        if (fits) found.push_back({.no = run.number(0), .change = run.number(2), .id = *id});
        return {};
    };
    std::optional<ReferralId> byId = query.id;
    if (query.patientId) {
        // A patient of the referral's own message has an id that begins with the referral's.
        const auto own = Uuid::parse(std::string_view(*query.patientId).substr(0, 36));
        if (!numbers && !byId) {
            if (auto done = narrow(sealing_.blindPatient(*query.patientId)); !done) {
                return std::unexpected(std::move(done).error());
            }
            if (own) byId = ReferralId(*own);
        }
    }
    if (byId && (!numbers || !query.id)) {
        Run run(statements_->foundById.get(), blobOf(byId->get()));
        if (auto done = consider(run); !done) return std::unexpected(std::move(done).error());
    }
    if (numbers) {
        for (const auto no : *numbers) {
            Run run(statements_->foundByNo.get(), no);
            if (auto done = consider(run); !done) return std::unexpected(std::move(done).error());
        }
    }
    std::sort(found.begin(), found.end(),
              [](const Found& a, const Found& b) { return a.change > b.change; });
    found.erase(std::unique(found.begin(), found.end(),
                            [](const Found& a, const Found& b) { return a.no == b.no; }),
                found.end());
    return found;
}

Result<SearchPage> Reader::searchNarrow(const SearchQuery& query, const Cursor& cursor) {
    const auto found = candidates(query);
    if (!found) return std::unexpected(found.error());
    SearchPage page;
    page.total = query.cursor.empty() ? found->size() : cursor.total;
    const std::size_t count = std::min(query.count, kPageRowsMax);
    std::int64_t last = 0;
    for (const Found& row : *found) {
        if (row.change >= cursor.change) continue;
        if (page.ids.size() == count) {
            if (count > 0) page.next = print({.change = last, .total = page.total});
            break;
        }
        page.ids.push_back(row.id);
        last = row.change;
    }
    return page;
}

Result<void> Reader::newestOf(bool byClient, std::string_view name, const SearchQuery& query,
                              const Cursor& cursor, std::vector<Found>& found) {
    const Filter filter(query, cursor.change);
    auto& statement = byClient ? statements_->newestOfClient : statements_->newestOfOrganisation;
    Run run(statement.get(), name, filter.before, filter.from, filter.statuses, filter.updatedFrom,
            filter.updatedTo, filter.authoredFrom, filter.authoredTo,
            std::min(query.count, kPageRowsMax) + 1);
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return {};
        const auto id = idIn<ReferralId>(run.bytes(1));
        if (!id) return std::unexpected(damaged("referral"));
        found.push_back({.no = run.number(0), .change = run.number(2), .id = *id});
    }
}

/// Referrals of the organisations, and those of the client that belong to none of them.
Result<std::uint64_t> Reader::totalOf(const SearchQuery& query) {
    const Filter filter(query, kNoEnd);
    const std::unordered_set<std::string_view> organisations(query.viewer.organisations.begin(),
                                                             query.viewer.organisations.end());
    const auto with = [&](LazyStatement& statement, std::string_view name,
                          auto&& read) -> Result<void> {
        Run run(statement.get(), name, filter.before, filter.from, filter.statuses,
                filter.updatedFrom, filter.updatedTo, filter.authoredFrom, filter.authoredTo);
        for (;;) {
            const Step step = run.step();
            if (step == Step::Failed) return failed();
            if (step == Step::End) return {};
            read(run);
        }
    };
    std::uint64_t total = 0;
    const auto count = [&](Run& run) { total += static_cast<std::uint64_t>(run.number(0)); };
    for (const auto organisation : organisations) {
        if (auto done = with(statements_->totalOfOrganisation, organisation, count); !done) {
            return std::unexpected(std::move(done).error());
        }
    }
    if (query.viewer.client.empty()) return total;
    Result<void> done;
    if (organisations.empty()) {
        done = with(statements_->totalOfClient, query.viewer.client, count);
    } else {
        done = with(statements_->organisationsOfClient, query.viewer.client, [&](Run& run) {
            if (!organisations.contains(run.text(0))) ++total;
        });
    }
    if (!done) return std::unexpected(std::move(done).error());
    return total;
}

Result<SearchPage> Reader::searchWide(const SearchQuery& query, const Cursor& cursor) {
    SearchPage page;
    page.total = cursor.total;
    if (query.cursor.empty()) {
        const auto total = totalOf(query);
        if (!total) return std::unexpected(total.error());
        page.total = *total;
    }
    if (query.count == 0) return page;
    std::vector<Found> found;
    for (const auto& organisation : query.viewer.organisations) {
        if (auto done = newestOf(false, organisation, query, cursor, found); !done) {
            return std::unexpected(std::move(done).error());
        }
    }
    if (!query.viewer.client.empty()) {
        if (auto done = newestOf(true, query.viewer.client, query, cursor, found); !done) {
            return std::unexpected(std::move(done).error());
        }
    }
    std::sort(found.begin(), found.end(),
              [](const Found& a, const Found& b) { return a.change > b.change; });
    found.erase(std::unique(found.begin(), found.end(),
                            [](const Found& a, const Found& b) { return a.change == b.change; }),
                found.end());
    const std::size_t count = std::min(query.count, kPageRowsMax);
    for (const Found& row : found) {
        if (page.ids.size() == count) break;
        page.ids.push_back(row.id);
    }
    if (found.size() > count) {
        page.next = print({.change = found[count - 1].change, .total = page.total});
    }
    return page;
}

Result<AssignmentPage> Reader::assignments(const AssignmentQuery& query) {
    Cursor cursor;
    if (!query.cursor.empty()) {
        const auto parsed = parseCursor(query.cursor);
        if (!parsed) return std::unexpected(parsed.error());
        cursor = *parsed;
    }
    const auto since = query.since.value_or(Instant::min());
    const auto limit = std::clamp(query.limit, 1U, kPageRowsMax);
    Run run(statements_->assignments.get(), query.provider, cursor.change,
            ChangeClock::lowest(since), bitsOf(query.statuses), millisecondsOf(since), limit + 1);
    AssignmentPage page;
    std::int64_t last = 0;
    for (;;) {
        const Step step = run.step();
        if (step == Step::Failed) return failed();
        if (step == Step::End) return page;
        if (page.rows.size() == limit) {
            page.next = print({.change = last, .total = 0});
            return page;
        }
        const auto id = idIn<AssignmentId>(run.bytes(0));
        const auto referral = idIn<ReferralId>(run.bytes(1));
        const auto status = valueOf(kStatusCodes, static_cast<std::uint64_t>(run.number(2)));
        if (!id || !referral || !status) return std::unexpected(damaged("assignment"));
        page.rows.push_back({.id = *id,
                             .referral = *referral,
                             .status = *status,
                             .version = static_cast<std::uint32_t>(run.number(3)),
                             .updated = instantOf(run.number(4))});
        last = run.number(5);
    }
}

}  // namespace waymark::store
