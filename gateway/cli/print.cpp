#include "gateway/cli/print.h"

#include <cstdio>

#include <fmt/format.h>

namespace waymark::cli {

std::string_view word(Severity severity) {
    switch (severity) {
        case Severity::Fatal:
        case Severity::Error:
            return "error";
        case Severity::Warning:
            return "warning";
        case Severity::Information:
            return "note";
    }
    return "error";
}

std::string describe(const Issue& issue) {
    std::string line;
    if (!issue.file.empty()) line += issue.file + ":";
    if (issue.at.line != 0) line += fmt::format("{}:{}:", issue.at.line, issue.at.column);
    if (!line.empty()) line += ' ';
    line += fmt::format("{}: ", word(issue.severity));
    if (!issue.code.empty()) line += issue.code + ": ";
    line += issue.text;
    if (!issue.expression.empty()) line += fmt::format(" [{}]", issue.expression);
    return line;
}

void printFailure(const Failure& failure) {
    for (const auto& issue : failure.issues) fmt::print(stderr, "{}\n", describe(issue));
}

Exit printAll(std::string_view text) {
    const bool isWritten = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (isWritten && std::fflush(stdout) == 0) return Exit::Done;
    fmt::print(stderr, "error: standard output cannot be written\n");
    return Exit::CouldNotRun;
}

}  // namespace waymark::cli
