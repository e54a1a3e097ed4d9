// Conformance resources of packages: StructureDefinitions, ValueSets, CodeSystems, from folders,
// single files or npm-style archives (.tgz), JSON or XML. What is read stays in the library's
// memory; a library is immutable once loaded and shared between threads.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/tree/json_reader.h"

namespace waymark::package {

/// One resource of a library.
struct Definition {
    std::string url;      ///< canonical without version
    std::string version;  ///< may be empty
    std::string file;     ///< for issues: "uk-core.tgz/package/StructureDefinition-x.json"
    tree::Document document;
};

class Library {
public:
    /// Reads folders (all *.json and *.xml below them), files and .tgz archives. Files that are no
    /// FHIR resources or of other types (package.json, examples) are passed over. Faults: a path
    /// that does not exist, an archive that is none, a definition that cannot be read, limits.
    static Result<std::shared_ptr<const Library>> load(
        std::span<const std::filesystem::path> paths);
    /// From bodies in memory, for tests and for what a program holds already: name and content.
    static Result<std::shared_ptr<const Library>> of(
        std::span<const std::pair<std::string, std::string>> bodies);

    /// "https://.../StructureDefinition/X" or with "|1.0" behind it; nullptr when it is not here.
    /// Of several versions the last that was read stands for the canonical alone.
    [[nodiscard]] const Definition* structure(std::string_view canonical) const;
    [[nodiscard]] std::span<const Definition* const> structures() const { return structures_; }
    /// CodeSystems first, then ValueSets: the order in which a Terminology takes them.
    [[nodiscard]] std::vector<const Definition*> terminology() const;

    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

private:
    Library() = default;
    friend class LibraryLoader;

    std::deque<std::string> bodies_;
    std::deque<std::unique_ptr<tree::Arena>> arenas_;
    std::deque<Definition> definitions_;
    std::vector<const Definition*> structures_;
    std::vector<const Definition*> codeSystems_;
    std::vector<const Definition*> valueSets_;
    std::unordered_map<std::string, const Definition*> byCanonical_;
};

}  // namespace waymark::package
