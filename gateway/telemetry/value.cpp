#include "gateway/telemetry/value.h"

namespace waymark::telemetry {

namespace {

constexpr std::string_view kWithheld = "(withheld)";
constexpr std::size_t kNameMax = 96;
/// An NHS number has ten digits; a telephone number eleven.
constexpr std::size_t kDigitsInARowMax = 9;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) ||
           std::string_view("._:/{}$*-").find(c) != std::string_view::npos;
}

bool looksLikeAName(std::string_view text) {
    if (text.empty() || text.size() > kNameMax) return false;
    std::size_t digits = 0;
    for (const char c : text) {
        if (!isNameCharacter(c)) return false;
        digits = isDigit(c) ? digits + 1 : 0;
        if (digits > kDigitsInARowMax) return false;
    }
    return true;
}

bool looksLikeAUuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

}  // namespace

std::string_view Name::text() const {
    return looksLikeAName(text_) ? text_ : kWithheld;
}

std::string_view Id::text() const {
    return looksLikeAUuid(text_) ? text_ : kWithheld;
}

}  // namespace waymark::telemetry
