#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/tree/json_writer.h"
#include "fhir/tree/xml_writer.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/input.h"
#include "gateway/cli/print.h"

namespace waymark::cli {
namespace {

struct Arguments {
    std::string file;
    std::string to;
    bool compact = false;
};

Exit convert(const Arguments& arguments) {
    Input input;
    if (const auto read = input.read(arguments.file); !read) {
        printFailure(read.error());
        return exitFor(read.error());
    }
    const auto layout = arguments.compact ? tree::Layout::Compact : tree::Layout::Indented;
    std::string out;
    if (arguments.to == "json") {
        tree::writeJson(input.document.root, model::Model::r4(), out, layout);
    } else if (auto written = tree::writeXml(input.document.root, model::Model::r4(), out, layout);
               !written) {
        for (Issue& issue : written.error().issues) issue.file = shownName(arguments.file);
        printFailure(written.error());
        return exitFor(written.error());
    }
    if (!out.ends_with('\n')) out += '\n';
    return printAll(out);
}

}  // namespace

void addConvert(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "convert", "Write a FHIR R4 resource as JSON or XML; 1 when the file is no such resource");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("file", arguments->file, "JSON or XML; - for standard input")->required();
    command->add_option("--to", arguments->to, "json or xml")
        ->required()
        ->check(CLI::IsMember({"json", "xml"}));
    command->add_flag("--compact", arguments->compact, "Without line breaks and indentation");
    command->callback([arguments, &status] { status = convert(*arguments); });
}

}  // namespace waymark::cli
