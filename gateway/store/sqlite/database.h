// One SQLite connection and its statements. A connection is used by one thread at a time (it is
// opened without SQLite's own mutex). Errors are values; the extended result code stays readable
// until the next call.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "fhir/core/check.h"
#include "fhir/core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace waymark::store {

enum class Access : std::uint8_t { Read, Write, Create };

class Database {
public:
    /// `vfs` names a registered virtual file system; empty for the system's.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, Access access,
                                                  const std::string& vfs = {});
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// Statements without parameters or rows, separated by ';'.
    [[nodiscard]] Result<void> run(const char* sql);
    /// The first column of the first row.
    [[nodiscard]] Result<std::int64_t> number(const char* sql);
    [[nodiscard]] Result<std::string> text(const char* sql);

    /// SQLite's extended result code of the last call that failed.
    [[nodiscard]] int error() const { return error_; }
    /// Whether it says that the disk, or what is on it, cannot be relied upon any more.
    [[nodiscard]] bool isBroken() const;
    /// The refusal for the last error; says nothing of what was being stored.
    [[nodiscard]] Failure failure() const;
    /// Whether a transaction is open; SQLite ends it by itself after some errors.
    [[nodiscard]] bool inTransaction() const;

    [[nodiscard]] sqlite3* handle() const { return handle_; }

private:
    friend class Run;
    friend class Statement;
    explicit Database(sqlite3* handle) : handle_(handle) {}
    sqlite3* handle_;
    int error_ = 0;
};

enum class Step : std::uint8_t { Row, End, Failed };

/// Compiled once, run often. Lives no longer than its database.
class Statement {
public:
    /// Breaks an invariant when the text is wrong, for it is ours. When the file is, every run
    /// fails.
    Statement(Database& database, const char* sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

private:
    friend class Run;
    Database& database_;
    sqlite3_stmt* handle_ = nullptr;
};

/// A null parameter.
struct Null {};

/// Bytes, as opposed to text.
struct Blob {
    explicit Blob(std::string_view value) : bytes(value) {}
    explicit Blob(std::span<const std::uint8_t> value)
        : bytes(reinterpret_cast<const char*>(value.data()), value.size()) {}
    std::string_view bytes;
};

/// One execution of a statement; resets it at the end. What is bound stays where it is until then.
class Run {
public:
    template <class... Parameters>
    explicit Run(Statement& statement, Parameters&&... parameters) : statement_(statement) {
        static_assert((!std::is_same_v<std::remove_const_t<Parameters>, std::string> && ...),
                      "a text that dies before the run cannot be bound: name it first");
        int place = 0;
        (bind(++place, parameters), ...);
        check(place >= this->parameters(), "every parameter of a statement is bound");
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run();

    Step step();
    /// For statements without rows. False when it failed.
    [[nodiscard]] bool done() { return step() == Step::End; }

    [[nodiscard]] std::int64_t number(int column) const;
    /// Views last until the next step.
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view bytes(int column) const;
    [[nodiscard]] bool isNull(int column) const;

private:
    void bind(int place, std::int64_t value);
    void bind(int place, std::uint32_t value) { bind(place, std::int64_t{value}); }
    void bind(int place, int value) { bind(place, std::int64_t{value}); }
    void bind(int place, std::string_view value);
    void bind(int place, const std::string& value) { bind(place, std::string_view(value)); }
    void bind(int place, Blob value);
    void bind(int place, Null value);
    template <class T>
    void bind(int place, const std::optional<T>& value) {
        if (value) {
            bind(place, *value);
        } else {
            bind(place, Null());
        }
    }
    [[nodiscard]] int parameters() const;
    void keep(int code);

    Statement& statement_;
    bool bound_ = true;
};

}  // namespace waymark::store
