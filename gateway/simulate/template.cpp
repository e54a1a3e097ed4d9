#include "gateway/simulate/template.h"

#include <algorithm>

#include <fmt/format.h>

namespace waymark::simulate {
namespace {

bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

}  // namespace

Result<std::string> fill(std::string_view text, const std::map<std::string, std::string>& values) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto open = text.find('@', at);
        out += text.substr(at, open - at);
        if (open == std::string_view::npos) break;
        const auto close = text.find('@', open + 1);
        const auto name = close == std::string_view::npos ? std::string_view()
                                                          : text.substr(open + 1, close - open - 1);
        if (name.empty() || !std::ranges::all_of(name, isNameCharacter)) {
            out += '@';
            at = open + 1;
            continue;
        }
        const auto value = values.find(std::string(name));
        if (value == values.end()) {
            return fail(Kind::Fault, IssueType::NotFound,
                        fmt::format("A demo template asks for {}, which nobody fills.", name));
        }
        out += value->second;
        at = close + 1;
    }
    return out;
}

std::set<std::string> secretFiles(std::string_view text) {
    constexpr std::string_view kOpen = "{ file = \"";
    std::set<std::string> files;
    for (auto at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at)) {
        at += kOpen.size();
        const auto end = text.find('"', at);
        if (end == std::string_view::npos) break;
        files.emplace(text.substr(at, end - at));
    }
    return files;
}

}  // namespace waymark::simulate
