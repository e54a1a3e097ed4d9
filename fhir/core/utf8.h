// UTF-8 (RFC 3629), checked: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark {

/// The length of the longest prefix that is valid UTF-8: text.size() when all of it is.
[[nodiscard]] std::size_t validUtf8Prefix(std::string_view text);
[[nodiscard]] inline bool isUtf8(std::string_view text) {
    return validUtf8Prefix(text) == text.size();
}

/// Bytes of the valid sequence at `at` (1 to 4), 0 when it is not valid or cut off at `end`.
[[nodiscard]] inline unsigned utf8Length(const unsigned char* at, const unsigned char* end) {
    const unsigned char lead = *at;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const auto continues = [](unsigned char c) { return (c & 0xC0U) == 0x80U; };
    const auto left = end - at;
    if (lead < 0xE0) return left >= 2 && continues(at[1]) ? 2 : 0;
    if (lead < 0xF0) {
        if (left < 3 || !continues(at[1]) || !continues(at[2])) return 0;
        if (lead == 0xE0 && at[1] < 0xA0) return 0;
        if (lead == 0xED && at[1] >= 0xA0) return 0;
        return 3;
    }
    if (left < 4 || !continues(at[1]) || !continues(at[2]) || !continues(at[3])) return 0;
    if (lead == 0xF0 && at[1] < 0x90) return 0;
    if (lead == 0xF4 && at[1] >= 0x90) return 0;
    return 4;
}

/// Appends a code point (a scalar value: no surrogate, at most U+10FFFF).
void appendUtf8(std::string& out, char32_t codePoint);

/// The text with each byte that is not valid UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string replaceInvalidUtf8(std::string_view text);

}  // namespace waymark
