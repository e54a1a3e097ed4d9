#include "gateway/referral/vocabulary.h"

#include <fmt/format.h>

namespace waymark::referral::vocabulary {
namespace {

constexpr std::string_view kValueSets = "https://waymark.health/fhir/ValueSet/";
constexpr std::string_view kEnding = "status-reason-ends-the-asking";

/// A value set that does not exist holds nothing: in that status no code may stand.
bool isIn(const terminology::Terminology& terminology, std::string_view valueSet,
          std::string_view system, std::string_view code) {
    const std::string url = fmt::format("{}{}", kValueSets, valueSet);
    return terminology.contains(url, system, code).value_or(false);
}

Result<void> checkCode(const terminology::Terminology& terminology, std::string_view system,
                       std::string_view kind, std::string_view path, std::string_view code,
                       Status status) {
    if (code.empty()) return {};
    const std::string set = fmt::format("{}-in-{}", kind, referral::code(status));
    if (isIn(terminology, set, system, code)) return {};
    const bool known = terminology.display(system, code).has_value();
    return fail(Kind::Unprocessable, known ? IssueType::BusinessRule : IssueType::CodeInvalid,
                known ? fmt::format("The code given may not stand with status {}. The value set "
                                    "{}{} lists those that may.",
                                    referral::code(status), kValueSets, set)
                      : fmt::format("The code given is not one of {}.", system),
                std::string(path));
}

}  // namespace

Result<void> checkBusinessStatus(const terminology::Terminology& terminology, std::string_view code,
                                 Status status) {
    return checkCode(terminology, kBusinessStatus, "business-status", "businessStatus", code,
                     status);
}

Result<void> checkReason(const terminology::Terminology& terminology, std::string_view code,
                         Status status) {
    return checkCode(terminology, kStatusReason, "status-reason", "reason.code", code, status);
}

bool endsTheAsking(const terminology::Terminology& terminology, std::string_view reason) {
    return isIn(terminology, kEnding, kStatusReason, reason);
}

}  // namespace waymark::referral::vocabulary
