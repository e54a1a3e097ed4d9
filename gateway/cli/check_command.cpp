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
        const auto compiled = compile(*folder);
        if (!compiled) {
            printFailure(compiled.error());
            status = Exit::No;
            return;
        }
        const auto& snapshot = *compiled->snapshot;
        const auto& config = *snapshot.config;
        for (const auto& provider : config.providers) {
            if (!provider.shares.everything) continue;
            Issue open;
            open.severity = Severity::Warning;
            open.text = fmt::format(
                "Provider {} is sent every part of a referral; list what its "
                "agreement allows as \"shares\".",
                provider.id);
            open.file = provider.place.file;
            open.at = provider.place.at;
            fmt::print(stderr, "{}\n", describe(open));
        }
        fmt::print("{}: {} practices, {} clients, {} providers, {} routes; mappings {}\n",
                   folder->string(), config.practices.size(), config.clients.size(),
                   config.providers.size(), config.routes.size(), snapshot.set->version());
    });
}

}  // namespace waymark::cli
