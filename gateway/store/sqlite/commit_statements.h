// The statements with which commits are written, compiled once.
#pragma once

#include "gateway/store/sqlite/commit_writer.h"

namespace waymark::store {

struct CommitWriter::Statements {
    explicit Statements(Database& db)
        : insertReferral(
              db,
              "INSERT INTO referral(no, id, organisation, client, origin, route, "
              "set_version, authored, patient, ring, data_key, version, status, updated, "
              "change, clock_kind, clock_due) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          findReferral(db, "SELECT no, version FROM referral WHERE id = ?"),
          findKey(db, "SELECT id, ring, data_key FROM referral WHERE no = ?"),
          skeletons(db, "SELECT skeleton FROM journal WHERE entry BETWEEN ? AND ? ORDER BY entry"),
          insertEntry(db, "INSERT INTO journal(entry, skeleton, sealed) VALUES (?, ?, ?)"),
          moveReferral(db,
                       "UPDATE referral SET version = ?, status = ?, updated = ?, change = ? "
                       "WHERE no = ?"),
          countReferral(db, "UPDATE referral SET version = ? WHERE no = ?"),
          setMapping(db, "UPDATE referral SET route = ?, set_version = ? WHERE no = ?"),
          setClock(db, "UPDATE referral SET clock_kind = ?, clock_due = ? WHERE no = ?"),
          putAssignment(db,
                        "INSERT INTO assignment(id, referral, provider, status, version, updated, "
                        "change) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
                        "status = excluded.status, version = excluded.version, "
                        "updated = excluded.updated, change = excluded.change"),
          insertDelivery(db,
                         "INSERT INTO delivery(place, id, assignment, provider, kind, state, due, "
                         "deadline, attempts, problem, content_type, remote, next_due, polled) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', ?, ?, NULL)"),
          lastDelivery(db, "SELECT max(place) FROM delivery WHERE place BETWEEN ? AND ?"),
          findDelivery(db,
                       "SELECT d.place, d.state, d.due, d.attempts, d.problem, d.content_type, "
                       "d.remote, EXISTS (SELECT 1 FROM payload p WHERE p.place = d.place), "
                       "d.deadline "
                       "FROM delivery d WHERE d.id = ?"),
          changeDelivery(db,
                         "UPDATE delivery SET state = ?, due = ?, attempts = ?, problem = ?, "
                         "content_type = ?, remote = ?, deadline = ? WHERE place = ?"),
          countSuperseded(db,
                          "SELECT count(*) FROM delivery WHERE place BETWEEN ? AND ? "
                          "AND assignment = ? AND id <> ? AND state = ?"),
          dropSuperseded(db,
                         "UPDATE delivery SET state = ? WHERE place BETWEEN ? AND ? "
                         "AND assignment = ? AND id <> ? AND state IN (?, ?)"),
          insertPayload(db, "INSERT INTO payload(place, sealed) VALUES (?, ?)"),
          line(db,
               "SELECT d.place, d.assignment, d.state, d.due, d.remote <> '', d.next_due, "
               "d.polled IS NOT NULL, a.status FROM delivery d "
               "LEFT JOIN assignment a ON a.id = d.assignment "
               "WHERE d.place BETWEEN ? AND ? ORDER BY d.place"),
          setLine(db, "UPDATE delivery SET next_due = ?, polled = ? WHERE place = ?"),
          findBlind(db, "SELECT 1 FROM blind WHERE hash = ? LIMIT 1"),
          insertFresh(db, "INSERT INTO blind_fresh(no, entries) VALUES (?, ?)"),
          insertBlind(db, "INSERT OR IGNORE INTO blind(hash, target) VALUES (?, ?)"),
          deleteFresh(db, "DELETE FROM blind_fresh WHERE no <= ?"),
          insertVerdict(db,
                        "INSERT INTO verdict(no, referral, status, sealed, change) "
                        "VALUES (?, ?, ?, ?, ?)"),
          insertAudit(db,
                      "INSERT INTO audit(no, at, actor, action, subject, outcome, request) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?)"),
          putRecord(db,
                    "INSERT INTO record(kind, id, sealed) VALUES (?, ?, ?) "
                    "ON CONFLICT(kind, id) DO UPDATE SET sealed = excluded.sealed"),
          dropRecord(db, "DELETE FROM record WHERE kind = ? AND id = ?"),
          insertNotice(db,
                       "INSERT INTO notice(list, number, referral, version, at) "
                       "VALUES (?, ?, ?, ?, ?)"),
          saveTally(db,
                    "UPDATE tally SET referrals = ?, open = ?, due = ?, dead = ?, change = ? "
                    "WHERE one = 1") {}

    Statement insertReferral;
    Statement findReferral;
    Statement findKey;
    Statement skeletons;
    Statement insertEntry;
    Statement moveReferral;
    Statement countReferral;
    Statement setMapping;
    Statement setClock;
    Statement putAssignment;
    Statement insertDelivery;
    Statement lastDelivery;
    Statement findDelivery;
    Statement changeDelivery;
    Statement countSuperseded;
    Statement dropSuperseded;
    Statement insertPayload;
    Statement line;
    Statement setLine;
    Statement findBlind;
    Statement insertFresh;
    Statement insertBlind;
    Statement deleteFresh;
    Statement insertVerdict;
    Statement insertAudit;
    Statement putRecord;
    Statement dropRecord;
    Statement insertNotice;
    Statement saveTally;
};

}  // namespace waymark::store
