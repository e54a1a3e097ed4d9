#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/writer.h"
#include "fhir/path/expression.h"
#include "fhir/tree/xml_writer.h"
#include "gateway/cli/map_commands.h"
#include "gateway/cli/map_trace.h"
#include "gateway/cli/print.h"
#include "mappings/csv.h"
#include "mappings/example.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string map;
    std::vector<fs::path> inputs;
    fs::path begun;
    fs::path set;
    std::vector<fs::path> with;
    std::string explain;
    bool trace = false;
    bool values = false;
    bool xml = false;
    bool json = false;
};

/// What a map's `log` says, on standard error: a person asked for it.
class LogText final : public map::Log {
public:
    void entry(std::string_view rulePath, std::string_view text) override {
        fmt::print(stderr, "log [{}]: {}\n", rulePath, text);
    }
};

Exit refused(const Failure& failure, const fs::path& folder) {
    printIssues(failure.issues, folder);
    return exitOf(failure);
}

Result<void> readInputs(const Arguments& arguments, const std::string& url,
                        mappings::ExampleRun& run) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const fs::path& file : arguments.inputs) {
        auto text = mappings::readText(file);
        if (!text) return std::unexpected(std::move(text.error()));
        texts.emplace_back(file.string(), *std::move(text));
    }
    if (auto done = run.read(url, std::move(texts)); !done) return done;
    if (arguments.begun.empty()) return {};
    auto begun = mappings::readText(arguments.begun);
    if (!begun) return std::unexpected(std::move(begun.error()));
    return run.begin(*std::move(begun));
}

Exit write(tree::Element made, const mappings::Workshop& workshop, bool xml) {
    if (!xml) {
        fmt::print("{}", mappings::shown(made, workshop.model()));
        return Exit::Done;
    }
    std::string out;
    if (auto done = tree::writeXml(made, workshop.model(), out, tree::Layout::Indented); !done) {
        printFailure(done.error());
        return Exit::CouldNotRun;
    }
    fmt::print("{}\n", out);
    return Exit::Done;
}

void writeOrigin(json::Writer& writer, tree::Element element, const Origins& origins,
                 const model::Model& model) {
    writer.beginObject().member("element", tree::expressionTo(element, model));
    tree::Element holder = element;
    const Origins::Origin* origin = origins.of(holder);
    while (!origin && holder.parent()) origin = origins.of(holder = holder.parent());
    if (origin && !origin->empty()) {
        const Origins::Step& last = origin->back();
        writer.member("rule", last.rule.path).member("file", last.rule.file);
        writer.member("line", last.rule.at.line).member("column", last.rule.at.column);
        if (last.source) writer.member("source", tree::expressionTo(last.source, model));
    }
    writer.endObject();
}

/// Which rule wrote what the path finds; 1 when it finds nothing.
Exit explain(const Arguments& arguments, const mappings::Workshop& workshop,
             mappings::ExampleRun& run, tree::Element made, const Origins& origins) {
    path::Scope scope;
    scope.model = &workshop.model();
    scope.focus = made.type();
    const auto path = path::Expression::compile(arguments.explain, scope);
    if (!path) {
        printFailure(path.error());
        return Exit::Usage;
    }
    path::Environment environment;
    environment.rootResource = environment.resource = made;
    const auto found = path->evaluate(made, environment, run.arena());
    if (!found) {
        printFailure(found.error());
        return Exit::No;
    }
    std::string json;
    json::Writer writer(json);
    writer.beginArray();
    std::size_t elements = 0;
    for (const path::Value& value : *found) {
        if (!value.isElement()) continue;
        ++elements;
        if (arguments.json)
            writeOrigin(writer, value.element(), origins, workshop.model());
        else
            fmt::print("{}", explained(value.element(), origins, workshop, arguments.values));
    }
    writer.endArray();
    if (arguments.json) fmt::print("{}\n", json);
    if (elements > 0) return Exit::Done;
    const std::string& asked = arguments.explain;
    std::string name = asked.substr(asked.rfind('.') + 1);
    name = name.substr(0, name.find('['));
    const map::ast::Map* source = workshop.source(run.url());
    fmt::print(stderr, "nothing stands at {}\n{}", asked,
               source ? explainedAbsence(name, origins, *source) : "");
    return Exit::No;
}

