// waymark validate: what is wrong with FHIR resources in files.
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/writer.h"
#include "fhir/outcome/outcome.h"
#include "fhir/structure/body.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/input.h"
#include "gateway/cli/print.h"
#include "gateway/cli/system_world.h"

namespace waymark::cli {
namespace {

constexpr std::size_t kFileBytesMax = 256 * 1024 * 1024;

struct Arguments {
    std::vector<std::string> files;  ///< "-" is standard input
    std::vector<std::string> profiles;
    std::vector<std::filesystem::path> packages;
    bool bestPractice = false;
    bool quiet = false;
    bool json = false;
};

struct Checked {
    std::string file;
    std::vector<Issue> findings;
};

Result<std::shared_ptr<const structure::Validator>> validatorFor(const Arguments& arguments) {
    if (arguments.packages.empty()) return structure::Validator::base();
    auto library = package::Library::load(arguments.packages);
    if (!library) return std::unexpected(std::move(library).error());
    std::vector<Issue> notes;
    auto validator = structure::Validator::make(std::move(*library), notes);
    if (!arguments.quiet) {
        for (const Issue& note : notes) fmt::print(stderr, "{}\n", describe(note));
    }
    for (const std::string& profile : arguments.profiles) {
        if (validator->knows(profile)) continue;
        return fail(Kind::NotFound, IssueType::NotFound,
                    fmt::format("No package has the profile {}.", profile));
    }
    return validator;
}

/// "file:line:col: error: Patient.name[0]: sentence [rule]".
void printText(const Checked& checked, bool quiet) {
    for (const Issue& issue : checked.findings) {
        const bool isError = structure::hasErrors({&issue, 1});
        if (quiet && !isError) continue;
        std::string line = checked.file + ":";
        if (issue.at.line != 0) line += fmt::format("{}:{}:", issue.at.line, issue.at.column);
        line += fmt::format(" {}: ", outcome::code(issue.severity));
        if (!issue.expression.empty()) line += issue.expression + ": ";
        line += issue.text;
        if (!issue.code.empty() && !issue.text.starts_with(issue.code + ":")) {
            line += fmt::format(" [{}]", issue.code);
        }
        fmt::print("{}\n", line);
    }
    if (!quiet && !structure::hasErrors(checked.findings)) fmt::print("{}: valid\n", checked.file);
}

void printJson(const std::vector<Checked>& all) {
    std::string out;
    json::Writer writer(out, json::Layout::Indented);
    writer.beginArray();
    for (const Checked& checked : all) {
        writer.beginObject().member("file", checked.file);
        writer.member("valid", !structure::hasErrors(checked.findings));
        writer.key("findings").beginArray();
        for (const Issue& issue : checked.findings) {
            writer.beginObject();
            writer.member("severity", outcome::code(issue.severity));
            writer.member("code", outcome::code(issue.type));
            writer.memberUnlessEmpty("rule", issue.code);
            writer.memberUnlessEmpty("expression", issue.expression);
            if (issue.at.line != 0) {
                writer.member("line", issue.at.line).member("column", issue.at.column);
            }
            writer.member("text", issue.text).endObject();
        }
        writer.endArray().endObject();
    }
    writer.endArray();
    fmt::print("{}\n", out);
}

Exit validate(const Arguments& arguments) {
    if (!arguments.profiles.empty() && arguments.packages.empty()) {
        fmt::print(stderr, "error: --profile needs a --package that has it\n");
        return Exit::Usage;
    }
    const auto validator = validatorFor(arguments);
    if (!validator) {
        printFailure(validator.error());
        return Exit::CouldNotRun;
    }
    structure::Options options;
    options.profiles = arguments.profiles;
    options.bestPractice = arguments.bestPractice;
    options.now = SystemClock().now();
    tree::ReadOptions read;
    read.limits.bodyBytes = kFileBytesMax;
    read.limits.elements = 10'000'000;
    std::vector<Checked> all;
    bool valid = true;
    for (const auto& file : arguments.files) {
        const auto content = readFile(file);
        if (!content) {
            printFailure(content.error());
            return Exit::CouldNotRun;
        }
        tree::Arena arena;
        Checked checked{shownName(file),
                        structure::validateBody(*content, **validator, arena, options, read)};
        valid = valid && !structure::hasErrors(checked.findings);
        if (!arguments.json) printText(checked, arguments.quiet);
        if (arguments.json) all.push_back(std::move(checked));
    }
    if (arguments.json) printJson(all);
    return valid ? Exit::Done : Exit::No;
}

}  // namespace

void addValidate(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "validate",
        "Validate FHIR R4 resources, JSON or XML: base R4, and the profiles of packages that they "
        "name or --profile names; 1 when one is invalid");
    auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("FILE", arguments->files, "Files, each with one resource; - is standard input")
        ->required();
    command
        ->add_option("--profile", arguments->profiles,
                     "Canonical of a profile that every file must conform to; may be repeated")
        ->allow_extra_args(false);
    command
        ->add_option("--package", arguments->packages,
                     "Folder, file or .tgz with StructureDefinitions, ValueSets and CodeSystems; "
                     "may be repeated")
        ->allow_extra_args(false);
    command->add_flag("--best-practice", arguments->bestPractice,
                      "Tell what best practice would have, as information");
    command->add_flag("--quiet", arguments->quiet, "Print errors only");
    command->add_flag("--json", arguments->json, "Print findings as JSON");
    command->callback([arguments, &status] { status = validate(*arguments); });
}

}  // namespace waymark::cli
