#include "fhir/path/unicode.h"

namespace waymark::path::unicode {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool fourDigits(std::string_view text, char32_t& code) {
    if (text.size() < 4) return false;
    code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const int digit = hexValue(text[i]);
        if (digit < 0) return false;
        code = code << 4U | static_cast<char32_t>(digit);
    }
    return true;
}

bool isWithin(char32_t code, char32_t low, char32_t high) {
    return code >= low && code <= high;
}

/// Blocks where capitals are even and their small letters the next odd ones.
bool isPairedEven(char32_t code) {
    return isWithin(code, 0x100, 0x137) || isWithin(code, 0x14A, 0x177) ||
           isWithin(code, 0x1E00, 0x1E95) || isWithin(code, 0x1EA0, 0x1EFF) ||
           isWithin(code, 0x460, 0x481) || isWithin(code, 0x48A, 0x4BF) ||
           isWithin(code, 0x4D0, 0x52F) || isWithin(code, 0x218, 0x21B);
}
/// Blocks where capitals are odd.
bool isPairedOdd(char32_t code) {
    return isWithin(code, 0x139, 0x148) || isWithin(code, 0x179, 0x17E) ||
           isWithin(code, 0x1CD, 0x1DC) || isWithin(code, 0x4C1, 0x4CE);
}

}  // namespace

bool isValid(std::string_view text) {
    char again[4];
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = length(text, at);
        const char32_t code = decode(text, at);
        // What decodes and encodes to the same bytes is well-formed.
        if (write(code, again) != size || text.substr(at, size) != std::string_view(again, size)) {
            return false;
        }
        at += size;
    }
    return true;
}

std::size_t offsetOf(std::string_view text, std::size_t character) {
    std::size_t at = 0;
    for (; character > 0 && at < text.size(); --character) at += length(text, at);
    return at;
}

char32_t decode(std::string_view text, std::size_t at) {
    const std::size_t size = length(text, at);
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return lead;
    if (size == 1) return kReplacement;
    char32_t code = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0U) != 0x80U) return kReplacement;
        code = code << 6U | (next & 0x3FU);
    }
    return code;
}

std::size_t write(char32_t code, char* to) {
    if (code > 0x10FFFF || isWithin(code, 0xD800, 0xDFFF)) code = kReplacement;
    const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
    if (code < 0x80) {
        to[0] = byte(code);
        return 1;
    }
    if (code < 0x800) {
        to[0] = byte(0xC0 | code >> 6U);
        to[1] = byte(0x80 | (code & 0x3FU));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = byte(0xE0 | code >> 12U);
        to[1] = byte(0x80 | (code >> 6U & 0x3FU));
        to[2] = byte(0x80 | (code & 0x3FU));
        return 3;
    }
    to[0] = byte(0xF0 | code >> 18U);
    to[1] = byte(0x80 | (code >> 12U & 0x3FU));
    to[2] = byte(0x80 | (code >> 6U & 0x3FU));
    to[3] = byte(0x80 | (code & 0x3FU));
    return 4;
}

std::size_t readHex(std::string_view text, char32_t& code) {
    if (!fourDigits(text, code)) return 0;
    if (!isWithin(code, 0xD800, 0xDBFF) || !text.substr(4).starts_with("\\u")) return 4;
    char32_t low = 0;
    if (!fourDigits(text.substr(6), low) || !isWithin(low, 0xDC00, 0xDFFF)) return 4;
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
    return 10;
}

char32_t upper(char32_t code) {
    if (code < 0x80) return isWithin(code, 'a', 'z') ? code - 32 : code;
    if (isWithin(code, 0xE0, 0xFE) && code != 0xF7) return code - 32;
    if (code == 0xFF) return 0x178;
    if (code == 0xB5) return 0x39C;
    if (isPairedEven(code) && code != 0x131) return code & ~char32_t{1};
    if (isPairedOdd(code)) return code % 2 == 0 ? code - 1 : code;
    if (code == 0x131) return 'I';
    if (code == 0x17F) return 'S';
    if (code == 0x3AC) return 0x386;
    if (isWithin(code, 0x3AD, 0x3AF)) return code - 37;
    if (code == 0x3C2) return 0x3A3;
    if (isWithin(code, 0x3B1, 0x3CB)) return code - 32;
    if (code == 0x3CC) return 0x38C;
    if (isWithin(code, 0x3CD, 0x3CE)) return code - 63;
    if (isWithin(code, 0x430, 0x44F)) return code - 32;
    if (isWithin(code, 0x450, 0x45F)) return code - 80;
    if (isWithin(code, 0x561, 0x586)) return code - 48;
    return code;
}

char32_t lower(char32_t code) {
    if (code < 0x80) return isWithin(code, 'A', 'Z') ? code + 32 : code;
    if (isWithin(code, 0xC0, 0xDE) && code != 0xD7) return code + 32;
    if (code == 0x178) return 0xFF;
    if (code == 0x130) return 'i';
    if (isPairedEven(code)) return code | char32_t{1};
    if (isPairedOdd(code)) return code % 2 == 1 ? code + 1 : code;
    if (code == 0x386) return 0x3AC;
    if (isWithin(code, 0x388, 0x38A)) return code + 37;
    if (isWithin(code, 0x391, 0x3AB)) return code + 32;
    if (code == 0x38C) return 0x3CC;
    if (isWithin(code, 0x38E, 0x38F)) return code + 63;
    if (isWithin(code, 0x410, 0x42F)) return code + 32;
    if (isWithin(code, 0x400, 0x40F)) return code + 80;
    if (isWithin(code, 0x531, 0x556)) return code + 48;
    return code;
}

}  // namespace waymark::path::unicode
