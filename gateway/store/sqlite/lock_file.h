// One process at a time has a store open for writing: an flock on "<store>.lock". It ends with the
// process, however that ends. Beside the database's own file, because closing any descriptor of
// that file would drop SQLite's locks on it.
#pragma once

#include <filesystem>

#include "fhir/core/result.h"

namespace waymark::store {

class LockFile {
public:
    /// Conflict when another process, or another store in this one, holds it.
    static Result<LockFile> take(const std::filesystem::path& store);
    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    ~LockFile();

private:
    explicit LockFile(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

/// Makes an empty file that only its owner may read, if there is none: SQLite gives its log the
/// same rights. Before any connection to it is open.
[[nodiscard]] Result<void> makePrivateFile(const std::filesystem::path& path);

}  // namespace waymark::store
