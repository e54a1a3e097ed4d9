// Files that a subcommand reads: "-" is standard input; a resource may be JSON or XML.
#pragma once

#include <string>

#include "fhir/core/result.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/reader.h"
#include "gateway/cli/command_line.h"

namespace waymark::cli {

/// The name by which messages call a file: "<stdin>" for "-".
[[nodiscard]] std::string shownName(const std::string& file);

/// The file's bytes. Fails with Kind::NotFound when it cannot be opened or read.
Result<std::string> readFile(const std::string& file);

/// A resource of a file, and what it views. Neither copied nor moved: the tree views the body.
struct Input {
    Input() = default;
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    std::string body;
    tree::Arena arena;
    tree::Document document;

    /// Reads and checks the structure, but for elements that are not there yet. Each issue names
    /// the file.
    Result<void> read(const std::string& file);
};

/// 1 for a file that says something wrong, 3 for one that could not be read.
[[nodiscard]] Exit exitFor(const Failure& failure);

}  // namespace waymark::cli
