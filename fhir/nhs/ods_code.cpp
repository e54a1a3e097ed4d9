#include "fhir/nhs/ods_code.h"

#include <utility>

namespace waymark::nhs {

Result<OdsCode> OdsCode::parse(std::string_view text) {
    std::string code;
    for (const char c : text) {
        const bool lower = c >= 'a' && c <= 'z';
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!lower && !plain) code.clear();
        if (!lower && !plain) break;
        code.push_back(lower ? static_cast<char>(c - 'a' + 'A') : c);
    }
    if (code.size() < 3 || code.size() > 12) {
        return fail(Kind::Unprocessable, IssueType::Value,
                    "An ODS code has 3 to 12 letters and digits.");
    }
    return OdsCode(std::move(code));
}

}  // namespace waymark::nhs