Exit transform(const Arguments& arguments, const mappings::Workshop& workshop) {
    const auto url = workshop.mapNamed(arguments.map);
    if (!url) return refused(url.error(), workshop.folder());
    mappings::ExampleRun run(workshop);
    if (auto done = readInputs(arguments, *url, run); !done)
        return refused(done.error(), fs::path());
    LogText log;
    TraceText steps(workshop.model(), arguments.values);
    Origins origins;
    map::Trace* trace = nullptr;
    if (arguments.trace) trace = &steps;
    if (!arguments.explain.empty()) trace = &origins;
    const auto made = run.run(trace, &log);
    if (arguments.trace) fmt::print(stderr, "{}", steps.text());
    if (!made) return refused(made.error(), workshop.folder());
    if (!arguments.explain.empty()) return explain(arguments, workshop, run, *made, origins);
    return write(*made, workshop, arguments.xml);
}

/// A row of a spreadsheet is a message of its own: what the map makes of each, in one array.
Exit transformRows(const Arguments& arguments, const mappings::Workshop& workshop) {
    const auto url = workshop.mapNamed(arguments.map);
    if (!url) return refused(url.error(), workshop.folder());
    const std::string name = arguments.inputs.front().string();
    const auto text = mappings::readText(name);
    if (!text) return refused(text.error(), fs::path());
    auto rows = mappings::csvRows(*text);
    if (!rows) {
        for (Issue& issue : rows.error().issues) issue.file = name;
        return refused(rows.error(), fs::path());
    }
    std::string out;
    json::Writer writer(out);
    writer.beginArray();
    Exit status = Exit::Done;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        mappings::ExampleRun run(workshop);
        std::vector<std::pair<std::string, std::string>> input;
        input.emplace_back(fmt::format("{} row {}", name, i + 2), std::move((*rows)[i]));
        const auto read = run.read(*url, std::move(input));
        const auto made = read ? run.run() : Result<tree::Element>(std::unexpected(read.error()));
        if (made) {
            writer.raw(mappings::shown(*made, workshop.model()));
            continue;
        }
        fmt::print(stderr, "{} row {}:\n", name, i + 2);
        status = refused(made.error(), workshop.folder());
    }
    writer.endArray();
    fmt::print("{}\n", out);
    return status;
}

Exit runMap(const Arguments& arguments) {
    std::error_code error;
    const bool isFile = fs::is_regular_file(arguments.map, error);
    const fs::path place = isFile ? fs::path(arguments.map) : arguments.set;
    const auto workshop = mappings::Workshop::open(place, arguments.with);
    if (!workshop) return refused(workshop.error(), mappings::Workshop::setFolder(place));
    const bool rows =
        arguments.inputs.size() == 1 && arguments.inputs.front().extension() == ".csv";
    return rows ? transformRows(arguments, *workshop) : transform(arguments, *workshop);
}

}  // namespace

void addMapRun(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand(
        "run", "Run one map on messages and print what it makes; 1 when it refuses them");
    auto arguments = std::make_shared<Arguments>();
    arguments->set = shippedSet();
    command->add_option("map", arguments->map, "The map's file, url, or the url's last part")
        ->required();
    command
        ->add_option("inputs", arguments->inputs,
                     "Its inputs in their order, JSON or XML; or one .csv, each row a message")
        ->required();
    command->add_option("--begun", arguments->begun, "What stands in the target already");
    command->add_option("--set", arguments->set,
                        "The set in which a map that is no file is sought");
    command->add_option("--with", arguments->with,
                        "Models, ConceptMaps and imported maps of a map that is in no set");
    auto* explain = command->add_option("--explain", arguments->explain,
                                        "Which rule wrote what this FHIRPath finds in the result");
    command->add_flag("--trace", arguments->trace, "Every step, on standard error")
        ->excludes(explain);
    command->add_flag("--values", arguments->values, "Trace and explanation show values");
    command->add_flag("--xml", arguments->xml, "The result as XML");
    command->add_flag("--json", arguments->json, "The explanation as JSON");
    command->callback([arguments, &status] { status = runMap(*arguments); });
}

}  // namespace waymark::cli
