#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/path/case_runner.h"
#include "fhir/path/expression.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/input.h"
#include "gateway/cli/path_text.h"
#include "gateway/cli/print.h"
#include "gateway/cli/system_world.h"

namespace waymark::cli {
namespace {

/// A person waits for it, not a practice; and a file may hold far more than a message.
constexpr path::Limits kToolLimits{.steps = 1'000'000'000,
                                   .results = 20'000'000,
                                   .depth = 256,
                                   .time = std::chrono::minutes(1),
                                   .bytes = std::size_t{4} << 30U};

struct Arguments {
    std::string expression;
    std::string file;
    std::string cases;
    std::string inputs;
    bool explain = false;
    bool json = false;
};

/// What trace() saw goes to standard error, so that the results stay alone.
class Traces final : public path::Services {
public:
    void trace(std::string_view name, const path::Collection& items) const override {
        for (const path::Value& item : items) {
            fmt::print(stderr, "{}: {}\n", name, resultLine(item));
        }
    }
};

Exit refuse(Failure failure) {
    for (Issue& issue : failure.issues) {
        if (issue.file.empty()) issue.file = "<expression>";
        issue.expression.clear();
    }
    printFailure(failure);
    return exitFor(failure);
}

/// Without a file only --explain has an answer.
Exit evaluate(const Arguments& arguments) {
    Input input;
    if (!arguments.file.empty()) {
        if (const auto read = input.read(arguments.file); !read) {
            printFailure(read.error());
            return exitFor(read.error());
        }
    }
    const tree::Element root = input.document.root;
    path::Scope scope;
    scope.model = &model::Model::r4();
    if (root) scope.focus = root.type();
    const auto expression = path::Expression::compile(arguments.expression, scope);
    if (!expression) return refuse(expression.error());
    if (arguments.explain) return printAll(planText(*expression, scope));

    const Traces traces;
    path::Environment environment;
    environment.now = SystemClock().now();
    environment.services = &traces;
    environment.limits = kToolLimits;
    tree::Arena arena;
    const auto items = expression->evaluate(root, environment, arena);
    if (!items) return refuse(items.error());
    return printAll(arguments.json ? resultsAsJson(*items) : resultLines(*items));
}

Exit runCases(const Arguments& arguments) {
    const std::filesystem::path cases = arguments.cases;
    const std::filesystem::path inputs = arguments.inputs.empty()
                                             ? cases.parent_path() / "inputs"
                                             : std::filesystem::path(arguments.inputs);
    const auto report = path::runCases(cases, inputs, model::Model::r4(), SystemClock().now());
    if (!report) {
        printFailure(report.error());
        return Exit::CouldNotRun;
    }
    const Exit printed = printAll(arguments.json ? reportAsJson(*report) : reportText(*report));
    if (printed != Exit::Done) return printed;
    return report->failures.empty() ? Exit::Done : Exit::No;
}

}  // namespace

void addFhirPath(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "fhirpath",
        "Evaluate a FHIRPath expression on a FHIR R4 resource: one result a line, its type, a tab, "
        "its value; 1 when the expression or the resource is wrong");
    auto arguments = std::make_shared<Arguments>();
    auto* expression = command->add_option("expression", arguments->expression, "The expression");
    auto* file = command->add_option("file", arguments->file, "JSON or XML; - for standard input");
    auto* cases = command->add_option("--cases", arguments->cases,
                                      "Run a file of cases instead; 1 when any of them fails");
    command
        ->add_option("--inputs", arguments->inputs,
                     "Folder of the cases' inputs (default: inputs, beside the file)")
        ->needs(cases);
    auto* explain = command->add_flag("--explain", arguments->explain,
                                      "Print the compiled plan and evaluate nothing");
    command->add_flag("--json", arguments->json, "Results as JSON")->excludes(explain);
    cases->excludes(expression)->excludes(file)->excludes(explain);
    command->callback([arguments, command, &status] {
        if (!arguments->cases.empty()) {
            status = runCases(*arguments);
        } else if (command->count("expression") == 0) {
            throw CLI::RequiredError("expression (or --cases)");
        } else if (arguments->file.empty() && !arguments->explain) {
            throw CLI::RequiredError("file (or --explain)");
        } else {
            status = evaluate(*arguments);
        }
    });
}

}  // namespace waymark::cli
