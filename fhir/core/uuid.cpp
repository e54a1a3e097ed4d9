#include "fhir/core/uuid.h"

#include <cstring>

namespace waymark {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool isDashPlace(std::size_t index) {
    return index == 8 || index == 13 || index == 18 || index == 23;
}

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text) {
    const auto refused = [] {
        return fail(Kind::Incorrect, IssueType::Value,
                    "A UUID has 36 characters: 32 hexadecimal digits in groups of 8-4-4-4-12.");
    };
    if (text.size() != 36) return refused();
    Bytes bytes{};
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (isDashPlace(i)) {
            if (text[i] != '-') return refused();
            continue;
        }
        const int value = hexValue(text[i]);
        if (value < 0) return refused();
        auto& byte = bytes[nibble / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | value);
        ++nibble;
    }
    return Uuid(bytes);
}

Uuid Uuid::version7(Instant now, Random& random) {
    Bytes bytes{};
    random.fill(bytes);
    const auto millis = static_cast<std::uint64_t>(now.time_since_epoch().count());
    for (int i = 0; i < 6; ++i) {
        bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x70U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    return Uuid(bytes);
}

std::string Uuid::text() const {
    std::string out;
    out.reserve(36);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
        out.push_back(kDigits[bytes_[i] >> 4U]);
        out.push_back(kDigits[bytes_[i] & 0x0FU]);
    }
    return out;
}

}  // namespace waymark

std::size_t std::hash<waymark::Uuid>::operator()(const waymark::Uuid& id) const noexcept {
    // The last eight bytes of a version 7 UUID are random.
    std::size_t value = 0;
    std::memcpy(&value, id.bytes().data() + 8, sizeof value);
    return value;
}
