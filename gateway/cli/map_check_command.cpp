#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/writer.h"
#include "gateway/cli/map_commands.h"
#include "mappings/workshop.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path place;
    std::vector<fs::path> with;
    bool json = false;
    bool strict = false;
};

void say(const Arguments& arguments, std::span<const Issue> issues, const fs::path& folder,
         std::size_t maps, bool good) {
    const auto warnings =
        static_cast<std::size_t>(std::ranges::count(issues, Severity::Warning, &Issue::severity));
    const std::size_t faults = issues.size() - warnings;
    if (arguments.json) {
        std::string out;
        json::Writer writer(out);
        writer.beginObject().member("good", good).member("maps", maps);
        writer.member("faults", faults).member("warnings", warnings);
        writer.key("issues").raw(issuesJson(issues)).endObject();
        fmt::print("{}\n", out);
        return;
    }
    printIssues(issues, folder);
    fmt::print("{}: {}{} faults, {} warnings\n", arguments.place.string(),
               maps ? fmt::format("{} maps, ", maps) : "", faults, warnings);
}

Exit check(const Arguments& arguments) {
    const auto workshop = mappings::Workshop::open(arguments.place, arguments.with);
    if (!workshop) {
        say(arguments, workshop.error().issues, mappings::Workshop::setFolder(arguments.place), 0,
            false);
        return exitOf(workshop.error());
    }
    const auto& warnings = workshop->maps().warnings();
    const bool good = !arguments.strict || warnings.empty();
    say(arguments, warnings, workshop->folder(), workshop->maps().urls().size(), good);
    return good ? Exit::Done : Exit::No;
}

}  // namespace

void addMapCheck(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand(
        "check",
        "Compile maps with their models and codes and name every fault; 1 if there is one");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("place", arguments->place, "A set's folder, or a map, or a folder of maps")
        ->required();
    command->add_option("--with", arguments->with,
                        "Models, ConceptMaps and maps that belong to it");
    command->add_flag("--strict", arguments->strict, "A warning counts as a fault");
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback([arguments, &status] { status = check(*arguments); });
}

}  // namespace waymark::cli
