#include "fhir/structure/profile_set.h"

#include <utility>

#include "fhir/structure/profile_builder.h"

namespace waymark::structure {
namespace {

std::string_view withoutVersion(std::string_view canonical) {
    return canonical.substr(0, canonical.find('|'));
}

}  // namespace

std::shared_ptr<const ProfileSet> ProfileSet::make(std::shared_ptr<const package::Library> library,
                                                   std::vector<Issue>& notes) {
    std::shared_ptr<ProfileSet> set(new ProfileSet());
    set->library_ = std::move(library);
    for (const package::Definition* definition : set->library_->terminology()) {
        // A value set whose systems are not here answers "not known", which is as much as a note
        // would say; a second one of the same canonical is a package that is there twice.
        static_cast<void>(
            set->terminology_.add(definition->document.root, model::Model::r4(), definition->file));
    }
    ProfileBuilder builder(*set->library_, notes);
    for (const package::Definition* definition : set->library_->structures()) {
        if (set->profiles_.contains(definition->url)) continue;
        if (auto profile = builder.build(*definition)) {
            set->profiles_.emplace(definition->url, std::move(profile));
        }
    }
    return set;
}

const Profile* ProfileSet::find(std::string_view canonical) const {
    const auto found = profiles_.find(std::string(withoutVersion(canonical)));
    return found == profiles_.end() ? nullptr : found->second.get();
}

std::optional<bool> ProfileSet::contains(std::string_view valueSet, std::string_view system,
                                         std::string_view code) const {
    const std::string_view url = withoutVersion(valueSet);
    const auto own = terminology_.contains(url, system, code);
    if (own) return own;
    const model::ValueSet* const published = model::Facts::r4().valueSet(url);
    return published ? published->contains(system, code) : std::nullopt;
}

}  // namespace waymark::structure
