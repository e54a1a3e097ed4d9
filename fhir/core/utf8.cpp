#include "fhir/core/utf8.h"

#include <cstring>

namespace waymark {

std::size_t validUtf8Prefix(std::string_view text) {
    const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = begin + text.size();
    const unsigned char* at = begin;
    while (at < end) {
        std::uint64_t word = 0;
        while (end - at >= 8) {
            std::memcpy(&word, at, 8);
            if (word & 0x8080808080808080ULL) break;
            at += 8;
        }
        if (at == end) break;
        const unsigned length = utf8Length(at, end);
        if (length == 0) break;
        at += length;
    }
    return static_cast<std::size_t>(at - begin);
}

void appendUtf8(std::string& out, char32_t codePoint) {
    const auto tail = [&](unsigned shift) {
        out.push_back(static_cast<char>(0x80U | ((codePoint >> shift) & 0x3FU)));
    };
    if (codePoint < 0x80) {
        out.push_back(static_cast<char>(codePoint));
    } else if (codePoint < 0x800) {
        out.push_back(static_cast<char>(0xC0U | (codePoint >> 6U)));
        tail(0);
    } else if (codePoint < 0x10000) {
        out.push_back(static_cast<char>(0xE0U | (codePoint >> 12U)));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xF0U | (codePoint >> 18U)));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::string replaceInvalidUtf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t valid = validUtf8Prefix(text);
        out += text.substr(0, valid);
        if (valid == text.size()) break;
        appendUtf8(out, 0xFFFD);
        text.remove_prefix(valid + 1);
    }
    return out;
}

}  // namespace waymark
