#include "fhir/package/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "fhir/model/r4_ids.h"
#include "fhir/package/archive.h"
#include "fhir/tree/xml_reader.h"

namespace waymark::package {
namespace {

namespace type = model::type;

constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kFilesMax = 50'000;

std::string_view textOf(tree::Element of, model::NameId name) {
    const tree::Element found = of.child(name);
    return found ? found.text() : std::string_view();
}

/// Whether the body says that it is one of what a library keeps, without reading it: packages hold
/// thousands of examples.
bool looksLikeDefinition(std::string_view body) {
    static constexpr std::string_view kTypes[] = {"StructureDefinition", "ValueSet", "CodeSystem"};
    return std::ranges::any_of(kTypes, [body](std::string_view name) {
        return body.find(fmt::format("<{}", name)) != std::string_view::npos ||
               body.find(fmt::format("\"{}\"", name)) != std::string_view::npos;
    });
}

}  // namespace

class LibraryLoader {
public:
    void path(const std::filesystem::path& at) {
        std::error_code error;
        if (std::filesystem::is_directory(at, error)) return folder(at);
        if (!std::filesystem::is_regular_file(at, error)) {
            return fault(IssueType::NotFound, "There is no such file or folder.", at.string());
        }
        file(at, true);
    }

    void body(std::string name, std::string content, bool mustRead) {
        const std::size_t first = content.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
        if (first == std::string::npos || !looksLikeDefinition(content)) return;
        const bool xml = content[first] == '<';
        if (!xml && content[first] != '{') return;
        const std::string& kept = library_->bodies_.emplace_back(std::move(content));
        auto arena = std::make_unique<tree::Arena>(16 * 1024);
        tree::ReadOptions options;
        options.limits.bodyBytes = kFileBytesMax;
        options.limits.elements = 2'000'000;
        // Many published definitions have faults of shape that do not change what they say.
        std::vector<Issue> tolerated;
        options.faults = &tolerated;
        const auto& r4 = model::Model::r4();
        auto document = xml ? tree::readXml(kept, r4, *arena, options)
                            : tree::readJson(kept, r4, *arena, options);
        if (!document) {
            library_->bodies_.pop_back();
            if (!mustRead) return;
            for (Issue& issue : document.error().issues) {
                issue.file = name;
                issues_.push_back(std::move(issue));
            }
            return;
        }
        library_->arenas_.push_back(std::move(arena));
        keep(std::move(name), *document);
    }

    Result<std::shared_ptr<const Library>> finish() {
        if (!issues_.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(issues_)));
        return std::shared_ptr<const Library>(std::move(library_));
    }

private:
    void fault(IssueType kind, std::string text, std::string file) {
        issues_.push_back(Issue{.type = kind,
                                .text = std::move(text),
                                .expression = {},
                                .at = {},
                                .code = {},
                                .file = std::move(file)});
    }

    /// In the order of names, so that the same folder gives the same library everywhere.
    void folder(const std::filesystem::path& at) {
        std::vector<std::filesystem::path> found;
        std::error_code error;
        for (std::filesystem::recursive_directory_iterator each(at, error), end;
             !error && each != end; each.increment(error)) {
            if (!each->is_regular_file(error)) continue;
            const std::string extension = each->path().extension().string();
            if (extension != ".json" && extension != ".xml" && extension != ".tgz") continue;
            if (found.size() == kFilesMax) {
                return fault(IssueType::TooCostly, "The folder has too many files.", at.string());
            }
            found.push_back(each->path());
        }
        if (error) return fault(IssueType::NotFound, "The folder cannot be read.", at.string());
        std::ranges::sort(found);
        for (const auto& each : found) file(each, false);
    }

    void file(const std::filesystem::path& at, bool mustRead) {
        std::error_code error;
        if (std::filesystem::file_size(at, error) > kFileBytesMax || error) {
            return fault(IssueType::TooLong, "The file is too large, or cannot be read.",
                         at.string());
        }
        std::ifstream in(at, std::ios::binary);
        std::string content{std::istreambuf_iterator<char>(in), {}};
        if (!in) return fault(IssueType::NotFound, "The file cannot be read.", at.string());
        if (at.extension() != ".tgz") return body(at.string(), std::move(content), mustRead);
        auto files = unpack(content);
        if (!files)
            return fault(IssueType::Structure, std::string(files.error().text()), at.string());
        for (auto& each : *files) {
            const bool wanted = each.name.ends_with(".json") || each.name.ends_with(".xml");
            // Examples and the like are in folders of their own; the definitions are not.
            if (!wanted || std::ranges::count(each.name, '/') > 1) continue;
            body(fmt::format("{}/{}", at.string(), each.name), std::move(each.content), false);
        }
    }

    void keep(std::string name, const tree::Document& document) {
        const model::TypeId kind = document.root.type();
        auto* const list = kind == type::StructureDefinition ? &library_->structures_
                           : kind == type::CodeSystem        ? &library_->codeSystems_
                           : kind == type::ValueSet          ? &library_->valueSets_
                                                             : nullptr;
        const std::string_view url = textOf(document.root, model::name::url);
        if (!list || url.empty()) return;
        const Definition& kept = library_->definitions_.emplace_back(
            Definition{.url = std::string(url),
                       .version = std::string(textOf(document.root, model::name::version)),
                       .file = std::move(name),
                       .document = document});
        list->push_back(&kept);
        if (kind != type::StructureDefinition) return;
        library_->byCanonical_[kept.url] = &kept;
        if (!kept.version.empty()) {
            library_->byCanonical_[kept.url + "|" + kept.version] = &kept;
        }
    }

    std::shared_ptr<Library> library_{new Library()};
    std::vector<Issue> issues_;
};

Result<std::shared_ptr<const Library>> Library::load(std::span<const std::filesystem::path> paths) {
    LibraryLoader loader;
    for (const auto& path : paths) loader.path(path);
    return loader.finish();
}

Result<std::shared_ptr<const Library>> Library::of(
    std::span<const std::pair<std::string, std::string>> bodies) {
    LibraryLoader loader;
    for (const auto& [name, content] : bodies) loader.body(name, content, true);
    return loader.finish();
}

const Definition* Library::structure(std::string_view canonical) const {
    const auto found = byCanonical_.find(std::string(canonical));
    return found == byCanonical_.end() ? nullptr : found->second;
}

std::vector<const Definition*> Library::terminology() const {
    std::vector<const Definition*> all = codeSystems_;
    all.insert(all.end(), valueSets_.begin(), valueSets_.end());
    return all;
}

}  // namespace waymark::package
