// A file system for SQLite that gathers a transaction's writes to the log into a few large ones:
// SQLite writes its log in pieces of 24 and 4096 bytes, and the calls cost more than the bytes.
// What is gathered reaches the file before anything is synchronised, read, measured or cut on the
// same handle. No other connection looks for it earlier: in WAL mode with synchronous=FULL the
// log's index moves on after the fsync. The database file is written through.
#pragma once

#include <memory>
#include <string>

namespace waymark::store {

class GatheringVfs {
public:
    /// Registers itself under a name of its own, over the file system named `below` (empty: the
    /// system's). Outlives every connection that uses it.
    explicit GatheringVfs(const std::string& below);
    GatheringVfs(const GatheringVfs&) = delete;
    GatheringVfs& operator=(const GatheringVfs&) = delete;
    ~GatheringVfs();

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    struct Registration;
    std::string name_;
    std::unique_ptr<Registration> registration_;
};

}  // namespace waymark::store
