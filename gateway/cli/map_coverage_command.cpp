#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/writer.h"
#include "gateway/cli/map_commands.h"
#include "mappings/coverage.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path place;
    fs::path set;
    std::string map;
    bool json = false;
};

void list(std::string_view title, const std::vector<std::string>& all, std::size_t of) {
    fmt::print("  {}: {} of {}\n", title, all.size(), of);
    for (const std::string& each : all) fmt::print("    {}\n", each);
}

void say(const mappings::Coverage& coverage) {
    fmt::print("{} ({} examples)\n", coverage.map, coverage.examples);
    list("source elements dropped", coverage.dropped, coverage.sourceElements);
    list("target elements never filled", coverage.unfilled, coverage.targetElements);
    list("codes never met", coverage.unmet, coverage.codes);
}

void write(const mappings::Coverage& coverage, json::Writer& writer) {
    const auto texts = [&](std::string_view name, const std::vector<std::string>& all) {
        writer.key(name).beginArray();
        for (const std::string& each : all) writer.string(each);
        writer.endArray();
    };
    writer.beginObject().member("map", coverage.map).member("examples", coverage.examples);
    writer.member("sourceElements", coverage.sourceElements);
    texts("dropped", coverage.dropped);
    writer.member("targetElements", coverage.targetElements);
    texts("unfilled", coverage.unfilled);
    writer.member("codes", coverage.codes);
    texts("unmet", coverage.unmet);
    writer.endObject();
}

Exit cover(const Arguments& arguments) {
    const auto workshop =
        mappings::Workshop::open(arguments.set.empty() ? arguments.place : arguments.set);
    if (!workshop) {
        printIssues(workshop.error().issues, mappings::Workshop::setFolder(arguments.place));
        return exitOf(workshop.error());
    }
    std::map<std::string, std::vector<mappings::Example>> byMap;
    for (mappings::Example& example : mappings::examplesBelow(arguments.place))
        if (arguments.map.empty() || arguments.map == example.map)
            byMap[example.map].push_back(std::move(example));
    if (byMap.empty()) {
        fmt::print(stderr, "error: {} holds no examples of {}\n", arguments.place.string(),
                   arguments.map.empty() ? "any map" : arguments.map);
        return Exit::CouldNotRun;
    }
    std::string out;
    json::Writer writer(out);
    writer.beginArray();
    for (const auto& [name, examples] : byMap) {
        const auto url = workshop->mapNamed(name);
        const auto coverage = url ? mappings::coverageOf(*workshop, *url, examples)
                                  : Result<mappings::Coverage>(std::unexpected(url.error()));
        if (!coverage) {
            printIssues(coverage.error().issues, workshop->folder());
            return exitOf(coverage.error());
        }
        if (arguments.json)
            write(*coverage, writer);
        else
            say(*coverage);
    }
    writer.endArray();
    if (arguments.json) fmt::print("{}\n", out);
    return Exit::Done;
}

}  // namespace

void addMapCoverage(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand(
        "coverage",
        "What the examples show of maps: elements dropped, elements never filled, codes never met");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("place", arguments->place, "A set, a provider's folder, or its examples")
        ->required();
    command->add_option("--map", arguments->map, "Only the map of this name");
    command->add_option("--set", arguments->set, "The set whose maps are run");
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback([arguments, &status] { status = cover(*arguments); });
}

}  // namespace waymark::cli
