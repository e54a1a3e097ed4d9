#include "fhir/nhs/postcode.h"

#include <utility>

namespace waymark::nhs {
namespace {

/// The text with letters as A and digits as 9.
std::string formOf(std::string_view text) {
    std::string form;
    for (const char c : text) form.push_back(c >= '0' && c <= '9' ? '9' : 'A');
    return form;
}

bool isOutward(std::string_view text) {
    const std::string form = formOf(text);
    return form == "A9" || form == "A99" || form == "A9A" || form == "AA9" || form == "AA99" ||
           form == "AA9A" || text == "GIR";
}

bool isInward(std::string_view text) {
    // These letters look too much like others to stand in the inward part; ODS uses them in ZZ99.
    return formOf(text) == "9AA" && text.find_first_of("CIKMOV") == std::string_view::npos;
}

}  // namespace

Result<Postcode> Postcode::parse(std::string_view text) {
    const auto refused = [] {
        return fail(Kind::Unprocessable, IssueType::Value,
                    "A postcode has an outward part and an inward part, such as LS1 4AP.");
    };
    std::string code;
    std::size_t space = std::string::npos;
    for (const char c : text) {
        if (c == ' ') {
            if (space != std::string::npos && space != code.size()) return refused();
            space = code.size();
            continue;
        }
        const bool lower = c >= 'a' && c <= 'z';
        if (!lower && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) return refused();
        code.push_back(lower ? static_cast<char>(c - 'a' + 'A') : c);
    }
    if (code.size() < 5 || code.size() > 7) return refused();
    if (space != std::string::npos && space + 3 != code.size()) return refused();
    std::string inward = code.substr(code.size() - 3);
    code.resize(code.size() - 3);
    const bool pseudo = code == "ZZ99" && formOf(inward) == "9AA";
    if (!pseudo && (!isOutward(code) || !isInward(inward))) return refused();
    return Postcode(std::move(code), std::move(inward));
}

}  // namespace waymark::nhs
