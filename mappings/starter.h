// A working start for a provider with a format of its own: what `waymark map new provider` writes.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::mappings {

/// Writes providers/<name>/ in the set's folder: a logical model, a map, and an example in and out.
/// The set compiles and the example passes. Gives the files written. Fails with Kind::Incorrect for
/// a name that is no name, Conflict when the folder is there, NotFound when `set` is no set.
Result<std::vector<std::filesystem::path>> newProvider(const std::filesystem::path& set,
                                                       std::string_view name);

}  // namespace waymark::mappings
