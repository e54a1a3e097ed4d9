#include "fhir/tree/xml_text.h"

namespace waymark::tree {
namespace {

std::string_view reference(char c, bool attribute) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '\r':
            return "&#13;";
        case '"':
            return attribute ? "&quot;" : "";
        case '\t':
            return attribute ? "&#9;" : "";
        case '\n':
            return attribute ? "&#10;" : "";
        default:
            return "";
    }
}

void append(std::string& out, std::string_view text, bool attribute) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view escaped = reference(text[i], attribute);
        if (escaped.empty()) continue;
        out.append(text, plain, i - plain);
        out += escaped;
        plain = i + 1;
    }
    out.append(text, plain);
}

}  // namespace

bool fitsXml(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
        if (c == 0xEF && (text.substr(i).starts_with("\xEF\xBF\xBE") ||
                          text.substr(i).starts_with("\xEF\xBF\xBF"))) {
            return false;
        }
    }
    return true;
}

void appendAttribute(std::string& out, std::string_view text) {
    append(out, text, true);
}

void appendXmlText(std::string& out, std::string_view text) {
    append(out, text, false);
}

}  // namespace waymark::tree
