// The tables of the store's file and how an older file becomes a newer one. SCHEMA.md documents
// them; PRAGMA user_version holds the version.
#pragma once

#include <cstdint>

#include "fhir/core/result.h"
#include "gateway/store/sqlite/database.h"

namespace waymark::store {

constexpr std::int64_t kSchemaVersion = 2;
/// "WAYM" as SQLite's application_id: what `file` shows, and what a restore looks for.
constexpr std::int64_t kApplicationId = 0x5741594D;

/// Creates the tables in an empty file, or brings an older file's up to date, in the open
/// transaction. Unprocessable when the file is another program's or of a newer version of this one.
[[nodiscard]] Result<void> migrate(Database& database);

/// The pragmas of a connection that writes: WAL, synchronous=FULL, no automatic checkpoints.
[[nodiscard]] Result<void> prepareForWriting(Database& database);
/// The pragmas of a connection that reads while another writes.
[[nodiscard]] Result<void> prepareForReading(Database& database);

}  // namespace waymark::store
