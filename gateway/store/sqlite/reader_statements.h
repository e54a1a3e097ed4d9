// The reader's statements, each compiled when first used.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/store/sqlite/reader.h"

namespace waymark::store {

class LazyStatement {
public:
    LazyStatement(Database& database, std::string text)
        : database_(database), text_(std::move(text)) {}
    Statement& get() {
        if (!statement_) statement_.emplace(database_, text_.c_str());
        return *statement_;
    }

private:
    Database& database_;
    std::string text_;
    std::optional<Statement> statement_;
};

/// Parts of the statements below.
[[nodiscard]] inline std::string sql(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts) text += part;
    return text;
}

/// A referral without its journal.
inline constexpr std::string_view kReferral =
    "SELECT r.no, r.id, r.organisation, r.client, r.origin, r.route, r.set_version, r.version, "
    "r.ring, r.data_key";
inline constexpr std::string_view kDelivery =
    "SELECT d.id, r.id, d.assignment, d.provider, d.kind, d.state, d.due, d.deadline, d.attempts, "
    "d.problem, d.content_type, d.remote, r.ring, r.data_key";
inline constexpr std::string_view kFound =
    "SELECT no, id, change, organisation, client, status, updated, authored, patient FROM referral";
/// ?2 and ?3 bound the page; ?4 has a bit for each status, 0 for any; then times, null for any.
inline constexpr std::string_view kFilter =
    " change < ?2 AND change >= ?3 AND (?4 = 0 OR (?4 >> status) & 1)"
    " AND (?5 IS NULL OR (updated >= ?5 AND updated < ?6))"
    " AND (?7 IS NULL OR (authored >= ?7 AND authored < ?8 AND authored <> ''))";

