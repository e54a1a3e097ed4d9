#include "mappings/set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <vector>

#include "fhir/model/r4_ids.h"
#include "fhir/package/structure_definition.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/json_reader.h"
#include "mappings/folder.h"

namespace waymark::mappings {
namespace {

constexpr std::string_view kReferralUrl =
    "https://waymark.health/fhir/StructureDefinition/LinkWorkerReferral";

/// Collects the faults of all files.
class Faults {
public:
    void add(Failure&& failure, std::string_view file) {
        for (Issue& issue : failure.issues) {
            if (!file.empty()) issue.file = file;
            issues_.push_back(std::move(issue));
        }
    }
    void add(IssueType type, std::string text, std::string_view file) {
        issues_.push_back(Issue{.type = type,
                                .text = std::move(text),
                                .expression = {},
                                .at = {},
                                .code = {},
                                .file = std::string(file)});
    }
    [[nodiscard]] bool none() const { return issues_.empty(); }
    [[nodiscard]] std::unexpected<Failure> failure() {
        return std::unexpected(Failure(Kind::Incorrect, std::move(issues_)));
    }

private:
    std::vector<Issue> issues_;
};

/// A file read as a resource, with what it lives in.
struct Resource {
    const File* file = nullptr;
    std::unique_ptr<tree::Arena> arena;
    tree::Element root;
    std::string_view type;
};

/// Resources of files, each read on its own; what cannot be read is a fault.
std::vector<Resource> readResources(const std::vector<File>& files, Faults& faults) {
    const model::Model& r4 = model::Model::r4();
    std::vector<Resource> out;
    for (const File& file : files) {
        Resource resource{
            .file = &file, .arena = std::make_unique<tree::Arena>(), .root = {}, .type = {}};
        auto document = tree::readJson(file.text, r4, *resource.arena);
        if (!document) {
            faults.add(std::move(document.error()), file.name);
            continue;
        }
        resource.root = document->root;
        resource.type = r4.type(document->root.type()).name;
        out.push_back(std::move(resource));
    }
    return out;
}

constexpr std::string_view kSharing = "https://waymark.health/fhir/CodeSystem/sharing";

/// The paths of a definition's elements that carry the mark "name" (ElementDefinition.code).
std::vector<std::string_view> markedAsNames(tree::Element definition) {
    const model::Model& r4 = model::Model::r4();
    std::vector<std::string_view> paths;
    const tree::Element differential = definition.child(r4.nameId("differential"));
    if (!differential) return paths;
    tree::Element element = differential.child(r4.nameId("element"));
    for (; element; element = element.nextSame()) {
        tree::Element mark = element.child(model::name::code);
        for (; mark; mark = mark.nextSame()) {
            const tree::Element system = mark.child(model::name::system);
            const tree::Element code = mark.child(model::name::code);
            const bool name = system && code && system.text() == kSharing && code.text() == "name";
            if (name) paths.push_back(element.child(r4.nameId("path")).text());
        }
    }
    return paths;
}

/// The same as (type that holds it, element).
std::set<std::pair<model::TypeId, model::NameId>> namesOf(const std::vector<Resource>& models,
                                                          const model::Model& model) {
    std::set<std::pair<model::TypeId, model::NameId>> names;
    for (const Resource& definition : models) {
        for (const std::string_view path : markedAsNames(definition.root)) {
            const std::size_t dot = path.rfind('.');
            if (dot == std::string_view::npos) continue;
            names.emplace(model.typeNamed(path.substr(0, dot)), model.nameId(path.substr(dot + 1)));
        }
    }
    return names;
}

std::shared_ptr<const model::Model> loadModels(const std::vector<File>& files,
                                               const std::vector<Resource>& resources,
                                               Faults& faults) {
    const model::Model& r4 = model::Model::r4();
    std::vector<model::TypeSpec> specs;
    bool whole = true;
    for (const Resource& resource : resources) {
        auto spec = package::logicalModel(resource.root, r4);
        if (spec) {
            specs.push_back(*std::move(spec));
        } else {
            whole = false;
            faults.add(std::move(spec.error()), resource.file->name);
        }
    }
    if (!whole || resources.size() != files.size()) return nullptr;
    auto extended = model::Model::extend(specs);
    if (extended) return *std::move(extended);
    faults.add(std::move(extended.error()), {});
    return nullptr;
}

/// In this order: value sets name code systems, concept maps name both.
void loadCodes(const std::vector<File>& files, terminology::Terminology& terminology,
               Faults& faults) {
    constexpr std::array<std::string_view, 3> kOrder = {"CodeSystem", "ValueSet", "ConceptMap"};
    const std::vector<Resource> resources = readResources(files, faults);
    for (const std::string_view type : kOrder) {
        for (const Resource& resource : resources) {
            if (resource.type != type) continue;
            auto added = terminology.add(resource.root, model::Model::r4(), resource.file->name);
            if (!added) faults.add(std::move(added.error()), resource.file->name);
        }
    }
    for (const Resource& resource : resources) {
        if (std::ranges::find(kOrder, resource.type) != kOrder.end()) continue;
        faults.add(IssueType::NotSupported,
                   fmt::format("a {} has no place among the codes; expected a CodeSystem, a "
                               "ValueSet or a ConceptMap",
                               resource.type),
                   resource.file->name);
    }
}

std::vector<map::Source> sources(std::vector<File>& files) {
    std::vector<map::Source> out;
    for (File& file : files)
        out.push_back(map::Source{.file = file.name, .text = std::move(file.text)});
    return out;
}

}  // namespace

/// The texts stay beside what was read of them: the trees view them.
struct Set::Resources {
    std::vector<File> files;
    std::vector<Resource> read;
};

std::vector<tree::Element> Set::resources(std::string_view typeName) const {
    std::vector<tree::Element> out;
    for (const Resource& resource : resources_->read)
        if (resource.type == typeName) out.push_back(resource.root);
    return out;
}

tree::Element Set::resource(std::string_view typeName, std::string_view url) const {
    for (const tree::Element each : resources(typeName)) {
        const tree::Element found = each.child(model::name::url);
        if (found && found.text() == url) return each;
    }
    return {};
}

bool Set::isFreeText(model::TypeId holder, model::NameId name, model::TypeId type) const {
    if (holder == model::type::CodeableConcept) return name == model::name::text;
    // The elements of FHIR's own types are names, codes and numbers.
    if (holder < model::Model::r4().typeCount()) return false;
    const bool text =
        model_->isA(type, model::type::string) || model_->isA(type, model::type::Annotation);
    const bool coded = model_->isA(type, model::type::code) || model_->isA(type, model::type::id);
    return text && !coded && !names_.contains({holder, name});
}

Result<std::shared_ptr<const Set>> Set::load(const std::filesystem::path& folder) {
    auto files = readFolder(folder);
    if (!files) return std::unexpected(std::move(files.error()));
    return compile(std::move(*files));
}

Result<std::shared_ptr<const Set>> Set::compile(Folder files) {
    // Not make_shared: the constructor is private, and the maps point into the set itself.
    const std::shared_ptr<Set> set(new Set());
    set->version_ = versionOf(files);
    Faults faults;
    const std::vector<Resource> models = readResources(files.models, faults);
    set->model_ = loadModels(files.models, models, faults);
    loadCodes(files.codes, set->terminology_, faults);
    auto messages = std::make_shared<Resources>();
    messages->files = std::move(files.messages);
    messages->read = readResources(messages->files, faults);
    set->resources_ = std::move(messages);
    if (!set->model_) return faults.failure();

    set->names_ = namesOf(models, *set->model_);
    set->referralType_ = set->model_->typeAt(kReferralUrl);
    if (set->referralType_ == model::kNoType)
        faults.add(IssueType::NotFound,
                   fmt::format("no model has the url {}, which every map goes to or starts from",
                               kReferralUrl),
                   "models");
    auto maps = map::MapSet::compile(sources(files.maps), *set->model_, set->terminology_);
    if (maps)
        set->maps_ = *std::move(maps);
    else
        faults.add(std::move(maps.error()), {});
    if (!faults.none()) return faults.failure();
    return set;
}

}  // namespace waymark::mappings
