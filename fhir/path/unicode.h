// UTF-8 as FHIRPath's string functions see it: characters are code points, never bytes. Texts are
// valid UTF-8 (the readers check); anything else is taken byte by byte and never read past its end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark::path::unicode {

/// Bytes of the character that begins at `at` (1 to 4, and never past the end).
inline std::size_t length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : (lead < 0xE0 ? 2 : (lead < 0xF0 ? 3 : 4));
    return size < text.size() - at ? size : text.size() - at;
}

/// Number of characters.
inline std::size_t count(std::string_view text) {
    std::size_t characters = 0;
    for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    return characters;
}

/// Whether it is well-formed UTF-8: no stray or missing bytes, no surrogates, nothing overlong.
bool isValid(std::string_view text);

/// Where the character of this index begins; text.size() when there are not so many.
std::size_t offsetOf(std::string_view text, std::size_t character);

/// The code point at `at`; U+FFFD for a broken sequence.
char32_t decode(std::string_view text, std::size_t at);
/// Writes it as UTF-8 (at most 4 bytes; a surrogate becomes U+FFFD) and gives the number of bytes.
std::size_t write(char32_t code, char* to);

/// Four hexadecimal digits at the beginning, and a following \uXXXX when both make a surrogate
/// pair. The characters taken; 0 when there are no four digits.
std::size_t readHex(std::string_view text, char32_t& code);

/// Simple case mapping of Latin, Greek, Cyrillic, Armenian; every other character is itself.
char32_t upper(char32_t code);
char32_t lower(char32_t code);

/// Tab, line feed, carriage return and space (FHIRPath's white space), and no-break space.
inline bool isBlank(char32_t code) {
    return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0xA0;
}

}  // namespace waymark::path::unicode
