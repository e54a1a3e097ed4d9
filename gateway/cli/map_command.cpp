#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/writer.h"
#include "fhir/map/diagnostics.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/compile.h"
#include "gateway/cli/map_commands.h"
#include "gateway/cli/print.h"
#include "mappings/example.h"

namespace waymark::cli {
namespace {

std::string indented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += fmt::format("    {}\n", text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// A file as one would type it here: relative when it lies below the working folder.
std::string fromHere(const std::filesystem::path& file) {
    std::error_code error;
    const std::filesystem::path near = std::filesystem::proximate(file, error);
    return error || near.empty() || *near.begin() == ".." ? file.string() : near.string();
}

}  // namespace

void printIssues(std::span<const Issue> issues, const std::filesystem::path& folder) {
    for (const Issue& issue : issues) {
        const std::filesystem::path file = folder / issue.file;
        Issue shown = issue;
        if (!issue.file.empty()) shown.file = fromHere(file);
        fmt::print(stderr, "{}\n", describe(shown));
        if (issue.file.empty() || issue.at.line == 0) continue;
        if (const auto text = mappings::readText(file))
            fmt::print(stderr, "{}", indented(map::excerpt(*text, issue.at)));
    }
}

std::string issuesJson(std::span<const Issue> issues) {
    std::string out;
    json::Writer writer(out);
    writer.beginArray();
    for (const Issue& issue : issues) {
        writer.beginObject().member("severity", word(issue.severity));
        writer.memberUnlessEmpty("code", issue.code).memberUnlessEmpty("file", issue.file);
        if (issue.at.line != 0)
            writer.member("line", issue.at.line).member("column", issue.at.column);
        writer.memberUnlessEmpty("rule", issue.expression).member("text", issue.text).endObject();
    }
    writer.endArray();
    return out;
}

Exit exitOf(const Failure& failure) {
    return failure.kind == Kind::NotFound ? Exit::CouldNotRun : Exit::No;
}

std::filesystem::path shippedSet() {
    return dataFolder() / "mappings";
}

void addMap(CLI::App& program, Exit& status) {
    auto* map = program.add_subcommand("map", "Write, check, run and compare mappings");
    map->require_subcommand(1);
    addMapCheck(*map, status);
    addMapRun(*map, status);
    addMapTest(*map, status);
    addMapFmt(*map, status);
    addMapPrint(*map, status);
    addMapNew(*map, status);
    addMapCoverage(*map, status);
    addMapDiff(*map, status);
}

}  // namespace waymark::cli
