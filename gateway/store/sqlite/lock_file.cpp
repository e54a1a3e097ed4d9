#include "gateway/store/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace waymark::store {

Result<LockFile> LockFile::take(const std::filesystem::path& store) {
    auto path = store;
    path += ".lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const std::string why = std::strerror(errno);
        auto failure = fail(Kind::Unavailable, IssueType::NoStore,
                            "The store's lock cannot be made: " + why + ".");
        failure.error().issues.front().file = path.string();
        return failure;
    }
    LockFile lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        auto failure = fail(Kind::Conflict, IssueType::LockError,
                            "The store is in use by a running gateway; stop it first.");
        failure.error().issues.front().file = store.string();
        return failure;
    }
    return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

LockFile::~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> makePrivateFile(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0) ::close(descriptor);
    if (descriptor >= 0 || errno == EEXIST) return {};
    const std::string why = std::strerror(errno);
    auto failure = fail(Kind::Unavailable, IssueType::NoStore,
                        "The store's file cannot be made: " + why + ".");
    failure.error().issues.front().file = path.string();
    return failure;
}

}  // namespace waymark::store
