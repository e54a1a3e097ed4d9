#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/map/lexer.h"
#include "fhir/map/parser.h"
#include "fhir/map/printer.h"
#include "fhir/map/structure_map.h"
#include "fhir/tree/builder.h"
#include "fhir/tree/json_writer.h"
#include "fhir/tree/xml_writer.h"
#include "gateway/cli/map_commands.h"
#include "gateway/cli/print.h"
#include "mappings/example.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

/// A map read from a file in any form; its faults are printed.
std::optional<map::ast::Map> readMap(const fs::path& file, const std::string& text, Exit& status) {
    map::Diagnostics diagnostics;
    map::ast::Map read = map::readMap(text, model::Model::r4(), file.string(), diagnostics);
    if (!diagnostics.failed()) return read;
    printIssues(diagnostics.take(), fs::path());
    status = Exit::No;
    return std::nullopt;
}

Exit print(const fs::path& file, const std::string& as) {
    const auto text = mappings::readText(file);
    if (!text) {
        printFailure(text.error());
        return Exit::CouldNotRun;
    }
    Exit status = Exit::Done;
    const auto read = readMap(file, *text, status);
    if (!read) return status;
    if (as == "fml") {
        fmt::print("{}", map::print(*read));
        return Exit::Done;
    }
    tree::Arena arena;
    tree::Builder builder(arena, model::Model::r4());
    const tree::Element resource = map::toStructureMap(*read, builder);
    std::string out;
    if (as == "json") {
        tree::writeJson(resource, model::Model::r4(), out, tree::Layout::Indented);
    } else if (auto done =
                   tree::writeXml(resource, model::Model::r4(), out, tree::Layout::Indented);
               !done) {
        printFailure(done.error());
        return Exit::No;
    }
    fmt::print("{}\n", out);
    return Exit::Done;
}

/// Where comments stand that the layout has no place for: inside an expression, for instance.
std::vector<Position> lost(const std::string& text, const std::string& printed) {
    map::Diagnostics ignored;
    const map::TokenList before = map::tokenize(text, {}, ignored);
    std::vector<map::Comment> kept = map::tokenize(printed, {}, ignored).comments;
    std::vector<Position> out;
    for (const map::Comment& comment : before.comments) {
        const auto same = std::ranges::find(kept, comment.text, &map::Comment::text);
        if (same != kept.end())
            kept.erase(same);
        else
            out.push_back(before.tokens[comment.token].at);
    }
    return out;
}

/// One file in the one layout; with `check` only said, not written.
Exit format(const fs::path& file, bool check) {
    const auto text = mappings::readText(file);
    if (!text) {
        printFailure(text.error());
        return Exit::CouldNotRun;
    }
    if (map::looksLikeJson(*text) || map::looksLikeXml(*text)) {
        fmt::print(stderr, "{}: error: this is a StructureMap; `map print` shows it as FML\n",
                   file.string());
        return Exit::No;
    }
    Exit status = Exit::Done;
    const auto read = readMap(file, *text, status);
    if (!read) return status;
    const std::string printed = map::print(*read);
    if (printed == *text) return Exit::Done;
    for (const Position at : lost(*text, printed)) {
        fmt::print(stderr,
                   "{}:{}:{}: error: the comment before this has no place in the layout; put it "
                   "before the rule or behind it. The file is left as it is.\n",
                   file.string(), at.line, at.column);
        status = Exit::No;
    }
    if (status != Exit::Done) return status;
    if (check) {
        fmt::print("{}\n", file.string());
        return Exit::No;
    }
    std::ofstream stream(file, std::ios::binary);
    stream << printed << std::flush;
    if (stream.good()) return Exit::Done;
    fmt::print(stderr, "{}: error: the file cannot be written\n", file.string());
    return Exit::CouldNotRun;
}

struct FmtArguments {
    std::vector<fs::path> files;
    bool check = false;
};

struct PrintArguments {
    fs::path file;
    std::string as = "fml";
};

}  // namespace

void addMapFmt(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand("fmt", "Lay FML files out in the one way, in place");
    auto arguments = std::make_shared<FmtArguments>();
    command->add_option("files", arguments->files, "FML files")->required();
    command->add_flag("--check", arguments->check,
                      "Write nothing; name the files that are laid out otherwise, and exit with 1");
    command->callback([arguments, &status] {
        for (const fs::path& file : arguments->files)
            status = std::max(status, format(file, arguments->check));
    });
}

void addMapPrint(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand(
        "print", "Print a map in another form: FML, or a StructureMap as JSON or XML");
    auto arguments = std::make_shared<PrintArguments>();
    command->add_option("file", arguments->file, "FML, or a StructureMap as JSON or XML")
        ->required();
    command->add_option("--as", arguments->as, "fml, json or xml")
        ->check(CLI::IsMember({"fml", "json", "xml"}))
        ->capture_default_str();
    command->callback([arguments, &status] { status = print(arguments->file, arguments->as); });
}

}  // namespace waymark::cli
