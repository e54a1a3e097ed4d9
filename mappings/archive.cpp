#include "mappings/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "fhir/json/value.h"
#include "fhir/json/writer.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".set.json";
/// A set has at most some hundred files of 8 MiB; what is larger was not written by us.
constexpr json::DocumentLimits kLimits{
    .bytes = 512U * 1024 * 1024, .depth = 8, .values = 1'000'000};

bool isVersion(std::string_view text) {
    return text.size() == 16 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::string textOf(const Folder& folder) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject();
    const std::array<std::pair<std::string_view, const std::vector<File>*>, 4> lists{
        {{"models", &folder.models},
         {"codes", &folder.codes},
         {"maps", &folder.maps},
         {"messages", &folder.messages}}};
    for (const auto& [name, files] : lists) {
        writer.key(name).beginArray();
        for (const File& file : *files) {
            writer.beginObject().member("name", file.name).member("text", file.text).endObject();
        }
        writer.endArray();
    }
    writer.endObject();
    return out;
}

std::vector<File> filesOf(const json::Value& list) {
    std::vector<File> files;
    for (const json::Value& file : list.items()) {
        files.push_back(
            {.name = std::string(file["name"].text()), .text = std::string(file["text"].text())});
    }
    return files;
}

std::unexpected<Failure> cannot(std::string_view what, const fs::path& path) {
    auto failure = fail(Kind::Unavailable, IssueType::NoStore,
                        "The archive of mapping sets cannot be " + std::string(what) + ".");
    failure.error().issues.front().file = path.string();
    return failure;
}

/// Written and on disk, or nothing.
bool writeDurably(const fs::path& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return false;
    bool good = true;
    while (good && !text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        good = written > 0;
        if (good) text.remove_prefix(static_cast<std::size_t>(written));
    }
    good = good && ::fsync(file) == 0;
    return ::close(file) == 0 && good;
}

bool syncFolder(const fs::path& folder) {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return false;
    const bool good = ::fsync(handle) == 0;
    return ::close(handle) == 0 && good;
}

}  // namespace

fs::path Archive::fileOf(std::string_view version) const {
    return folder_ / (std::string(version) + std::string(kEnding));
}

Result<void> Archive::keep(const Folder& files) const {
    std::error_code error;
    const fs::path path = fileOf(versionOf(files));
    if (fs::exists(path, error)) return {};
    fs::create_directories(folder_, error);
    if (error) return cannot("made", folder_);
    fs::path begun = path;
    begun += ".new";
    if (!writeDurably(begun, textOf(files))) return cannot("written", begun);
    fs::rename(begun, path, error);
    if (error || !syncFolder(folder_)) return cannot("written", path);
    return {};
}

Result<Folder> Archive::open(std::string_view version) const {
    std::error_code error;
    const fs::path path = isVersion(version) ? fileOf(version) : fs::path();
    if (path.empty() || !fs::exists(path, error)) {
        return fail(Kind::NotFound, IssueType::NotFound,
                    "The archive has no mapping set of this version.");
    }
    std::ifstream stream(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
    const auto value = json::Value::parse(text, kLimits);
    if (!stream.is_open() || !value || !value->isObject()) return cannot("read", path);
    Folder folder{.models = filesOf((*value)["models"]),
                  .codes = filesOf((*value)["codes"]),
                  .maps = filesOf((*value)["maps"]),
                  .messages = filesOf((*value)["messages"])};
    if (versionOf(folder) == version) return folder;
    auto damaged = fail(Kind::Fault, IssueType::Exception,
                        "A mapping set in the archive is not what was kept under its version.");
    damaged.error().issues.front().file = path.string();
    return damaged;
}

std::size_t Archive::dropAllBut(const std::set<std::string>& versions) const {
    std::size_t dropped = 0;
    std::error_code error;
    for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (!name.ends_with(kEnding)) continue;
        if (versions.contains(name.substr(0, name.size() - kEnding.size()))) continue;
        std::error_code removal;
        if (fs::remove(at->path(), removal)) ++dropped;
    }
    return dropped;
}

}  // namespace waymark::mappings
