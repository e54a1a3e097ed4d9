// The reader of [validation]: what becomes of referrals in which validation finds errors.
#include <fmt/format.h>

#include <algorithm>

#include "config/draft.h"

namespace waymark::config {
namespace {

bool isRule(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

std::vector<std::string> readRules(Table& table, std::string_view key) {
    std::vector<std::string> rules;
    const auto written = table.texts(key);
    if (!written) return rules;
    for (const auto& rule : *written) {
        if (!isRule(rule.value)) {
            table.fault(rule.place,
                        "A rule is named as findings name it: \"per-1\", "
                        "\"binding-required\", \"nhs-number\".");
        }
        rules.push_back(rule.value);
    }
    return rules;
}

}  // namespace

Validation readValidation(Table& table) {
    Validation validation;
    validation.mode = table
                          .choice<Strictness>("mode", {{"reject", Strictness::Reject},
                                                       {"warn", Strictness::Warn},
                                                       {"off", Strictness::Off}})
                          .value_or(validation.mode);
    validation.reject = readRules(table, "reject");
    validation.warn = readRules(table, "warn");
    for (const std::string& rule : validation.warn) {
        if (std::ranges::find(validation.reject, rule) == validation.reject.end()) continue;
        table.fault(table.place(),
                    fmt::format("The rule \"{}\" stands in \"reject\" and in \"warn\".", rule));
    }
    return validation;
}

void readGeneralValidation(Table table, Config& config) {
    config.validation = readValidation(table);
    if (const auto packages = table.texts("packages")) {
        for (const auto& package : *packages) {
            const auto path = config.folder / package.value;
            std::error_code ignored;
            if (package.value.empty() || !std::filesystem::exists(path, ignored)) {
                table.fault(package.place,
                            fmt::format("There is no file or folder {}.", path.string()));
            }
            config.packages.push_back(path);
        }
    }
    table.finish();
}

}  // namespace waymark::config
