#include "gateway/cli/compile.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "gateway/cli/print.h"

namespace waymark::cli {
namespace {

/// A provider's format is a map of the set.
std::vector<Issue> unknownFormats(const config::Config& config, const mappings::Set& set) {
    std::vector<Issue> issues;
    for (const auto& provider : config.providers) {
        if (set.maps().has(provider.format)) continue;
        issues.push_back({.type = IssueType::NotFound,
                          .text = fmt::format("No map has the canonical {}.", provider.format),
                          .expression = {},
                          .at = provider.formatPlace.at,
                          .code = {},
                          .file = provider.formatPlace.file});
    }
    return issues;
}

/// R4, or R4 with the configured packages; what of them cannot be used is told as warnings.
Result<std::shared_ptr<const structure::Validator>> validatorFor(const config::Config& config) {
    if (config.packages.empty()) return structure::Validator::base();
    auto library = package::Library::load(config.packages);
    if (!library) return std::unexpected(std::move(library).error());
    std::vector<Issue> notes;
    auto validator = structure::Validator::make(std::move(*library), notes);
    for (const auto& note : notes) fmt::print(stderr, "{}\n", describe(note));
    return validator;
}

}  // namespace

std::filesystem::path dataFolder() {
    const char* folder = std::getenv("WAYMARK_DATA");
    return folder != nullptr && *folder != '\0' ? folder : WAYMARK_DATA_DIR;
}

Result<Compiled> compile(const std::filesystem::path& configFolder, const KnownSet& known) {
    auto written = config::load(configFolder);
    if (!written) return std::unexpected(std::move(written).error());
    auto authenticator = std::make_shared<const security::Authenticator>(**written);
    const auto config = config::withoutTokens(**written);
    auto files = mappings::readFolder(config->mappings.empty() ? dataFolder() / "mappings"
                                                               : config->mappings);
    if (!files) return std::unexpected(std::move(files).error());
    Compiled compiled{.snapshot = nullptr, .files = std::move(*files)};
    Result<std::shared_ptr<const mappings::Set>> set =
        known ? known(mappings::versionOf(compiled.files)) : nullptr;
    if (!*set) set = mappings::Set::compile(compiled.files);
    if (!set) return std::unexpected(std::move(set).error());
    auto intake = referral::Intake::make(*set, config);
    auto issues = unknownFormats(*config, **set);
    if (!intake) {
        for (auto& issue : intake.error().issues) issues.push_back(std::move(issue));
    }
    if (!issues.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(issues)));

    auto validator = validatorFor(*config);
    if (!validator) return std::unexpected(std::move(validator).error());

    auto snapshot = std::make_shared<doors::Snapshot>();
    snapshot->validator = std::move(*validator);
    snapshot->presenter = std::make_shared<referral::Presenter>(*set, config);
    snapshot->lifecycle = std::make_shared<referral::Lifecycle>(*set, config);
    snapshot->intake = std::move(*intake);
    snapshot->config = config;
    snapshot->set = std::move(*set);
    snapshot->authenticator = std::move(authenticator);
    compiled.snapshot = std::move(snapshot);
    return compiled;
}

}  // namespace waymark::cli
