#include "fhir/tree/resource_type_scan.h"

#include <algorithm>
#include <utility>

#include "fhir/core/utf8.h"

namespace waymark::tree {
namespace {

constexpr std::string_view kResourceType = "resourceType";
constexpr std::size_t kDeepest = 4096;  // beyond every configurable depth

char32_t hexadecimal(std::string_view digits) {
    char32_t value = 0;
    for (const char c : digits) {
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        value = value * 16 + static_cast<char32_t>(digit & 0x0F);
    }
    return value;
}

}  // namespace

std::optional<std::string_view> ResourceTypeScan::find(std::size_t firstKey) {
    if (firstKey >= scannedTo_) scan(firstKey);
    for (const Found& found : found_) {
        if (found.firstKey == firstKey) return found.type;
    }
    return std::nullopt;
}

void ResourceTypeScan::scan(std::size_t firstKey) {
    levels_.assign(1, {.firstKey = firstKey, .isObject = true});
    std::size_t at = endOfString(firstKey) + 1;
    while (at < body_.size() && !levels_.empty() && levels_.size() < kDeepest) {
        const char c = body_[at++];
        if (c == '{' || c == '[') {
            levels_.push_back({.firstKey = 0, .isObject = c == '{'});
        } else if (c == '}' || c == ']') {
            levels_.pop_back();
        } else if (c == '"' && !string(at)) {
            break;
        }
    }
    scannedTo_ = at;
}

bool ResourceTypeScan::string(std::size_t& at) {
    const std::size_t begin = at;
    const std::size_t end = endOfString(at);
    at = end + 1;
    const std::size_t colon = skipBlanks(at);
    Level& level = levels_.back();
    if (!level.isObject || colon >= body_.size() || body_[colon] != ':') return true;
    if (level.firstKey == 0) level.firstKey = begin;
    if (decode(body_.substr(begin, end - begin)) != kResourceType) return true;
    const std::size_t quote = skipBlanks(colon + 1);
    if (quote >= body_.size() || body_[quote] != '"') return true;
    const std::size_t valueEnd = endOfString(quote + 1);
    found_.push_back({level.firstKey, decode(body_.substr(quote + 1, valueEnd - quote - 1))});
    at = valueEnd + 1;
    return levels_.size() > 1;
}

std::size_t ResourceTypeScan::endOfString(std::size_t at) const {
    while (at < body_.size() && body_[at] != '"') at += body_[at] == '\\' ? 2 : 1;
    return std::min(at, body_.size());
}

std::size_t ResourceTypeScan::skipBlanks(std::size_t at) const {
    at = body_.find_first_not_of(" \t\r\n", at);
    return std::min(at, body_.size());
}

/// A string's text; escapes that a name cannot have are left as they are.
std::string_view ResourceTypeScan::decode(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos || raw.size() > 6 * 64) return raw;
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const bool unit = raw.substr(i).starts_with("\\u") && raw.size() - i >= 6;
        const char32_t codePoint = unit ? hexadecimal(raw.substr(i + 2, 4)) : 0;
        if (!unit || codePoint >= 0x80) {
            text.push_back(raw[i]);
            continue;
        }
        appendUtf8(text, codePoint);
        i += 5;
    }
    return decoded_.emplace_front(std::move(text));
}

}  // namespace waymark::tree
