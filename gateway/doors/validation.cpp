#include "gateway/doors/validation.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace waymark::doors {
namespace {

constexpr std::string_view kNhsNumberRule = "nhs-number";
constexpr std::uint32_t kFindingsMax = 50;

bool names(const std::vector<std::string>& rules, std::string_view rule) {
    return std::ranges::find(rules, rule) != rules.end();
}

const config::Validation& policyOf(const Visit& visit) {
    return visit.snapshot->config->validationFor(visit.principal.id);
}

enum class Fate : std::uint8_t { Refuses, IsTold, IsKept };

Fate fateOf(const Issue& finding, const config::Validation& policy) {
    const bool isError = structure::hasErrors({&finding, 1});
    if (names(policy.reject, finding.code)) return Fate::Refuses;
    if (!isError) return names(policy.warn, finding.code) ? Fate::IsTold : Fate::IsKept;
    if (names(policy.warn, finding.code)) return Fate::IsTold;
    return policy.mode == config::Strictness::Reject ? Fate::Refuses : Fate::IsTold;
}

}  // namespace

Result<std::vector<Issue>> validateArrival(const Visit& visit, const tree::Document& document) {
    const config::Validation& policy = policyOf(visit);
    if (policy.mode == config::Strictness::Off) return std::vector<Issue>();
    structure::Options options;
    options.now = visit.request.received;
    options.limits.findings = kFindingsMax;
    auto findings = visit.snapshot->validator->validate(document, *visit.arena, options);
    std::vector<Issue> refusing;
    std::vector<Issue> told;
    for (Issue& finding : findings) {
        switch (fateOf(finding, policy)) {
            case Fate::Refuses:
                finding.severity = Severity::Error;
                refusing.push_back(std::move(finding));
                break;
            case Fate::IsTold:
                finding.severity = Severity::Warning;
                told.push_back(std::move(finding));
                break;
            case Fate::IsKept:
                break;
        }
    }
    if (refusing.empty()) return told;
    return std::unexpected(Failure(Kind::Unprocessable, std::move(refusing)));
}

bool refusesNhsNumber(const Visit& visit) {
    return names(policyOf(visit).reject, kNhsNumberRule);
}

}  // namespace waymark::doors
