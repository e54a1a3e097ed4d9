#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "gateway/cli/map_commands.h"
#include "gateway/cli/print.h"
#include "mappings/starter.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string name;
    fs::path set;
};

Exit make(const Arguments& arguments) {
    const auto files = mappings::newProvider(arguments.set, arguments.name);
    if (!files) {
        printFailure(files.error());
        return files.error().kind == Kind::Incorrect  ? Exit::Usage
               : files.error().kind == Kind::Conflict ? Exit::No
                                                      : Exit::CouldNotRun;
    }
    for (const fs::path& file : *files) fmt::print("{}\n", file.string());
    const fs::path folder = arguments.set / "providers" / arguments.name;
    fmt::print(
        "next: edit the model and the map, then\n  waymark map check {0}\n  waymark map test {0}\n",
        folder.string());
    return Exit::Done;
}

}  // namespace

void addMapNew(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand("new", "Begin something new");
    command->require_subcommand(1);
    auto* provider = command->add_subcommand(
        "provider", "A provider's own format: a model, a map, an example, all working");
    auto arguments = std::make_shared<Arguments>();
    arguments->set = shippedSet();
    provider
        ->add_option("name", arguments->name,
                     "Lower-case letters, digits and dashes: riverside-arts")
        ->required();
    provider->add_option("--set", arguments->set, "The mapping set's folder")
        ->capture_default_str();
    provider->callback([arguments, &status] { status = make(*arguments); });
}

}  // namespace waymark::cli
