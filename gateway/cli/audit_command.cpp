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
    std::string from;
    std::string to;
    bool json = false;
};

void print(const json::Value& account) {
    fmt::print("in {} = finished {} + open with a clock {} + refused {}{}\n", account["in"].text(),
               account["finished"].text(), account["openWithClock"].text(),
               account["refused"].text(),
               account["balanced"].asBoolean() == true
                   ? std::string()
                   : fmt::format(" + broken {}", account["broken"].text()));
    if (account["setAside"].text() != "0") {
        fmt::print("  {} of the open ones are set aside: only we can mend them\n",
                   account["setAside"].text());
    }
    for (const auto& breach : account["breaches"].items()) {
        fmt::print("  {}  {}\n", breach["id"].text(), breach["why"].text());
    }
}

Exit reconcile(const Arguments& arguments) {
    const auto admin = AdminClient::of(arguments.config);
    if (!admin) return Exit::CouldNotRun;
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) query += (query.empty() ? "?" : "&") + queryPart(name, value);
    };
    add("from", arguments.from);
    add("to", arguments.to);
    Exit status = Exit::Done;
    const auto body = admin->answer("GET", "/admin/reconcile" + query, {}, status);
    if (!body) return status;
    const auto account = json::Value::parse(*body, {.bytes = 16U * 1024 * 1024});
    if (!account) return Exit::CouldNotRun;
    if (arguments.json) {
        fmt::print("{}\n", *body);
    } else {
        print(*account);
    }
    return (*account)["balanced"].asBoolean() == true ? Exit::Done : Exit::No;
}

}  // namespace

void addAudit(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand("audit", "Prove what became of what came in");
    command->require_subcommand(1);
    auto* reconciled = command->add_subcommand(
        "reconcile",
        "in = finished + open with a clock + refused; 1 when it does not add up, with the "
        "referrals that break it");
    auto arguments = std::make_shared<Arguments>();
    addConfigOption(*reconciled, arguments->config);
    reconciled->add_option("--from", arguments->from, "What came in at or after this instant");
    reconciled->add_option("--to", arguments->to, "and before this one");
    reconciled->add_flag("--json", arguments->json, "As JSON");
    reconciled->callback([arguments, &status] { status = reconcile(*arguments); });
}

}  // namespace waymark::cli
