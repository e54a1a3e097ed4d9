#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "config/config.h"
#include "fhir/json/value.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/print.h"
#include "gateway/simulate/fetch.h"
#include "gateway/simulate/timeline_text.h"

namespace waymark::cli {
namespace {

struct Arguments {
    std::filesystem::path config;
    std::string id;
    bool json = false;
};

/// The operations listener of the configuration, as this machine reaches it.
std::string operationsOrigin(const config::Config& config) {
    for (const auto& listener : config.listeners) {
        for (const auto audience : listener.audiences) {
            if (audience != config::Audience::Operations) continue;
            return fmt::format("{}://{}:{}", listener.certificate.empty() ? "http" : "https",
                               listener.address, listener.port);
        }
    }
    return {};
}

Exit show(const Arguments& arguments) {
    const auto config = config::load(arguments.config);
    if (!config) {
        printFailure(config.error());
        return Exit::CouldNotRun;
    }
    simulate::Fetcher fetcher;
    net::ClientRequest request;
    request.method = "GET";
    request.url = fmt::format("{}/admin/referrals/{}", operationsOrigin(**config), arguments.id);
    request.fields.set("Authorization", "Bearer " + (*config)->operatorToken.reveal());
    request.allowLoopback = true;
    request.answerBytes = 16 * 1024 * 1024;
    const auto answer = fetcher.fetch(std::move(request));
    if (answer.trouble != net::Trouble::None) {
        fmt::print(stderr, "error: the gateway's operations listener cannot be reached\n");
        return Exit::CouldNotRun;
    }
    const auto body = json::Value::parse(answer.body, {.bytes = 16 * 1024 * 1024});
    if (answer.status != 200) {
        const auto detail = body ? (*body)["detail"].text() : std::string_view();
        fmt::print(stderr, "error: {}\n", detail.empty() ? "the gateway refused" : detail);
        return answer.status == 404 ? Exit::No : Exit::CouldNotRun;
    }
    if (arguments.json) {
        fmt::print("{}\n", answer.body);
    } else if (body) {
        fmt::print("{}", simulate::timelineText(*body));
    }
    return Exit::Done;
}

}  // namespace

void addReferrals(CLI::App& program, Exit& status) {
    auto* command =
        program.add_subcommand("referrals", "Look at the referrals of a running gateway");
    command->require_subcommand(1);
    auto* shown = command->add_subcommand("show", "A referral's timeline");
    auto arguments = std::make_shared<Arguments>();
    shown->add_option("id", arguments->id, "The referral's id")->required();
    shown->add_option("--config", arguments->config, "The configuration's folder")
        ->envname("WAYMARK_CONFIG")
        ->required();
    shown->add_flag("--json", arguments->json, "As JSON");
    shown->callback([arguments, &status] { status = show(*arguments); });
}

}  // namespace waymark::cli
