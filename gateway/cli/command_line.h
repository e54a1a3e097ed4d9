// The program's subcommands.
#pragma once

namespace waymark::cli {

/// Exit statuses of every subcommand.
enum class Exit : int { Done = 0, No = 1, Usage = 2, CouldNotRun = 3 };

/// Runs what the arguments say. Never throws.
int run(int argc, char** argv);

}  // namespace waymark::cli
