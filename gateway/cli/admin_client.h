// How a command speaks to the running gateway: the admin API of its operations listener, with the
// operator's token. Prints what is wrong. One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "config/config.h"
#include "gateway/cli/commands.h"
#include "gateway/simulate/fetch.h"

namespace waymark::cli {

class AdminClient {
public:
    /// Nothing, after a word on standard error, when the configuration cannot be read or has no
    /// operations listener.
    static std::unique_ptr<AdminClient> of(const std::filesystem::path& configFolder);

    struct Answer {
        unsigned status = 0;
        std::string body;
    };
    /// Nothing, after a word on standard error, when the gateway cannot be reached.
    std::optional<Answer> ask(std::string method, std::string_view path, std::string body = {});
    /// The same for what must be 200: else its reason is printed, and `status` says what the
    /// command ends with.
    std::optional<std::string> answer(std::string method, std::string_view path, std::string body,
                                      Exit& status);

private:
    AdminClient(std::string origin, config::Secret token)
        : origin_(std::move(origin)), token_(std::move(token)) {}

    std::string origin_;
    config::Secret token_;
    simulate::Fetcher fetcher_;
};

/// --config, required, or WAYMARK_CONFIG.
void addConfigOption(CLI::App& command, std::filesystem::path& folder);

/// "name=value" for a query, escaped.
[[nodiscard]] std::string queryPart(std::string_view name, std::string_view value);

}  // namespace waymark::cli
