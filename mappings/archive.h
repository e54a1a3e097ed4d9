// The mapping sets that were live: their files, kept so that a set can be compiled again for the
// referrals that it mapped, also after a restart. One file for each version; no patient data. Any
// thread, one writer.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "mappings/folder.h"

namespace waymark::mappings {

class Archive {
public:
    /// `folder` is made when the first set is kept.
    explicit Archive(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// On disk, whole, when this returns; a version that is there already stays as it is.
    [[nodiscard]] Result<void> keep(const Folder& files) const;
    /// NotFound when the version was never kept; Fault when its file is damaged.
    [[nodiscard]] Result<Folder> open(std::string_view version) const;
    /// Removes the versions that are not among these; gives how many.
    std::size_t dropAllBut(const std::set<std::string>& versions) const;

private:
    [[nodiscard]] std::filesystem::path fileOf(std::string_view version) const;

    std::filesystem::path folder_;
};

}  // namespace waymark::mappings
