#include "fhir/model/lines.h"

namespace waymark::model {
namespace {

constexpr std::string_view kCodes =
#include "fhir/model/r4_codes.inc"
    ;

constexpr std::string_view kBindings =
#include "fhir/model/r4_bindings.inc"
    ;

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string valueSetUrl(std::string_view written) {
    if (!written.starts_with('~')) return std::string(written);
    std::string url = "http://hl7.org/fhir/ValueSet/";
    url += written.substr(1);
    return url;
}

std::string_view codeLines() {
    return kCodes;
}
std::string_view bindingLines() {
    return kBindings;
}

}  // namespace waymark::model
