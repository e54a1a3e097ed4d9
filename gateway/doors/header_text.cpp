#include "gateway/doors/header_text.h"

namespace waymark::doors {

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::vector<std::string_view> splitAny(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (quoted || separators.find(text[i]) == std::string_view::npos) continue;
        parts.push_back(trim(text.substr(begin, i - begin)));
        begin = i + 1;
    }
    parts.push_back(trim(text.substr(begin)));
    return parts;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    return splitAny(text, std::string_view(&separator, 1));
}

std::string_view unquote(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

}  // namespace waymark::doors
