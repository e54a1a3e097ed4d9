#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

#include "config/draft.h"
#include "fhir/core/nearest.h"

namespace waymark::config {
namespace {

namespace fs = std::filesystem;
using Reader = void (*)(Table, Draft&);

constexpr std::uintmax_t kFileBytesMax = 1U << 20U;

struct Folder {
    std::string_view name;
    Reader read;
};
constexpr std::array kFolders{Folder{"practices", readPractice}, Folder{"clients", readClient},
                              Folder{"providers", readProvider}, Folder{"routes", readRoute}};

struct Source {
    File file;
    Reader read;
};

/// What toml++ says, without what stands in the file: a quoted part of it may be half a secret.
std::string withoutContent(std::string_view text) {
    std::string kept;
    while (!text.empty()) {
        const std::size_t open = text.find('\'');
        const std::size_t close = open == text.npos ? open : text.find('\'', open + 1);
        if (close == text.npos || close == open + 1) {
            kept += text;
            break;
        }
        const bool expected = text.substr(0, open).ends_with("expected ");
        kept += text.substr(0, open);
        kept += expected || close - open == 2 ? text.substr(open, close - open + 1) : "'...'";
        text.remove_prefix(close + 1);
    }
    return kept;
}

/// Adds a fault and gives nullopt when the file cannot be read or is not TOML.
std::optional<File> parse(const fs::path& path, Faults& faults) {
    File file{.name = path.string(), .text = {}, .table = {}};
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(path, error);
    std::ifstream stream(path, std::ios::binary);
    if (error || !stream.is_open()) {
        faults.add({file.name, {}}, "The file does not exist or cannot be read.");
        return std::nullopt;
    }
    if (bytes > kFileBytesMax) {
        faults.add({file.name, {}},
                   fmt::format("The file is larger than {} bytes.", kFileBytesMax));
        return std::nullopt;
    }
    file.text.assign(std::istreambuf_iterator<char>(stream), {});
    try {
        file.table = toml::parse(file.text, file.name);
    } catch (const toml::parse_error& fault) {
        const auto begin = fault.source().begin;
        faults.add({file.name, {.line = begin.line, .column = begin.column}},
                   fmt::format("This is not TOML: {}.", withoutContent(fault.description())));
        return std::nullopt;
    }
    return file;
}

/// The *.toml files of a folder by name; a folder that is absent has none.
std::vector<fs::path> files(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".toml") && !name.starts_with('.')) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

/// A misspelt folder would be passed over in silence.
void checkFolderNames(const fs::path& folder, Faults& faults) {
    std::vector<std::string_view> known;
    for (const Folder& each : kFolders) known.push_back(each.name);
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_directory(error) || std::ranges::find(known, name) != known.end()) continue;
        if (!nearest(name, known).empty()) {
            faults.add({entry.path().string(), {}},
                       fmt::format("This folder is not read.{}", suggestion(name, known)));
        }
    }
}

std::vector<Source> parseAll(const fs::path& folder, Faults& faults) {
    std::vector<Source> sources;
    const auto take = [&](const fs::path& path, Reader read) {
        if (auto file = parse(path, faults)) sources.push_back({std::move(*file), read});
    };
    take(folder / "waymark.toml", readMain);
    for (const Folder& each : kFolders) {
        for (const fs::path& path : files(folder / each.name)) take(path, each.read);
    }
    return sources;
}

}  // namespace

Result<std::shared_ptr<const Config>> load(const fs::path& folder) {
    Draft draft;
    draft.config->folder = folder;
    const std::vector<Source> sources = parseAll(folder, draft.faults);
    if (!draft.faults.empty()) return std::unexpected(std::move(draft.faults).failure());

    checkFolderNames(folder, draft.faults);
    for (const Source& source : sources) {
        source.read(Table(source.file, draft.config->folder, draft.faults), draft);
    }
    checkWhole(draft);
    if (!draft.faults.empty()) return std::unexpected(std::move(draft.faults).failure());
    return std::shared_ptr<const Config>(std::move(draft.config));
}

}  // namespace waymark::config
