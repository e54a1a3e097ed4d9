#include "mappings/workshop.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "fhir/core/nearest.h"
#include "fhir/json/value.h"
#include "fhir/map/parser.h"
#include "fhir/map/structure_map.h"
#include "fhir/model/r4_ids.h"
#include "fhir/package/structure_definition.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/xml_reader.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 2000;

std::string_view lastPart(std::string_view url) {
    return url.substr(url.find_last_of("/#|") + 1);
}

Issue about(std::string text, std::string file, IssueType type = IssueType::NotFound) {
    return Issue{.type = type,
                 .text = std::move(text),
                 .expression = {},
                 .at = {},
                 .code = {},
                 .file = std::move(file)};
}

/// Files that belong to no set, sorted by what they are.
class LooseFiles {
public:
    void add(const fs::path& place, std::vector<Issue>& faults) {
        std::error_code error;
        if (!fs::is_directory(place, error)) return file(place, true, faults);
        std::vector<fs::path> files;
        for (fs::recursive_directory_iterator at(place, error), end; !error && at != end;
             at.increment(error))
            if (at->is_regular_file(error) && files.size() < kFilesMax) files.push_back(at->path());
        std::ranges::sort(files);
        for (const fs::path& each : files) file(each, false, faults);
    }

    std::vector<File> maps;
    std::vector<File> models;
    std::vector<File> codes;

private:
    void file(const fs::path& path, bool asked, std::vector<Issue>& faults) {
        const std::string ending = path.extension().string();
        const bool fml = ending == ".map" || ending == ".fml";
        if (!fml && !asked && ending != ".json" && ending != ".xml") return;
        std::ifstream stream(path, std::ios::binary);
        File read{.name = path.string(), .text = {std::istreambuf_iterator<char>(stream), {}}};
        if (!stream.is_open() || stream.bad()) {
            faults.push_back(about("the file cannot be read", read.name, IssueType::Exception));
            return;
        }
        const std::string kind = fml ? "StructureMap" : resourceType(read.text);
        if (kind == "StructureMap" || (asked && kind.empty()))
            maps.push_back(std::move(read));
        else if (kind == "StructureDefinition")
            models.push_back(std::move(read));
        else if (kind == "ConceptMap" || kind == "CodeSystem" || kind == "ValueSet")
            codes.push_back(std::move(read));
        else if (asked)
            faults.push_back(about(fmt::format("a {} is no part of a mapping; expected a map, a "
                                               "StructureDefinition, ConceptMap, CodeSystem or "
                                               "ValueSet",
                                               kind),
                                   read.name, IssueType::NotSupported));
    }

    static std::string resourceType(std::string_view text) {
        if (map::looksLikeXml(text)) {
            for (std::size_t at = text.find('<'); at != std::string_view::npos;
                 at = text.find('<', at + 1)) {
                const std::string_view tag = text.substr(at + 1);
                if (tag.starts_with('?') || tag.starts_with('!')) continue;
                return std::string(tag.substr(0, tag.find_first_of(" \t\r\n/>")));
            }
            return {};
        }
        json::DocumentLimits limits;
        limits.bytes = 16U * 1024 * 1024;
        limits.depth = 128;
        limits.values = 2'000'000;
        const auto document = json::Value::parse(text, limits);
        return document ? std::string((*document)["resourceType"].text()) : std::string();
    }
};

Result<tree::Document> readResource(std::string_view text, tree::Arena& arena) {
    const model::Model& r4 = model::Model::r4();
    tree::ReadOptions options;
    options.requireElements = false;
    return map::looksLikeXml(text) ? tree::readXml(text, r4, arena, options)
                                   : tree::readJson(text, r4, arena, options);
}

void take(Failure&& failure, const std::string& file, std::vector<Issue>& faults) {
    for (Issue& issue : failure.issues) {
        if (issue.file.empty()) issue.file = file;
        faults.push_back(std::move(issue));
    }
}

std::shared_ptr<const model::Model> modelOf(const std::vector<File>& files,
                                            std::vector<Issue>& faults) {
    std::vector<model::TypeSpec> specs;
    for (const File& file : files) {
        tree::Arena arena;
        auto document = readResource(file.text, arena);
        if (!document) {
            take(std::move(document.error()), file.name, faults);
            continue;
        }
        const tree::Element kind = document->root.child(model::Model::r4().nameId("kind"));
        if (!kind || kind.text() != "logical") continue;  // the model of R4 is known
        auto spec = package::logicalModel(document->root, model::Model::r4());
        if (spec)
            specs.push_back(*std::move(spec));
        else
            take(std::move(spec.error()), file.name, faults);
    }
    if (specs.empty() || !faults.empty()) return nullptr;
    auto extended = model::Model::extend(specs);
    if (extended) return *std::move(extended);
    take(std::move(extended.error()), files.front().name, faults);
    return nullptr;
}

}  // namespace

