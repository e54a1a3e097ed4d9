// The subcommands of `waymark map`, and what they share. Each is a file of its own.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/cli/command_line.h"
#include "mappings/workshop.h"

namespace CLI {
class App;
}

namespace waymark::cli {

void addMapCheck(CLI::App& map, Exit& status);     ///< map check DIR
void addMapRun(CLI::App& map, Exit& status);       ///< map run MAP IN...
void addMapTest(CLI::App& map, Exit& status);      ///< map test DIR, map test --cases FILE
void addMapFmt(CLI::App& map, Exit& status);       ///< map fmt FILE...
void addMapPrint(CLI::App& map, Exit& status);     ///< map print FILE
void addMapNew(CLI::App& map, Exit& status);       ///< map new provider NAME
void addMapCoverage(CLI::App& map, Exit& status);  ///< map coverage DIR
void addMapDiff(CLI::App& map, Exit& status);      ///< map diff OLD NEW

/// Issues for people on standard error: place, code, text, and where there is a file the line with
/// the place underlined. `folder` is where the issues' files are found.
void printIssues(std::span<const Issue> issues, const std::filesystem::path& folder);

/// As JSON, an array of {severity, code, file, line, column, rule, text}.
[[nodiscard]] std::string issuesJson(std::span<const Issue> issues);

/// 1 for what is wrong, 3 for what could not be read.
[[nodiscard]] Exit exitOf(const Failure& failure);

/// The set to work in when none is named: the one that ships.
[[nodiscard]] std::filesystem::path shippedSet();

}  // namespace waymark::cli
