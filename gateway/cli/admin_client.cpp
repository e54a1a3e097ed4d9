#include "gateway/cli/admin_client.h"

#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "fhir/json/value.h"
#include "gateway/cli/print.h"

namespace waymark::cli {
namespace {

/// A reload compiles a whole mapping set.
constexpr std::chrono::seconds kPatience(120);
constexpr std::size_t kAnswerBytesMax = 16U * 1024 * 1024;

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

}  // namespace

std::unique_ptr<AdminClient> AdminClient::of(const std::filesystem::path& configFolder) {
    const auto config = config::load(configFolder);
    if (!config) {
        printFailure(config.error());
        return nullptr;
    }
    auto origin = operationsOrigin(**config);
    if (origin.empty()) {
        fmt::print(stderr, "error: no listener of the configuration serves operations\n");
        return nullptr;
    }
    return std::unique_ptr<AdminClient>(
        new AdminClient(std::move(origin), (*config)->operatorToken));
}

std::optional<AdminClient::Answer> AdminClient::ask(std::string method, std::string_view path,
                                                    std::string body) {
    net::ClientRequest request;
    request.method = std::move(method);
    request.url = fmt::format("{}{}", origin_, path);
    request.fields.set("Authorization", "Bearer " + token_.reveal());
    if (!body.empty()) request.fields.set("Content-Type", "application/json");
    request.body = std::move(body);
    request.allowLoopback = true;
    request.answerBytes = kAnswerBytesMax;
    request.timeout = kPatience;
    auto answer = fetcher_.fetch(std::move(request));
    if (answer.trouble != net::Trouble::None) {
        fmt::print(stderr, "error: the gateway's operations listener cannot be reached\n");
        return std::nullopt;
    }
    return Answer{.status = answer.status, .body = std::move(answer.body)};
}

std::optional<std::string> AdminClient::answer(std::string method, std::string_view path,
                                               std::string body, Exit& status) {
    auto given = ask(std::move(method), path, std::move(body));
    if (!given) {
        status = Exit::CouldNotRun;
        return std::nullopt;
    }
    if (given->status == 200) return std::move(given->body);
    const auto problem = json::Value::parse(given->body, {.bytes = kAnswerBytesMax});
    const auto detail = problem ? (*problem)["detail"].text() : std::string_view();
    fmt::print(stderr, "error: {}\n", detail.empty() ? "the gateway refused" : detail);
    const bool no = given->status == 404 || given->status == 400;
    status = no ? Exit::No : Exit::CouldNotRun;
    return std::nullopt;
}

void addConfigOption(CLI::App& command, std::filesystem::path& folder) {
    command.add_option("--config", folder, "The configuration's folder")
        ->envname("WAYMARK_CONFIG")
        ->required();
}

std::string queryPart(std::string_view name, std::string_view value) {
    std::string part(name);
    part += '=';
    for (const char c : value) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            part += c;
        } else {
            part += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return part;
}

}  // namespace waymark::cli
