#include "fault_vfs.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>

#include <sqlite3.h>

namespace waymark::store::tests {

struct FaultFile {
    sqlite3_file base;
    FaultVfs* owner;
    bool isLog;
    bool isKept;  ///< not a rollback journal, whose deletion is synchronised too
    char path[512];

    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods& methods() { return *below()->pMethods; }
    static FaultFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }

    static int close(sqlite3_file* file) { return of(file).methods().xClose(of(file).below()); }
    static int read(sqlite3_file* handle, void* to, int length, sqlite3_int64 at) {
        FaultFile& file = of(handle);
        if (FaultVfs::hits(file.owner->readFault_, file.isLog)) return SQLITE_IOERR_READ;
        return file.methods().xRead(file.below(), to, length, at);
    }
    static int write(sqlite3_file* handle, const void* from, int length, sqlite3_int64 at) {
        FaultFile& file = of(handle);
        if (FaultVfs::hits(file.owner->fullFault_, file.isLog)) return SQLITE_FULL;
        if (FaultVfs::hits(file.owner->writeFault_, file.isLog)) return SQLITE_IOERR_WRITE;
        return file.methods().xWrite(file.below(), from, length, at);
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        return of(file).methods().xTruncate(of(file).below(), size);
    }
    static int sync(sqlite3_file* handle, int flags) {
        FaultFile& file = of(handle);
        ++file.owner->syncs_;
        if (FaultVfs::hits(file.owner->syncFault_, file.isLog)) return SQLITE_IOERR_FSYNC;
        if (!file.owner->remembers_ || !file.isKept)
            return file.methods().xSync(file.below(), flags);
        file.owner->remember(file.path);
        return SQLITE_OK;
    }
    static int fileSize(sqlite3_file* file, sqlite3_int64* size) {
        return of(file).methods().xFileSize(of(file).below(), size);
    }
    static int lock(sqlite3_file* file, int level) {
        return of(file).methods().xLock(of(file).below(), level);
    }
    static int unlock(sqlite3_file* file, int level) {
        return of(file).methods().xUnlock(of(file).below(), level);
    }
    static int checkReservedLock(sqlite3_file* file, int* result) {
        return of(file).methods().xCheckReservedLock(of(file).below(), result);
    }
    static int fileControl(sqlite3_file* file, int operation, void* argument) {
        return of(file).methods().xFileControl(of(file).below(), operation, argument);
    }
    static int sectorSize(sqlite3_file* file) {
        return of(file).methods().xSectorSize(of(file).below());
    }
    static int deviceCharacteristics(sqlite3_file* file) {
        return of(file).methods().xDeviceCharacteristics(of(file).below());
    }
    static int shmMap(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
        return of(file).methods().xShmMap(of(file).below(), region, size, extend, to);
    }
    static int shmLock(sqlite3_file* file, int offset, int count, int flags) {
        return of(file).methods().xShmLock(of(file).below(), offset, count, flags);
    }
    static void shmBarrier(sqlite3_file* file) { of(file).methods().xShmBarrier(of(file).below()); }
    static int shmUnmap(sqlite3_file* file, int isDeleted) {
        return of(file).methods().xShmUnmap(of(file).below(), isDeleted);
    }
};

struct FaultVfs::Registration {
    sqlite3_vfs vfs{};
    sqlite3_io_methods methods{};
    sqlite3_vfs* base = nullptr;
    FaultVfs* owner = nullptr;

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* out) {
        auto& self = *static_cast<Registration*>(vfs->pAppData);
        FaultFile& file = FaultFile::of(handle);
        std::memset(static_cast<void*>(&file), 0, sizeof file);
        const int code = self.base->xOpen(self.base, name, file.below(), flags, out);
        if (code != SQLITE_OK) return code;
        file.owner = self.owner;
        file.isLog = (flags & SQLITE_OPEN_WAL) != 0;
        file.isKept = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) != 0;
        if (name != nullptr) std::strncpy(file.path, name, sizeof file.path - 1);
        file.base.pMethods = &self.methods;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int syncFolder) {
        auto* const base = static_cast<Registration*>(vfs->pAppData)->base;
        return base->xDelete(base, name, syncFolder);
    }
    static int access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
        auto* const base = static_cast<Registration*>(vfs->pAppData)->base;
        return base->xAccess(base, name, flags, result);
    }
    static int fullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
        auto* const base = static_cast<Registration*>(vfs->pAppData)->base;
        return base->xFullPathname(base, name, size, out);
    }
};

FaultVfs::FaultVfs() : registration_(std::make_unique<Registration>()) {
    name_ = "fault-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
    Registration& self = *registration_;
    self.owner = this;
    self.base = sqlite3_vfs_find(nullptr);
    self.vfs = *self.base;
    self.vfs.pNext = nullptr;
    self.vfs.zName = name_.c_str();
    self.vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + self.base->szOsFile;
    self.vfs.pAppData = &self;
    self.vfs.xOpen = &Registration::open;
    self.vfs.xDelete = &Registration::remove;
    self.vfs.xAccess = &Registration::access;
    self.vfs.xFullPathname = &Registration::fullPathname;
    self.methods = {.iVersion = 2,
                    .xClose = &FaultFile::close,
                    .xRead = &FaultFile::read,
                    .xWrite = &FaultFile::write,
                    .xTruncate = &FaultFile::truncate,
                    .xSync = &FaultFile::sync,
                    .xFileSize = &FaultFile::fileSize,
                    .xLock = &FaultFile::lock,
                    .xUnlock = &FaultFile::unlock,
                    .xCheckReservedLock = &FaultFile::checkReservedLock,
                    .xFileControl = &FaultFile::fileControl,
                    .xSectorSize = &FaultFile::sectorSize,
                    .xDeviceCharacteristics = &FaultFile::deviceCharacteristics,
                    .xShmMap = &FaultFile::shmMap,
                    .xShmLock = &FaultFile::shmLock,
                    .xShmBarrier = &FaultFile::shmBarrier,
                    .xShmUnmap = &FaultFile::shmUnmap,
                    .xFetch = nullptr,
                    .xUnfetch = nullptr};
    if (sqlite3_vfs_register(&self.vfs, 0) != SQLITE_OK) throw std::runtime_error("no fault VFS");
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_unregister(&registration_->vfs);
}

bool FaultVfs::hits(const std::atomic<Target>& fault, bool isLog) {
    const Target target = fault;
    return target == Target::Both || target == (isLog ? Target::Log : Target::Database);
}

void FaultVfs::remember(const std::string& path) {
    // A descriptor of the database opened and closed here would drop SQLite's locks on it, but in
    // these tests nobody else is there to take them.
    std::ifstream file(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const std::lock_guard lock(mutex_);
    synced_[path] = std::move(bytes);
}

void FaultVfs::writeSynced(const std::filesystem::path& folder) {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, bytes] : synced_) {
        const auto to = folder / std::filesystem::path(path).filename();
        std::ofstream(to, std::ios::binary | std::ios::trunc) << bytes;
    }
}

}  // namespace waymark::store::tests