fs::path Workshop::setFolder(const fs::path& place) {
    std::error_code error;
    for (fs::path at = fs::weakly_canonical(place, error); !at.empty(); at = at.parent_path()) {
        if (fs::is_directory(at / "maps", error) && fs::is_directory(at / "models", error))
            return at;
        if (at == at.parent_path()) break;
    }
    return {};
}

Result<Workshop> Workshop::open(const fs::path& place, std::span<const fs::path> with) {
    std::error_code error;
    if (!fs::exists(place, error)) {
        Failure failure(Kind::NotFound);
        failure.issues.push_back(about("no such file or folder", place.string()));
        return std::unexpected(std::move(failure));
    }
    Workshop out;
    const fs::path folder = with.empty() ? setFolder(place) : fs::path();
    if (folder.empty()) {
        if (auto opened = out.openLoose(place, with); !opened)
            return std::unexpected(std::move(opened.error()));
        return out;
    }
    out.folder_ = folder;
    auto set = Set::load(folder);
    if (!set) return std::unexpected(std::move(set.error()));
    out.set_ = *std::move(set);
    out.model_ = &out.set_->model();
    auto files = readFolder(folder);
    if (!files) return std::unexpected(std::move(files.error()));
    out.readSources(files->maps);
    return out;
}

Result<void> Workshop::openLoose(const fs::path& place, std::span<const fs::path> with) {
    LooseFiles files;
    std::vector<Issue> faults;
    files.add(place, faults);
    for (const fs::path& each : with) files.add(each, faults);
    ownModel_ = modelOf(files.models, faults);
    model_ = ownModel_ ? ownModel_.get() : &model::Model::r4();
    terminology_ = std::make_unique<terminology::Terminology>();
    for (const std::string_view type : {"CodeSystem", "ValueSet", "ConceptMap"}) {
        for (const File& file : files.codes) {
            tree::Arena arena;
            auto document = readResource(file.text, arena);
            if (!document) {
                if (type == "CodeSystem") take(std::move(document.error()), file.name, faults);
                continue;
            }
            if (model::Model::r4().type(document->root.type()).name != type) continue;
            auto added = terminology_->add(document->root, model::Model::r4(), file.name);
            if (!added) take(std::move(added.error()), file.name, faults);
        }
    }
    if (files.maps.empty() && faults.empty())
        faults.push_back(
            about("no map here: expected *.map, *.fml or a StructureMap", place.string()));
    if (!faults.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(faults)));
    std::vector<map::Source> sources;
    for (const File& file : files.maps) sources.push_back({.file = file.name, .text = file.text});
    auto maps = map::MapSet::compile(sources, *model_, *terminology_, {.lenient = true});
    if (!maps) return std::unexpected(std::move(maps.error()));
    maps_ = *std::move(maps);
    readSources(files.maps);
    return {};
}

void Workshop::readSources(const std::vector<File>& files) {
    map::Diagnostics ignored(true);  // they have been compiled
    for (const File& file : files)
        sources_.push_back(map::readMap(file.text, *model_, file.name, ignored));
}

const terminology::Terminology& Workshop::terminology() const {
    return set_ ? set_->terminology() : *terminology_;
}

const map::MapSet& Workshop::maps() const {
    return set_ ? set_->maps() : *maps_;
}

Result<std::string> Workshop::mapNamed(std::string_view name) const {
    std::error_code error;
    const fs::path file = fs::weakly_canonical(fs::path(name), error);
    std::vector<std::string_view> names;
    for (const map::ast::Map& each : sources_) {
        const std::string& url = each.url.text;
        if (url == name || lastPart(url) == name || each.name.text == name) return url;
        if (fs::weakly_canonical(folder_ / each.file, error) == file) return url;
        names.push_back(lastPart(url));
    }
    return fail(Kind::NotFound, IssueType::NotFound,
                fmt::format("no map `{}` here{}", name, didYouMean(lastPart(name), names)));
}

const map::ast::Map* Workshop::source(std::string_view url) const {
    for (const map::ast::Map& each : sources_)
        if (each.url.text == url) return &each;
    return nullptr;
}

Result<tree::Element> Bodies::read(std::string text, model::TypeId type, bool open) {
    const std::string& body = texts_.emplace_back(std::move(text));
    tree::ReadOptions options;
    options.requireElements = !open;
    if (type != model::kNoType && model_->type(type).kind != model::TypeKind::Resource)
        options.root = type;
    const auto as = [&] {
        return map::looksLikeXml(body)
                   ? tree::readXml(body, *model_, arenas_.emplace_back(), options)
                   : tree::readJson(body, *model_, arenas_.emplace_back(), options);
    };
    auto document = as();
    if (!document && open && !map::looksLikeXml(body)) {
        options.root = model::kOpen;
        document = as();
    }
    if (!document) return std::unexpected(std::move(document.error()));
    return document->root;
}

}  // namespace waymark::mappings