struct Reader::Statements {
    explicit Statements(Database& db)
        : begin(db, "BEGIN"),
          end(db, "COMMIT"),
          referral(db, sql({kReferral, " FROM referral r WHERE r.id = ?"})),
          assignment(db, sql({kReferral,
                              ", a.provider FROM assignment a JOIN referral r "
                              "ON r.no = a.referral WHERE a.id = ?"})),
          journal(db,
                  "SELECT entry, skeleton, sealed FROM journal WHERE entry BETWEEN ? AND ? "
                  "ORDER BY entry"),
          blind(db, "SELECT target FROM blind WHERE hash = ?"),
          verdict(db,
                  "SELECT v.status, v.sealed, v.referral, r.id, r.ring, r.data_key FROM verdict v "
                  "LEFT JOIN referral r ON r.no = v.referral WHERE v.no = ?"),
          foundById(db, sql({kFound, " WHERE id = ?"})),
          foundByNo(db, sql({kFound, " WHERE no = ?"})),
          newestOfOrganisation(db, sql({"SELECT no, id, change FROM referral "
                                        "WHERE organisation = ?1 AND",
                                        kFilter, " ORDER BY change DESC LIMIT ?9"})),
          newestOfClient(db, sql({"SELECT no, id, change FROM referral WHERE client = ?1 AND",
                                  kFilter, " ORDER BY change DESC LIMIT ?9"})),
          totalOfOrganisation(
              db, sql({"SELECT count(*) FROM referral WHERE organisation = ?1 AND", kFilter})),
          totalOfClient(db, sql({"SELECT count(*) FROM referral WHERE client = ?1 AND", kFilter})),
          organisationsOfClient(
              db, sql({"SELECT organisation FROM referral WHERE client = ?1 AND", kFilter})),
          assignments(db,
                      "SELECT a.id, r.id, a.status, a.version, a.updated, a.change "
                      "FROM assignment a JOIN referral r ON r.no = a.referral "
                      "WHERE a.provider = ?1 AND a.change > ?2 AND a.change >= ?3 "
                      "AND (?4 = 0 OR (?4 >> a.status) & 1) AND a.updated >= ?5 "
                      "ORDER BY a.change LIMIT ?6"),
          nextProvider(db,
                       "SELECT provider FROM delivery WHERE next_due IS NOT NULL AND provider > ? "
                       "ORDER BY provider LIMIT 1"),
          due(db, sql({kDelivery,
                       ", p.sealed FROM delivery d JOIN referral r ON r.no = d.place / 65536 "
                       "LEFT JOIN payload p ON p.place = d.place "
                       "WHERE d.next_due IS NOT NULL AND d.provider = ? AND d.next_due <= ? "
                       "ORDER BY d.next_due, d.place LIMIT ?"})),
          nextDelivery(db,
                       "SELECT next_due FROM delivery WHERE next_due IS NOT NULL AND provider = ? "
                       "AND next_due > ? ORDER BY next_due LIMIT 1"),
          nextClock(db,
                    "SELECT clock_due FROM referral WHERE clock_due IS NOT NULL AND clock_due > ? "
                    "ORDER BY clock_due LIMIT 1"),
          dueClocks(db,
                    "SELECT id, clock_kind, clock_due FROM referral WHERE clock_due IS NOT NULL "
                    "AND clock_due <= ? ORDER BY clock_due, no LIMIT ?"),
          deliveries(db, sql({kDelivery,
                              ", p.sealed FROM referral r JOIN delivery d "
                              "ON d.place BETWEEN r.no * 65536 AND r.no * 65536 + 65535 "
                              "LEFT JOIN payload p ON p.place = d.place "
                              "WHERE r.id = ? ORDER BY d.place"})),
          polled(db, sql({kDelivery,
                          " FROM delivery d JOIN referral r ON r.no = d.place / 65536 "
                          "WHERE d.polled IS NOT NULL AND d.provider = ? AND d.id > ? "
                          "ORDER BY d.id LIMIT ?"})),
          findDeliveries(db, sql({kDelivery,
                                  " FROM delivery d JOIN referral r ON r.no = d.place / 65536 "
                                  "WHERE d.id > ?1 AND d.id >= ?2 AND d.id < ?3 "
                                  "AND (?4 = '' OR d.provider = ?4) AND (?5 = 0 OR d.state = ?5) "
                                  "AND (?6 = zeroblob(16) OR r.id = ?6) ORDER BY d.id LIMIT ?7"})),
          taken(db,
                "SELECT action, subject FROM audit WHERE at >= ? AND at < ? "
                "AND (action = 'refused' OR (action = 'create' AND outcome = 'ok'))"),
          standings(db,
                    "SELECT id, status, clock_due IS NOT NULL, clock_kind IS ?3 FROM referral "
                    "WHERE id >= ?1 AND id < ?2 ORDER BY id"),
          clocksOf(db,
                   "SELECT id, clock_due FROM referral WHERE clock_due IS NOT NULL "
                   "AND clock_kind = ? ORDER BY clock_due, no LIMIT ?"),
          openSetVersions(db,
                          "SELECT DISTINCT set_version FROM referral "
                          "WHERE clock_due IS NOT NULL"),
          records(db, "SELECT id, sealed FROM record WHERE kind = ? ORDER BY id"),
          notices(db,
                  "SELECT number, referral, version, at FROM notice WHERE list = ? "
                  "AND number BETWEEN ? AND ? ORDER BY number LIMIT ?"),
          lastNotice(db, "SELECT ifnull(max(number), 0) FROM notice WHERE list = ?"),
          changes(db, "SELECT change, id FROM referral WHERE change > ? ORDER BY change LIMIT ?") {}

    LazyStatement begin;
    LazyStatement end;
    LazyStatement referral;
    LazyStatement assignment;
    LazyStatement journal;
    LazyStatement blind;
    LazyStatement verdict;
    LazyStatement foundById;
    LazyStatement foundByNo;
    LazyStatement newestOfOrganisation;
    LazyStatement newestOfClient;
    LazyStatement totalOfOrganisation;
    LazyStatement totalOfClient;
    LazyStatement organisationsOfClient;
    LazyStatement assignments;
    LazyStatement nextProvider;
    LazyStatement due;
    LazyStatement nextDelivery;
    LazyStatement nextClock;
    LazyStatement dueClocks;
    LazyStatement deliveries;
    LazyStatement polled;
    LazyStatement findDeliveries;
    LazyStatement taken;
    LazyStatement standings;
    LazyStatement clocksOf;
    LazyStatement openSetVersions;
    LazyStatement records;
    LazyStatement notices;
    LazyStatement lastNotice;
    LazyStatement changes;
};

}  // namespace waymark::store
