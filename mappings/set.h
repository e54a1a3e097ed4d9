// The shipped content, compiled: logical models, code systems, concept maps and FML maps of one
// folder. A set is immutable; a folder that does not compile gives a Failure and never a set.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/map/map_set.h"
#include "fhir/model/model.h"
#include "fhir/terminology/terminology.h"
#include "mappings/folder.h"

namespace waymark::mappings {

class Set {
public:
    /// Reads models/, codes/, maps/, messages/ and providers/*/ below `folder`. All faults of all
    /// files.
    static Result<std::shared_ptr<const Set>> load(const std::filesystem::path& folder);
    /// The same from files that were read before (folder.h, archive.h).
    static Result<std::shared_ptr<const Set>> compile(Folder files);

    [[nodiscard]] const model::Model& model() const { return *model_; }
    [[nodiscard]] const terminology::Terminology& terminology() const { return terminology_; }
    [[nodiscard]] const map::MapSet& maps() const { return *maps_; }
    /// Sixteen hexadecimal digits of a hash over all files: what each referral records.
    [[nodiscard]] const std::string& version() const { return version_; }
    /// LinkWorkerReferral's type in model().
    [[nodiscard]] model::TypeId referralType() const { return referralType_; }

    /// Whether an element of the record (its type, and name and type of the element that holds it)
    /// is what people wrote in their own words: a text or an annotation that the model does not
    /// mark as a name, or the text of a coded element.
    [[nodiscard]] bool isFreeText(model::TypeId holder, model::NameId name,
                                  model::TypeId type) const;

    /// The resources of messages/*.json by type, and by type and canonical (none when there is
    /// none): the MessageDefinitions that BaRS messages are checked against. They live as long as
    /// the set.
    [[nodiscard]] std::vector<tree::Element> resources(std::string_view typeName) const;
    [[nodiscard]] tree::Element resource(std::string_view typeName, std::string_view url) const;

private:
    Set() = default;
    std::shared_ptr<const model::Model> model_;
    terminology::Terminology terminology_;
    std::optional<map::MapSet> maps_;
    struct Resources;
    std::shared_ptr<const Resources> resources_;  ///< messages/*.json, read
    std::string version_;
    model::TypeId referralType_ = model::kNoType;
    std::set<std::pair<model::TypeId, model::NameId>> names_;  ///< texts that are no free text
};

}  // namespace waymark::mappings
