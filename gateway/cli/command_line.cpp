#include "gateway/cli/command_line.h"

#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/core/version.h"
#include "gateway/cli/commands.h"

namespace waymark::cli {
namespace {

Exit parseAndRun(int argc, char** argv) {
    CLI::App program("waymark: a referral gateway for social prescribing", "waymark");
    program.require_subcommand(1);
    program.set_help_all_flag("--help-all", "Help of all subcommands");
    Exit status = Exit::Done;
    addServe(program, status);
    addCheck(program, status);
    addReferrals(program, status);
    addDeliveries(program, status);
    addReload(program, status);
    addAudit(program, status);
    addStore(program, status);
    addMap(program, status);
    addSimulate(program, status);
    addValidate(program, status);
    addDemo(program, status);
    addFhirPath(program, status);
    addConvert(program, status);
    program.add_subcommand("version", "Print the version")->callback([] {
        fmt::print("waymark {}\n", kVersion);
    });
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? Exit::Done : Exit::Usage;
    }
    return status;
}

}  // namespace

int run(int argc, char** argv) {
    try {
        return static_cast<int>(parseAndRun(argc, argv));
    } catch (const std::exception& bug) {
        fmt::print(stderr, "error: {}\n", bug.what());
        return static_cast<int>(Exit::CouldNotRun);
    }
}

}  // namespace waymark::cli
