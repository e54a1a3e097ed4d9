#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/value.h"
#include "gateway/cli/admin_client.h"
#include "gateway/cli/commands.h"
#include "gateway/simulate/timeline_text.h"

namespace waymark::cli {
namespace {

constexpr json::DocumentLimits kLimits{.bytes = 16U * 1024 * 1024, .depth = 32, .values = 500'000};

struct Arguments {
    std::filesystem::path config;
    std::string id;
    bool json = false;
    bool apply = false;
};

Exit show(const Arguments& arguments) {
    const auto admin = AdminClient::of(arguments.config);
    if (!admin) return Exit::CouldNotRun;
    Exit status = Exit::Done;
    const auto body = admin->answer("GET", "/admin/referrals/" + arguments.id, {}, status);
    if (!body) return status;
    if (arguments.json) {
        fmt::print("{}\n", *body);
        return status;
    }
    const auto timeline = json::Value::parse(*body, kLimits);
    if (timeline) fmt::print("{}", simulate::timelineText(*timeline));
    return timeline ? status : Exit::CouldNotRun;
}

Exit remap(const Arguments& arguments) {
    const auto admin = AdminClient::of(arguments.config);
    if (!admin) return Exit::CouldNotRun;
    Exit status = Exit::Done;
    const auto path = fmt::format("/admin/referrals/{}/remap{}", arguments.id,
                                  arguments.apply ? "?apply=true" : "");
    const auto body = admin->answer("POST", path, {}, status);
    if (!body) return status;
    const auto report = json::Value::parse(*body, kLimits);
    if (!report) return Exit::CouldNotRun;
    const auto& answer = *report;
    if (arguments.json) {
        fmt::print("{}\n", *body);
    } else {
        fmt::print("{}: mapped by {}, now by {}: {}\n", answer["id"].text(),
                   answer["setVersion"].text(), answer["mappings"].text(),
                   answer["outcome"].text());
        if (!answer["rule"].text().empty()) fmt::print("  {}\n", answer["rule"].text());
        for (const auto& each : answer["differences"].items()) {
            fmt::print("  {:<8} {}\n", each["change"].text(), each["path"].text());
        }
    }
    const auto outcome = answer["outcome"].text();
    return outcome == "same" || outcome == "mended" || outcome == "would-mend" ? Exit::Done
                                                                               : Exit::No;
}

}  // namespace

void addReferrals(CLI::App& program, Exit& status) {
    auto* command =
        program.add_subcommand("referrals", "Look at the referrals of a running gateway");
    command->require_subcommand(1);
    auto arguments = std::make_shared<Arguments>();
    const auto add = [&](const char* name, const char* help) {
        auto* made = command->add_subcommand(name, help);
        made->add_option("id", arguments->id, "The referral's id")->required();
        addConfigOption(*made, arguments->config);
        made->add_flag("--json", arguments->json, "As JSON");
        return made;
    };
    add("show", "A referral's timeline")->callback([arguments, &status] {
        status = show(*arguments);
    });
    auto* remapped = add("remap",
                         "Map its stored message by the set that runs now, and say where that "
                         "differs; 1 when it differs or cannot be mapped");
    remapped->add_flag("--apply", arguments->apply, "Take it up when it was set aside");
    remapped->callback([arguments, &status] { status = remap(*arguments); });
}

}  // namespace waymark::cli
