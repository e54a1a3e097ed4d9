#include "mappings/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kFileBytesMax = 8U * 1024U * 1024U;

class Reader {
public:
    explicit Reader(fs::path folder) : folder_(std::move(folder)) {}

    Result<Folder> read() {
        Folder out;
        take("models", ".json", out.models, Needed::Yes);
        take("codes", ".json", out.codes, Needed::No);
        take("maps", ".map", out.maps, Needed::Yes);
        take("messages", ".json", out.messages, Needed::No);
        for (const std::string& provider : providers()) {
            take(provider, ".model.json", out.models, Needed::No);
            take(provider, ".codes.json", out.codes, Needed::No);
            take(provider, ".map", out.maps, Needed::No);
        }
        if (!issues_.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(issues_)));
        for (std::vector<File>* files : {&out.models, &out.codes, &out.maps, &out.messages})
            std::ranges::sort(*files, {}, &File::name);
        return out;
    }

private:
    enum class Needed : std::uint8_t { No, Yes };

    void fault(IssueType type, std::string text, std::string file) {
        issues_.push_back(Issue{.type = type,
                                .text = std::move(text),
                                .expression = {},
                                .at = {},
                                .code = {},
                                .file = std::move(file)});
    }

    /// "providers/<name>" of each folder in providers/.
    std::vector<std::string> providers() {
        std::vector<std::string> out;
        std::error_code error;
        for (fs::directory_iterator at(folder_ / "providers", error), end; !error && at != end;
             at.increment(error))
            if (at->is_directory(error))
                out.push_back("providers/" + at->path().filename().string());
        return out;
    }

    void take(const std::string& below, std::string_view ending, std::vector<File>& out,
              Needed needed) {
        std::error_code error;
        fs::directory_iterator at(folder_ / below, error);
        if (error) {
            if (needed == Needed::Yes)
                fault(IssueType::NotFound,
                      fmt::format("the mapping set has no folder `{}`: {}", below, error.message()),
                      below);
            return;
        }
        for (const fs::directory_iterator end; at != end; at.increment(error)) {
            const std::string name = at->path().filename().string();
            if (name.ends_with(ending) && !name.starts_with('.'))
                file(at->path(), below + "/" + name, out);
            if (error) break;
        }
        if (error)
            fault(IssueType::Exception, "the folder cannot be read: " + error.message(), below);
    }

    void file(const fs::path& path, std::string name, std::vector<File>& out) {
        std::error_code error;
        const std::uintmax_t bytes = fs::file_size(path, error);
        if (!error && bytes > kFileBytesMax) {
            fault(IssueType::TooLong, "the file is larger than 8 MiB", std::move(name));
            return;
        }
        std::ifstream stream(path, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        if (error || !stream.is_open() || stream.bad() || text.size() != bytes) {
            fault(IssueType::Exception, "the file cannot be read", std::move(name));
            return;
        }
        out.push_back(File{.name = std::move(name), .text = std::move(text)});
    }

    fs::path folder_;
    std::vector<Issue> issues_;
};

void hash(std::uint64_t& state, std::string_view text) {
    constexpr std::uint64_t kPrime = 0x100000001B3ULL;
    for (const char byte : text) state = (state ^ static_cast<std::uint8_t>(byte)) * kPrime;
    state *= kPrime;  // a zero byte after each text: "ab","c" is not "a","bc"
}

}  // namespace

Result<Folder> readFolder(const fs::path& folder) {
    return Reader(folder).read();
}

std::string versionOf(const Folder& folder) {
    std::vector<const File*> files;
    for (const auto* list : {&folder.models, &folder.codes, &folder.maps, &folder.messages})
        for (const File& file : *list) files.push_back(&file);
    std::ranges::sort(files, {}, &File::name);
    std::uint64_t state = 0xCBF29CE484222325ULL;
    for (const File* file : files) {
        hash(state, file->name);
        hash(state, file->text);
    }
    return fmt::format("{:016x}", state);
}

}  // namespace waymark::mappings
