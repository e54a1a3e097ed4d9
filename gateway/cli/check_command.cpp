#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "gateway/cli/commands.h"
#include "gateway/cli/compile.h"
#include "gateway/cli/print.h"

namespace waymark::cli {

void addCheck(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "check",
        "Check a configuration and its mappings whole, as serve would; 1 when it has faults");
    auto folder = std::make_shared<std::filesystem::path>();
    command->add_option("--config", *folder, "The configuration's folder")
        ->envname("WAYMARK_CONFIG")
        ->required();
    command->callback([folder, &status] {
        const auto snapshot = compile(*folder);
        if (!snapshot) {
            printFailure(snapshot.error());
            status = Exit::No;
            return;
        }
        const auto& config = *(*snapshot)->config;
        fmt::print("{}: {} practices, {} clients, {} providers, {} routes; mappings {}\n",
                   folder->string(), config.practices.size(), config.clients.size(),
                   config.providers.size(), config.routes.size(), (*snapshot)->set->version());
    });
}

}  // namespace waymark::cli
