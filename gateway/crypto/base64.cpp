#include "gateway/crypto/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace waymark::crypto {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNone = 0xFF;

using Values = std::array<std::uint8_t, 256>;

constexpr Values valuesOf(const char* alphabet) {
    Values values{};
    values.fill(kNone);
    for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(alphabet[i])] = i;
    return values;
}

constexpr Values kStandardValues = valuesOf(kStandard);
constexpr Values kUrlValues = valuesOf(kUrl);

std::string encode(std::string_view bytes, const char* alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const char byte = k < have ? bytes[i + k] : '\0';
            group = group << 8U | static_cast<unsigned char>(byte);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            if (k <= have) {
                out.push_back(alphabet[group >> (18 - 6 * k) & 0x3FU]);
            } else if (padded) {
                out.push_back('=');
            }
        }
    }
    return out;
}

/// `text` without padding.
Result<std::string> decode(std::string_view text, const Values& values) {
    const auto refused = [] {
        return fail(Kind::Incorrect, IssueType::Value, "This is not base64 as RFC 4648 has it.");
    };
    if (text.size() % 4 == 1) return refused();
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == kNone) return refused();
        held = (held << 6U | value) & 0x3FFFU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(held >> bits & 0xFFU));
        }
    }
    if ((held & ((1U << bits) - 1U)) != 0) return refused();
    return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
    return encode(bytes, kStandard, true);
}

std::string base64Url(std::string_view bytes) {
    return encode(bytes, kUrl, false);
}

Result<std::string> fromBase64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return fail(
            Kind::Incorrect, IssueType::Value,
            "Base64 has a length that is a multiple of four, with '=' at its end if need be.");
    }
    std::size_t padding = 0;
    while (padding < 2 && text.size() > padding && text[text.size() - 1 - padding] == '=')
        ++padding;
    return decode(text.substr(0, text.size() - padding), kStandardValues);
}

Result<std::string> fromBase64Url(std::string_view text) {
    return decode(text, kUrlValues);
}

}  // namespace waymark::crypto
