#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/value.h"
#include "fhir/map/case_runner.h"
#include "fhir/package/structure_definition.h"
#include "gateway/cli/junit.h"
#include "gateway/cli/map_commands.h"
#include "gateway/cli/print.h"
#include "gateway/cli/system_world.h"
#include "gateway/crypto/random.h"
#include "mappings/example.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path place;
    fs::path set;
    std::vector<fs::path> with;
    fs::path cases;
    fs::path junit;
    bool update = false;
    bool json = false;
};

std::string faultsOf(const Failure& failure) {
    std::string out;
    for (const Issue& issue : failure.issues) {
        if (!out.empty()) out += '\n';
        out += describe(issue);
    }
    return out;
}

std::string differs(const std::string& committed, const std::string& made) {
    json::DocumentLimits limits;
    limits.bytes = 16U * 1024 * 1024;
    limits.depth = 128;
    limits.values = 1'000'000;
    const auto expected = json::Value::parse(committed, limits);
    const auto actual = json::Value::parse(made, limits);
    if (!expected)
        return "the committed output is no JSON: " + std::string(expected.error().text());
    std::string difference;
    return actual && map::sameJson(*expected, *actual, difference) ? std::string() : difference;
}

/// One example: its fault, or nothing.
std::string test(const mappings::Example& example, const mappings::Workshop& workshop,
                 bool update) {
    mappings::ExampleRun run(workshop);
    if (auto done = run.read(example); !done) return faultsOf(done.error());
    const auto made = run.run();
    if (!made) return faultsOf(made.error());
    const std::string text = mappings::shown(*made, workshop.model());
    const fs::path file = example.file(".out.json");
    const auto committed = mappings::readText(file);
    if (!update && !committed)
        return fmt::format("{} is missing; --update writes it, then read it", file.string());
    if (committed) {
        std::string difference = differs(*committed, text);
        if (difference.empty() || !update) return difference;
    }
    std::ofstream stream(file, std::ios::binary);
    stream << text << std::flush;
    if (!stream.good()) return fmt::format("{} cannot be written", file.string());
    fmt::print("wrote {}\n", file.string());
    return {};
}

Exit report(const Arguments& arguments, const std::vector<Checked>& all) {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    for (const Checked& each : all) {
        if (each.skipped)
            ++skipped;
        else if (each.fault.empty())
            ++passed;
        else
            ++failed;
        if (each.fault.empty() || arguments.json) continue;
        fmt::print("{} {}/{}: {}\n", each.skipped ? "skipped" : "FAILED", each.suite, each.name,
                   each.fault);
    }
    if (arguments.json) {
        std::string out;
        json::Writer writer(out);
        writer.beginObject().member("passed", passed).member("failed", failed);
        writer.member("skipped", skipped).key("cases").beginArray();
        for (const Checked& each : all) {
            writer.beginObject().member("suite", each.suite).member("name", each.name);
            writer.member("outcome", each.skipped         ? "skipped"
                                     : each.fault.empty() ? "passed"
                                                          : "failed");
            writer.memberUnlessEmpty("detail", each.fault).endObject();
        }
        writer.endArray().endObject();
        fmt::print("{}\n", out);
    } else {
        if (skipped > 0) fmt::print("{} skipped\n", skipped);
        fmt::print("{} passed, {} failed\n", passed, failed);
    }
    if (!arguments.junit.empty()) {
        if (auto done = writeJunit(arguments.junit, "waymark map test", all); !done) {
            printFailure(done.error());
            return Exit::CouldNotRun;
        }
    }
    return failed == 0 ? Exit::Done : Exit::No;
}

Exit testCases(const Arguments& arguments) {
    const auto text = mappings::readText(arguments.cases);
    if (!text) {
        printFailure(text.error());
        return Exit::CouldNotRun;
    }
    SystemClock clock;
    crypto::SystemRandom random;
    const auto ran = map::runCases(*text, {.model = &model::Model::r4(),
                                           .logicalModel = package::logicalModel,
                                           .random = &random,
                                           .now = clock.now()});
    if (!ran) {
        printFailure(ran.error());
        return Exit::CouldNotRun;
    }
    std::vector<Checked> all;
    for (const map::CaseResult& result : ran->results)
        all.push_back({.suite = "cases",
                       .name = result.id,
                       .fault = result.detail,
                       .skipped = result.outcome == map::CaseResult::Outcome::Skipped});
    return report(arguments, all);
}

Exit testExamples(const Arguments& arguments) {
    const auto workshop = mappings::Workshop::open(
        arguments.set.empty() ? arguments.place : arguments.set, arguments.with);
    if (!workshop) {
        printIssues(workshop.error().issues, mappings::Workshop::setFolder(arguments.place));
        return exitOf(workshop.error());
    }
    const std::vector<mappings::Example> examples = mappings::examplesBelow(arguments.place);
    if (examples.empty()) {
        fmt::print(stderr, "error: {} holds no examples: expected examples/<map>/<case>.in.json\n",
                   arguments.place.string());
        return Exit::CouldNotRun;
    }
    std::vector<Checked> all;
    for (const mappings::Example& example : examples)
        all.push_back({.suite = example.map,
                       .name = example.name,
                       .fault = test(example, *workshop, arguments.update)});
    return report(arguments, all);
}

}  // namespace

void addMapTest(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand(
        "test", "Run the examples beside maps and compare what they make; 1 when one differs");
    auto arguments = std::make_shared<Arguments>();
    auto* place = command->add_option("place", arguments->place,
                                      "A set, a provider's folder, or any folder with examples");
    command->add_option("--set", arguments->set, "The set whose maps are run");
    command->add_option("--with", arguments->with, "Models, codes and maps that are in no set");
    auto* cases = command->add_option("--cases", arguments->cases,
                                      "A file of conformance cases instead of a folder");
    command->add_option("--junit", arguments->junit, "Write the results as JUnit XML too");
    command->add_flag("--update", arguments->update,
                      "Write the outputs that differ or are missing");
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback([arguments, place, cases, &status] {
        if (place->count() + cases->count() != 1)
            throw CLI::ValidationError("map test", "name a folder, or a file with --cases");
        status = arguments->cases.empty() ? testExamples(*arguments) : testCases(*arguments);
    });
}

}  // namespace waymark::cli
