#include <filesystem>

#include <stdlib.h>
#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "gateway/cli/commands.h"
#include "gateway/cli/compile.h"
#include "gateway/cli/print.h"
#include "gateway/cli/system_world.h"
#include "gateway/crypto/random.h"
#include "gateway/simulate/demo.h"

namespace waymark::cli {
namespace {

struct Arguments {
    simulate::DemoOptions options;
    std::vector<std::string> replaced;  ///< ID=URL
};

/// A folder of its own under the system's folder for such things, for a demo without --state.
std::filesystem::path freshFolder() {
    auto name = (std::filesystem::temp_directory_path() / "waymark-demo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return {};
    return name;
}

Exit runDemo(Arguments& arguments) {
    auto& world = arguments.options.world;
    for (const auto& replacement : arguments.replaced) {
        const auto equals = replacement.find('=');
        if (equals == std::string::npos) {
            fmt::print(stderr, "error: --provider takes ID=URL\n");
            return Exit::Usage;
        }
        world.urls[replacement.substr(0, equals)] = replacement.substr(equals + 1);
    }
    const bool temporary = world.state.empty();
    if (temporary) world.state = freshFolder();
    if (world.state.empty()) {
        fmt::print(stderr, "error: no folder could be made for the demo; name one with --state\n");
        return Exit::CouldNotRun;
    }
    world.state = std::filesystem::absolute(world.state);
    world.templates = dataFolder() / "config" / "demo";
    const SystemClock clock;
    crypto::SystemRandom random;
    const auto closed = simulate::runDemo(arguments.options, clock, random);
    if (!closed) {
        printFailure(closed.error());
        return Exit::CouldNotRun;
    }
    if (temporary) {
        std::error_code ignored;
        std::filesystem::remove_all(world.state, ignored);
    }
    return *closed ? Exit::Done : Exit::No;
}

}  // namespace

void addDemo(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "demo",
        "Start a demo world: the gateway, practices and providers; send referrals through it");
    auto arguments = std::make_shared<Arguments>();
    auto& world = arguments->options.world;
    command->add_flag("--exit", arguments->options.exit, "End with 0 when every loop has closed");
    command->add_option("--state", world.state,
                        "Folder of the world; kept, and made if it is absent");
    command->add_option("--port", world.port,
                        "Port for practices and providers; 0 takes a free one");
    command->add_option("--operations-port", world.operationsPort,
                        "Port for health, metrics and administration; 0 takes a free one");
    command->add_flag("--plain", world.plain, "Without TLS, on loopback only");
    command->add_option("--provider", arguments->replaced,
                        "ID=URL: this URL plays the provider; may be repeated");
    command->callback([arguments, &status] { status = runDemo(*arguments); });
}

}  // namespace waymark::cli
