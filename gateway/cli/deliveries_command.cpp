#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/value.h"
#include "fhir/json/writer.h"
#include "gateway/cli/admin_client.h"
#include "gateway/cli/commands.h"

namespace waymark::cli {
namespace {

constexpr json::DocumentLimits kLimits{.bytes = 16U * 1024 * 1024, .depth = 16, .values = 500'000};

struct Arguments {
    std::filesystem::path config;
    std::string act;
    std::string id;
    std::string provider;
    std::string referral;
    std::string state;
    std::string from;
    std::string to;
    std::string after;
    unsigned limit = 0;
    double rate = 0;
    bool dryRun = false;
    bool json = false;

    /// The filters that were given, by their names in the admin API.
    [[nodiscard]] std::vector<std::pair<std::string_view, std::string>> filters() const {
        std::vector<std::pair<std::string_view, std::string>> given;
        const auto add = [&](std::string_view name, const std::string& value) {
            if (!value.empty()) given.emplace_back(name, value);
        };
        add("id", act == "list" ? "" : id);
        add("provider", provider);
        add("referral", referral);
        add("state", state);
        add("from", from);
        add("to", to);
        add("after", after);
        if (limit > 0) given.emplace_back("limit", std::to_string(limit));
        return given;
    }
};

void printRow(const json::Value& row) {
    fmt::print("{}  {:<10}{:<24}{:<10}{} {}{}\n", row["id"].text(), row["state"].text(),
               row["provider"].text(), row["kind"].text(), row["attempts"].text(),
               row["attempts"].text() == "1" ? "attempt" : "attempts",
               row["problem"].text().empty() ? "" : fmt::format(", {}", row["problem"].text()));
    fmt::print("    {}\n", row["nextStep"].text());
}

/// Prints the answer, or what print() makes of it.
template <class Print>
Exit tell(const std::string& body, bool asIs, Print print) {
    if (asIs) {
        fmt::print("{}\n", body);
        return Exit::Done;
    }
    const auto value = json::Value::parse(body, kLimits);
    if (!value) return Exit::CouldNotRun;
    print(*value);
    return Exit::Done;
}

Exit list(AdminClient& admin, const Arguments& arguments) {
    std::string query;
    for (const auto& [name, value] : arguments.filters()) {
        query += (query.empty() ? "?" : "&") + queryPart(name, value);
    }
    Exit status = Exit::Done;
    const auto body = admin.answer("GET", "/admin/deliveries" + query, {}, status);
    if (!body) return status;
    return tell(*body, arguments.json, [](const json::Value& page) {
        for (const auto& row : page["deliveries"].items()) printRow(row);
        if (!page["next"].text().empty()) {
            fmt::print("more: --after {}\n", page["next"].text());
        }
    });
}

Exit show(AdminClient& admin, const Arguments& arguments) {
    Exit status = Exit::Done;
    const auto body = admin.answer("GET", "/admin/deliveries/" + arguments.id, {}, status);
    if (!body) return status;
    return tell(*body, arguments.json, printRow);
}

Exit change(AdminClient& admin, const Arguments& arguments) {
    std::string order;
    json::Writer writer(order);
    writer.beginObject();
    for (const auto& [name, value] : arguments.filters()) writer.member(name, value);
    if (arguments.rate > 0) writer.key("rate").number(arguments.rate);
    if (arguments.dryRun) writer.member("dryRun", true);
    writer.endObject();
    Exit status = Exit::Done;
    const auto body = admin.answer("POST", "/admin/deliveries/" + arguments.act, order, status);
    if (!body) return status;
    const auto report = json::Value::parse(*body, kLimits);
    if (!report) return Exit::CouldNotRun;
    if (arguments.json) {
        fmt::print("{}\n", *body);
    } else {
        for (const auto& row : (*report)["deliveries"].items()) {
            fmt::print("{}  {:<24}{}{}\n", row["id"].text(), row["provider"].text(),
                       row["outcome"].text(),
                       row["why"].text().empty() ? "" : fmt::format(": {}", row["why"].text()));
        }
        fmt::print("{} of {} {}\n", (*report)["changed"].text(), (*report)["matched"].text(),
                   arguments.dryRun ? "would be changed" : "changed");
        if ((*report)["more"].asBoolean() == true) fmt::print("there are more: run it again\n");
    }
    return (*report)["changed"].text() == "0" ? Exit::No : Exit::Done;
}

Exit carryOut(const Arguments& arguments) {
    const auto admin = AdminClient::of(arguments.config);
    if (!admin) return Exit::CouldNotRun;
    if (arguments.act == "list") return list(*admin, arguments);
    if (arguments.act == "show") return show(*admin, arguments);
    return change(*admin, arguments);
}

}  // namespace

void addDeliveries(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand(
        "deliveries", "What is on its way to providers, what was given up, and sending it again");
    command->require_subcommand(1);
    const auto add = [&](const char* act, const char* help, bool changes) {
        auto* made = command->add_subcommand(act, help);
        auto arguments = std::make_shared<Arguments>();
        arguments->act = act;
        addConfigOption(*made, arguments->config);
        made->add_flag("--json", arguments->json, "As JSON");
        made->callback([arguments, &status] { status = carryOut(*arguments); });
        if (arguments->act == "show") {
            made->add_option("id", arguments->id, "The delivery's id")->required();
            return;
        }
        if (changes) made->add_option("id", arguments->id, "One delivery");
        made->add_option("--provider", arguments->provider, "Those to this provider");
        made->add_option("--referral", arguments->referral, "Those of this referral");
        made->add_option("--state", arguments->state, "due, delivered, dead, held, dropped");
        made->add_option("--from", arguments->from, "Asked for at or after this instant");
        made->add_option("--to", arguments->to, "and before this one");
        made->add_option("--after", arguments->after, "Those after this id: the next page");
        made->add_option("--limit", arguments->limit, "At most so many");
        if (!changes) return;
        made->add_flag("--dry-run", arguments->dryRun, "Only say what would be changed");
        if (arguments->act == "hold") return;
        made->add_option("--rate", arguments->rate, "At most so many a second");
    };
    add("list", "Deliveries, oldest first", false);
    add("show", "One delivery: the reason, the attempts, the next step", false);
    add("replay", "Send again, the same bytes under the same key; 1 when there is none to", true);
    add("hold", "Keep from being sent; 1 when there is none to", true);
    add("release", "Send what was held; 1 when there is none to", true);
}

}  // namespace waymark::cli
