// What a subcommand says. Answers go to standard output; failures, for people, to standard error,
// one line an issue, "file:line:col: error: text".
#pragma once

#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "gateway/cli/command_line.h"

namespace waymark::cli {

/// "error", "warning" or "note".
[[nodiscard]] std::string_view word(Severity severity);
[[nodiscard]] std::string describe(const Issue& issue);
void printFailure(const Failure& failure);

/// Writes the text to standard output whole. CouldNotRun, said on standard error, when that cannot
/// be written (a full disk, a closed pipe).
[[nodiscard]] Exit printAll(std::string_view text);

}  // namespace waymark::cli
