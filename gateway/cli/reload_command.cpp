#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/value.h"
#include "gateway/cli/admin_client.h"
#include "gateway/cli/commands.h"

namespace waymark::cli {
namespace {

struct Arguments {
    std::filesystem::path config;
    bool json = false;
};

void printFaults(const json::Value& report) {
    for (const auto& fault : report["faults"].items()) {
        std::string line;
        if (!fault["file"].text().empty()) line += fmt::format("{}:", fault["file"].text());
        if (!fault["line"].text().empty()) {
            line += fmt::format("{}:{}:", fault["line"].text(), fault["column"].text());
        }
        if (!line.empty()) line += ' ';
        line += "error: ";
        if (!fault["code"].text().empty()) line += fmt::format("{}: ", fault["code"].text());
        line += fault["text"].text();
        if (!fault["rule"].text().empty()) line += fmt::format(" [{}]", fault["rule"].text());
        fmt::print(stderr, "{}\n", line);
    }
}

Exit reload(const Arguments& arguments) {
    const auto admin = AdminClient::of(arguments.config);
    if (!admin) return Exit::CouldNotRun;
    const auto answer = admin->ask("POST", "/admin/reload");
    if (!answer) return Exit::CouldNotRun;
    const auto report = json::Value::parse(answer->body, {.bytes = 16U * 1024 * 1024});
    const bool good = answer->status == 200;
    if (!report || (!good && answer->status != 422)) {
        const auto detail = report ? (*report)["detail"].text() : std::string_view();
        fmt::print(stderr, "error: {}\n", detail.empty() ? "the gateway refused" : detail);
        return Exit::CouldNotRun;
    }
    if (arguments.json) {
        fmt::print("{}\n", answer->body);
        return good ? Exit::Done : Exit::No;
    }
    printFaults(*report);
    fmt::print("{}: mappings {}\n", good ? "reloaded" : "refused, nothing was changed",
               (*report)["mappings"].text());
    for (const auto& key : (*report)["needsRestart"].items()) {
        fmt::print("  {} has changed and needs a restart\n", key.text());
    }
    if (const auto mended = (*report)["remapped"].asInteger(); mended && *mended > 0) {
        fmt::print("  {} set aside before {} been taken up\n", *mended,
                   *mended == 1 ? "has" : "have");
    }
    return good ? Exit::Done : Exit::No;
}

}  // namespace

void addReload(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "reload",
        "Have a running gateway read configuration and mappings again; 1 when they have faults and "
        "nothing was changed");
    auto arguments = std::make_shared<Arguments>();
    addConfigOption(*command, arguments->config);
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback([arguments, &status] { status = reload(*arguments); });
}

}  // namespace waymark::cli
