#include "gateway/store/sqlite/gathering_vfs.h"

#include <cstdlib>
#include <cstring>

#include <sqlite3.h>

#include "fhir/core/check.h"

namespace waymark::store {
namespace {

/// SQLite's own file system writes at most 128 KiB - 1 in one call.
constexpr int kGatheredMax = 120 * 1024;

/// What SQLite allocates for an open file; the file below follows in the same memory.
struct File {
    sqlite3_file base;
    bool gathers;
    char* bytes;  ///< kGatheredMax of them, from the first write on
    int size;
    sqlite3_int64 offset;  ///< where in the file `bytes` belongs

    [[nodiscard]] sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    [[nodiscard]] const sqlite3_io_methods& methods() { return *below()->pMethods; }

    /// Whoever called learns of a failure and gives its transaction up, so what is lost here is
    /// never taken for written.
    int flush() {
        if (size == 0) return SQLITE_OK;
        const int length = size;
        size = 0;
        return methods().xWrite(below(), bytes, length, offset);
    }

    int gather(const void* data, int length, sqlite3_int64 at) {
        const bool follows = size > 0 && at == offset + size && size + length <= kGatheredMax;
        if (size > 0 && !follows) {
            if (const int code = flush(); code != SQLITE_OK) return code;
        }
        if (length > kGatheredMax) return methods().xWrite(below(), data, length, at);
        if (bytes == nullptr) bytes = static_cast<char*>(std::malloc(kGatheredMax));
        if (bytes == nullptr) return SQLITE_IOERR_NOMEM;
        if (size == 0) offset = at;
        std::memcpy(bytes + size, data, static_cast<std::size_t>(length));
        size += length;
        return SQLITE_OK;
    }
};

File& fileOf(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

int close(sqlite3_file* handle) {
    File& file = fileOf(handle);
    const int flushed = file.flush();
    std::free(file.bytes);
    const int closed = file.methods().xClose(file.below());
    return flushed != SQLITE_OK ? flushed : closed;
}

int read(sqlite3_file* handle, void* to, int length, sqlite3_int64 at) {
    File& file = fileOf(handle);
    if (const int code = file.flush(); code != SQLITE_OK) return code;
    return file.methods().xRead(file.below(), to, length, at);
}

int write(sqlite3_file* handle, const void* from, int length, sqlite3_int64 at) {
    File& file = fileOf(handle);
    if (file.gathers) return file.gather(from, length, at);
    return file.methods().xWrite(file.below(), from, length, at);
}

int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    File& file = fileOf(handle);
    if (const int code = file.flush(); code != SQLITE_OK) return code;
    return file.methods().xTruncate(file.below(), size);
}

int sync(sqlite3_file* handle, int flags) {
    File& file = fileOf(handle);
    if (const int code = file.flush(); code != SQLITE_OK) return code;
    return file.methods().xSync(file.below(), flags);
}

int fileSize(sqlite3_file* handle, sqlite3_int64* size) {
    File& file = fileOf(handle);
    if (const int code = file.flush(); code != SQLITE_OK) return code;
    return file.methods().xFileSize(file.below(), size);
}

int lock(sqlite3_file* handle, int level) {
    File& file = fileOf(handle);
    return file.methods().xLock(file.below(), level);
}

int unlock(sqlite3_file* handle, int level) {
    File& file = fileOf(handle);
    if (const int code = file.flush(); code != SQLITE_OK) return code;
    return file.methods().xUnlock(file.below(), level);
}

int checkReservedLock(sqlite3_file* handle, int* isReserved) {
    File& file = fileOf(handle);
    return file.methods().xCheckReservedLock(file.below(), isReserved);
}

int fileControl(sqlite3_file* handle, int operation, void* argument) {
    File& file = fileOf(handle);
    return file.methods().xFileControl(file.below(), operation, argument);
}

int sectorSize(sqlite3_file* handle) {
    File& file = fileOf(handle);
    return file.methods().xSectorSize(file.below());
}

int deviceCharacteristics(sqlite3_file* handle) {
    File& file = fileOf(handle);
    return file.methods().xDeviceCharacteristics(file.below());
}

int shmMap(sqlite3_file* handle, int region, int size, int extend, void volatile** memory) {
    File& file = fileOf(handle);
    return file.methods().xShmMap(file.below(), region, size, extend, memory);
}

int shmLock(sqlite3_file* handle, int offset, int count, int flags) {
    File& file = fileOf(handle);
    return file.methods().xShmLock(file.below(), offset, count, flags);
}

void shmBarrier(sqlite3_file* handle) {
    File& file = fileOf(handle);
    file.methods().xShmBarrier(file.below());
}

int shmUnmap(sqlite3_file* handle, int isDeleted) {
    File& file = fileOf(handle);
    return file.methods().xShmUnmap(file.below(), isDeleted);
}

constexpr sqlite3_io_methods kMethods{
    .iVersion = 2,  // no memory mapping: a fault would be a signal
    .xClose = &close,
    .xRead = &read,
    .xWrite = &write,
    .xTruncate = &truncate,
    .xSync = &sync,
    .xFileSize = &fileSize,
    .xLock = &lock,
    .xUnlock = &unlock,
    .xCheckReservedLock = &checkReservedLock,
    .xFileControl = &fileControl,
    .xSectorSize = &sectorSize,
    .xDeviceCharacteristics = &deviceCharacteristics,
    .xShmMap = &shmMap,
    .xShmLock = &shmLock,
    .xShmBarrier = &shmBarrier,
    .xShmUnmap = &shmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* outFlags) {
    auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
    File& file = fileOf(handle);
    std::memset(static_cast<void*>(&file), 0, sizeof file);
    const int code = below->xOpen(below, name, file.below(), flags, outFlags);
    if (code != SQLITE_OK) {
        // SQLite calls xClose of a file that failed to open if it has methods.
        if (file.below()->pMethods != nullptr) file.methods().xClose(file.below());
        return code;
    }
    // The log alone: what a transaction writes there is read by others only after its sync. The
    // database is not, since a checkpoint of a part of the log shows its pages without one.
    file.gathers = (flags & SQLITE_OPEN_WAL) != 0;
    file.base.pMethods = &kMethods;
    return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int syncFolder) {
    auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
    return below->xDelete(below, name, syncFolder);
}

int access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
    return below->xAccess(below, name, flags, result);
}

int fullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
    auto* const below = static_cast<sqlite3_vfs*>(vfs->pAppData);
    return below->xFullPathname(below, name, size, out);
}

}  // namespace

struct GatheringVfs::Registration {
    sqlite3_vfs vfs;
};

GatheringVfs::GatheringVfs(const std::string& below)
    : registration_(std::make_unique<Registration>()) {
    sqlite3_vfs* const base = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
    check(base != nullptr, "the file system below is registered");
    name_ = "waymark-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
    sqlite3_vfs& vfs = registration_->vfs;
    vfs = *base;  // time, randomness and the like are the base's own
    vfs.pNext = nullptr;
    vfs.zName = name_.c_str();
    vfs.szOsFile = static_cast<int>(sizeof(File)) + base->szOsFile;
    vfs.pAppData = base;
    vfs.xOpen = &open;
    vfs.xDelete = &remove;
    vfs.xAccess = &access;
    vfs.xFullPathname = &fullPathname;
    check(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "SQLite takes a file system");
}

GatheringVfs::~GatheringVfs() {
    sqlite3_vfs_unregister(&registration_->vfs);
}

}  // namespace waymark::store
