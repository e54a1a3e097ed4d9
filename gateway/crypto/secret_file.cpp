#include "gateway/crypto/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <utility>

namespace waymark::crypto {
namespace {

/// A file descriptor that closes itself.
class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] bool isOpen() const { return descriptor_ >= 0; }
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

std::unexpected<Failure> failed(Kind kind, const std::filesystem::path& path, std::string text) {
    auto failure = fail(kind, kind == Kind::Forbidden ? IssueType::Security : IssueType::NoStore,
                        std::move(text));
    failure.error().issues.front().file = path.string();
    return failure;
}

std::string because(const char* what) {
    const int error = errno;
    return std::string(what) + ": " + std::strerror(error) + ".";
}

bool writeAll(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> syncFolder(const std::filesystem::path& path) {
    const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const File folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.isOpen() || ::fsync(folder.get()) != 0) {
        return failed(Kind::Unavailable, parent, because("The folder cannot be written to disk"));
    }
    return {};
}

}  // namespace

Result<std::string> readSecretFile(const std::filesystem::path& path) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen()) {
        const Kind kind = errno == ENOENT ? Kind::NotFound : Kind::Unavailable;
        return failed(kind, path, because("The file cannot be opened"));
    }
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) {
        return failed(Kind::Unavailable, path, because("The file cannot be examined"));
    }
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return failed(Kind::Forbidden, path,
                      "Others than its owner may use this file of secrets; run chmod 600 on it.");
    }
    std::string text;
    char chunk[4096];
    for (;;) {
        const auto got = ::read(file.get(), chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(Kind::Unavailable, path, because("The file cannot be read"));
        if (got == 0) return text;
        text.append(chunk, static_cast<std::size_t>(got));
    }
}

Result<void> writeSecretFile(const std::filesystem::path& path, std::string_view text,
                             Existing existing) {
    auto fresh = path;
    fresh += ".new";
    ::unlink(fresh.c_str());
    {
        const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file.isOpen() || !writeAll(file.get(), text) || ::fsync(file.get()) != 0) {
            return failed(Kind::Unavailable, fresh, because("The file cannot be written"));
        }
    }
    const int placed = existing == Existing::Replace ? ::rename(fresh.c_str(), path.c_str())
                                                     : ::link(fresh.c_str(), path.c_str());
    if (placed != 0) {
        const bool taken = errno == EEXIST;
        auto failure =
            taken ? failed(Kind::Conflict, path, "The file exists and is kept.")
                  : failed(Kind::Unavailable, path, because("The file cannot be put in its place"));
        ::unlink(fresh.c_str());
        return failure;
    }
    if (existing == Existing::Keep) ::unlink(fresh.c_str());
    return syncFolder(path);
}

}  // namespace waymark::crypto
