// The profiles of a library, compiled, with the terminology that their bindings need. Immutable
// once made; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/package/library.h"
#include "fhir/structure/profile.h"
#include "fhir/terminology/terminology.h"

namespace waymark::structure {

class ProfileSet {
public:
    /// What does not compile is left out and told in `notes`, as warnings.
    static std::shared_ptr<const ProfileSet> make(std::shared_ptr<const package::Library> library,
                                                  std::vector<Issue>& notes);

    /// By canonical, with or without a version; nullptr when it is not known.
    [[nodiscard]] const Profile* find(std::string_view canonical) const;
    /// Whether (system, code) is in a value set of the library or of R4; none when that is not
    /// known. The canonical may have a version.
    [[nodiscard]] std::optional<bool> contains(std::string_view valueSet, std::string_view system,
                                               std::string_view code) const;
    [[nodiscard]] std::size_t size() const { return profiles_.size(); }

private:
    ProfileSet() = default;

    std::shared_ptr<const package::Library> library_;
    terminology::Terminology terminology_;
    std::unordered_map<std::string, std::unique_ptr<const Profile>> profiles_;
};

}  // namespace waymark::structure
