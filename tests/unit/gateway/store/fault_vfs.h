// A disk that fails on demand: wraps the system's file system for SQLite. Faults last until they
// are taken back. It also remembers what was synchronised, so that a test can look at what a loss
// of power would have left.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace waymark::store::tests {

class FaultVfs {
public:
    FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;
    ~FaultVfs();

    [[nodiscard]] const std::string& name() const { return name_; }

    enum class Target : std::uint8_t { None, Log, Database, Both };

    /// fsync of these files fails.
    void failSyncs(Target target) { syncFault_ = target; }
    /// Writing to these files finds the disk full.
    void fillDisk(Target target) { fullFault_ = target; }
    /// Writing to these files is an input/output error.
    void failWrites(Target target) { writeFault_ = target; }
    void failReads(Target target) { readFault_ = target; }

    [[nodiscard]] std::uint64_t syncs() const { return syncs_; }

    /// From now on keeps a copy of each file as of its last fsync.
    void rememberSynced() { remembers_ = true; }
    /// Writes what was synchronised of the store and its log into `folder`: the worst that a loss
    /// of power at this moment could leave. Whatever was answered before the call is in it.
    void writeSynced(const std::filesystem::path& folder);

private:
    friend struct FaultFile;
    struct Registration;

    static bool hits(const std::atomic<Target>& fault, bool isLog);
    void remember(const std::string& path);

    std::string name_;
    std::unique_ptr<Registration> registration_;
    std::atomic<Target> syncFault_{Target::None};
    std::atomic<Target> fullFault_{Target::None};
    std::atomic<Target> writeFault_{Target::None};
    std::atomic<Target> readFault_{Target::None};
    std::atomic<std::uint64_t> syncs_{0};
    std::atomic<bool> remembers_{false};
    std::mutex mutex_;
    std::map<std::string, std::string> synced_;
};

}  // namespace waymark::store::tests
