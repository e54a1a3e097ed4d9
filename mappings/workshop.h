// Where an engineer works: a mapping set's folder, or single files that belong to no set (a map,
// its models and ConceptMaps), opened for the commands of `waymark map`. One thread.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/map/ast.h"
#include "fhir/map/map_set.h"
#include "fhir/model/model.h"
#include "fhir/terminology/terminology.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"
#include "mappings/folder.h"
#include "mappings/set.h"

namespace waymark::mappings {

class Workshop {
public:
    /// `place` is a set's folder or lies within one: the whole set is opened, as the gateway would.
    /// Else it is a map or a folder of maps, models, codes; `with` names more such files and
    /// folders. These are compiled leniently, because they are often a part of something. Fails
    /// with every fault; `files` of the issues are relative to folder(), or as given.
    static Result<Workshop> open(const std::filesystem::path& place,
                                 std::span<const std::filesystem::path> with = {});

    /// The set's folder that holds `place`; empty when none does.
    static std::filesystem::path setFolder(const std::filesystem::path& place);

    [[nodiscard]] bool isSet() const { return set_ != nullptr; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] const model::Model& model() const { return *model_; }
    [[nodiscard]] const terminology::Terminology& terminology() const;
    [[nodiscard]] const map::MapSet& maps() const;
    /// The maps as they are written.
    [[nodiscard]] std::span<const map::ast::Map> sources() const { return sources_; }

    /// A map's url by its url, its file, or the last part of its url or its name. Fails with
    /// Kind::NotFound and the nearest name.
    [[nodiscard]] Result<std::string> mapNamed(std::string_view name) const;
    [[nodiscard]] const map::ast::Map* source(std::string_view url) const;

private:
    Workshop() = default;
    Result<void> openLoose(const std::filesystem::path& place,
                           std::span<const std::filesystem::path> with);
    void readSources(const std::vector<File>& files);

    std::filesystem::path folder_;
    std::shared_ptr<const Set> set_;
    std::shared_ptr<const model::Model> ownModel_;
    const model::Model* model_ = nullptr;
    std::unique_ptr<terminology::Terminology> terminology_;
    std::optional<map::MapSet> maps_;
    std::vector<map::ast::Map> sources_;
};

/// A message read for a map, with what it views. Stays where it is: trees point into it.
class Bodies {
public:
    explicit Bodies(const model::Model& model) : model_(&model) {}

    /// JSON or XML, as the first byte says. `type` is what the map takes (kNoType: any). Other
    /// JSON than `type` is refused unless `open` allows content that no model describes.
    Result<tree::Element> read(std::string text, model::TypeId type, bool open);

private:
    const model::Model* model_;
    std::deque<std::string> texts_;
    std::deque<tree::Arena> arenas_;
};

}  // namespace waymark::mappings
