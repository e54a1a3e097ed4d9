#include "fhir/nhs/nhs_number.h"

#include <cstddef>
#include <utility>

namespace waymark::nhs {

Result<NhsNumber> NhsNumber::parseUnchecked(std::string_view text) {
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool separates = c == ' ' || c == '-';
        if (separates && (digits.size() == 3 || digits.size() == 6) && text[i - 1] != c) continue;
        if (c < '0' || c > '9' || digits.size() == 10) {
            digits.clear();
            break;
        }
        digits.push_back(c);
    }
    if (digits.size() != 10) {
        return fail(Kind::Unprocessable, IssueType::Value, "An NHS number has ten digits.");
    }
    return NhsNumber(std::move(digits));
}

Result<NhsNumber> NhsNumber::parse(std::string_view text) {
    auto number = parseUnchecked(text);
    if (number && !number->checks()) {
        return fail(Kind::Unprocessable, IssueType::Value,
                    "The check digit of the NHS number is wrong (modulus 11).");
    }
    return number;
}

bool NhsNumber::checks() const {
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (digits_[static_cast<std::size_t>(i)] - '0') * (10 - i);
    const int remainder = 11 - sum % 11;
    const int wanted = remainder == 11 ? 0 : remainder;  // 10 is never valid
    return wanted == digits_[9] - '0';
}

}  // namespace waymark::nhs
