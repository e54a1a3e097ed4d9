// StructureDefinitions of kind constraint to Profiles. Private to the room.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fhir/package/library.h"
#include "fhir/structure/profile.h"

namespace waymark::structure {

class ProfileBuilder {
public:
    ProfileBuilder(const package::Library& library, std::vector<Issue>& notes)
        : library_(library), notes_(notes) {}

    /// nullptr for definitions that are no profiles (types, logical models) and for those that
    /// cannot be used; why stands in the notes.
    std::unique_ptr<Profile> build(const package::Definition& definition);

private:
    /// The constraint tree of a definition with all its bases; nullptr when there is none.
    std::unique_ptr<ProfileNode> treeOf(const package::Definition& definition);
    void note(const package::Definition& definition, std::string text);

    const package::Library& library_;
    std::vector<Issue>& notes_;
    std::unordered_map<std::string, std::unique_ptr<ProfileNode>> trees_;
    std::unordered_set<std::string> building_;
};

}  // namespace waymark::structure
