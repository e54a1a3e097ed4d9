#include <filesystem>

#include <CLI/CLI.hpp>

#include "gateway/cli/app.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/print.h"
#include "gateway/cli/system_world.h"
#include "gateway/crypto/random.h"

namespace waymark::cli {

void addServe(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand("serve", "Run the gateway until it is told to stop");
    auto folder = std::make_shared<std::filesystem::path>();
    command->add_option("--config", *folder, "The configuration's folder")
        ->envname("WAYMARK_CONFIG")
        ->required();
    command->callback([folder, &status] {
        const SystemClock clock;
        crypto::SystemRandom random;
        auto app = App::start(*folder, clock, random);
        if (!app) {
            printFailure(app.error());
            status = Exit::CouldNotRun;
            return;
        }
        const bool well = (*app)->waitForEnd();
        (*app)->stop();
        status = well ? Exit::Done : Exit::CouldNotRun;
    });
}

}  // namespace waymark::cli
