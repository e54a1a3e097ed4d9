#include "gateway/store/sqlite/database.h"

#include <utility>

#include <sqlite3.h>

#include "fhir/core/check.h"
#include "gateway/store/refusal.h"

namespace waymark::store {

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, Access access,
                                                 const std::string& vfs) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Access::Read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (access == Access::Create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK) {
        auto failure =
            fail(Kind::Unavailable, IssueType::NoStore,
                 std::string("The store cannot be opened: ") + sqlite3_errstr(code) + ".");
        failure.error().issues.front().file = path.string();
        return failure;
    }
    sqlite3_busy_timeout(handle, 5000);
    return database;
}

Database::~Database() {
    sqlite3_close_v2(handle_);
}

Result<void> Database::run(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    error_ = code;
    return std::unexpected(failure());
}

Result<std::int64_t> Database::number(const char* sql) {
    Statement statement(*this, sql);
    Run run(statement);
    if (run.step() != Step::Row) return std::unexpected(failure());
    return run.number(0);
}

Result<std::string> Database::text(const char* sql) {
    Statement statement(*this, sql);
    Run run(statement);
    if (run.step() != Step::Row) return std::unexpected(failure());
    return std::string(run.text(0));
}

bool Database::isBroken() const {
    const int primary = error_ & 0xFF;
    return primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
           primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY || primary == SQLITE_PROTOCOL;
}

Failure Database::failure() const {
    switch (error_ & 0xFF) {
        case SQLITE_FULL:
            return hindered("its disk is full");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return hindered("another process holds the store");
        case SQLITE_NOMEM:
            return hindered("memory is short");
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return damaged("file");
        case SQLITE_CONSTRAINT:
            return malformed("This contradicts what is stored already.");
        case SQLITE_TOOBIG: {
            auto failure = fail(Kind::TooLarge, IssueType::TooLong,
                                "This is larger than the store takes in one piece.");
            return std::move(failure).error();
        }
        default:
            break;
    }
    if (isBroken()) return notWritable();
    return malformed(std::string("The store failed: ") + sqlite3_errstr(error_) + ".");
}

bool Database::inTransaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
    const int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &handle_, nullptr);
    if (code != SQLITE_OK) database.error_ = code;
    check((code & 0xFF) != SQLITE_ERROR, "the store's own statement compiles");
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Run::~Run() {
    if (statement_.handle_ == nullptr) return;
    // What was bound may be gone by the next run, which binds every parameter anew.
    sqlite3_reset(statement_.handle_);
}

Step Run::step() {
    if (!bound_ || statement_.handle_ == nullptr) return Step::Failed;
    const int code = sqlite3_step(statement_.handle_);
    if (code == SQLITE_ROW) return Step::Row;
    if (code == SQLITE_DONE) return Step::End;
    statement_.database_.error_ = code;
    return Step::Failed;
}

int Run::parameters() const {
    return statement_.handle_ == nullptr ? 0 : sqlite3_bind_parameter_count(statement_.handle_);
}

void Run::keep(int code) {
    if (code == SQLITE_OK) return;
    statement_.database_.error_ = code;
    bound_ = false;
}

std::int64_t Run::number(int column) const {
    return sqlite3_column_int64(statement_.handle_, column);
}

std::string_view Run::text(int column) const {
    return bytes(column);
}

std::string_view Run::bytes(int column) const {
    const void* const data = sqlite3_column_blob(statement_.handle_, column);
    const int size = sqlite3_column_bytes(statement_.handle_, column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Run::isNull(int column) const {
    return sqlite3_column_type(statement_.handle_, column) == SQLITE_NULL;
}

void Run::bind(int place, std::int64_t value) {
    if (statement_.handle_ == nullptr) return;
    keep(sqlite3_bind_int64(statement_.handle_, place, value));
}

void Run::bind(int place, std::string_view value) {
    if (statement_.handle_ == nullptr) return;
    keep(sqlite3_bind_text64(statement_.handle_, place, value.empty() ? "" : value.data(),
                             value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Run::bind(int place, Blob value) {
    if (statement_.handle_ == nullptr) return;
    const auto bytes = value.bytes;
    keep(sqlite3_bind_blob64(statement_.handle_, place, bytes.empty() ? "" : bytes.data(),
                             bytes.size(), SQLITE_STATIC));
}

void Run::bind(int place, Null) {
    keep(sqlite3_bind_null(statement_.handle_, place));
}

}  // namespace waymark::store
