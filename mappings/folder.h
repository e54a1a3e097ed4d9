// The files of a mapping set, read and named; nothing is understood yet. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::mappings {

struct File {
    std::string name;  ///< relative to the set's folder, with '/': "codes/need-category.json"
    std::string text;
};

struct Folder {
    std::vector<File> models;    ///< StructureDefinitions of kind logical
    std::vector<File> codes;     ///< CodeSystems, ValueSets, ConceptMaps
    std::vector<File> maps;      ///< FML
    std::vector<File> messages;  ///< MessageDefinitions
};

/// Reads models/*.json, codes/*.json, maps/*.map, messages/*.json and
/// providers/*/{*.model.json,*.codes.json,*.map}, each list in the order of the names. Fails with
/// one issue per folder that is missing (models, maps) and per file that cannot be read or is
/// larger than 8 MiB.
Result<Folder> readFolder(const std::filesystem::path& folder);

/// Sixteen hexadecimal digits: FNV-1a (64 bits) over names and contents in the order of the names.
std::string versionOf(const Folder& folder);

}  // namespace waymark::mappings
