// Building and taking apart the store's binary forms: unsigned numbers as LEB128, texts with their
// length before them. Reading never goes past the end: `ok()` turns false and stays so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::store {

class ByteWriter {
public:
    explicit ByteWriter(std::string& out) : out_(out) {}

    void number(std::uint64_t value) {
        while (value >= 0x80) {
            out_.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
            value >>= 7U;
        }
        out_.push_back(static_cast<char>(value));
    }
    void text(std::string_view value) {
        number(value.size());
        out_.append(value);
    }
    /// Without its length: the reader knows it.
    void raw(std::string_view value) { out_.append(value); }

private:
    std::string& out_;
};

class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return value;
        }
        ok_ = false;
        return 0;
    }
    [[nodiscard]] std::string_view text() { return raw(number()); }
    [[nodiscard]] std::string_view raw(std::uint64_t length) {
        if (length > rest_.size()) ok_ = false;
        if (!ok_) return {};
        const auto value = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return value;
    }
    [[nodiscard]] bool ok() const { return ok_; }
    /// Everything was read and nothing went wrong.
    [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool atEnd() const { return !ok_ || rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

/// Eight bytes, the highest first: for what is compared or authenticated.
inline void appendFixed(std::string& out, std::uint64_t value) {
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        out.push_back(static_cast<char>(value >> (shift - 8) & 0xFFU));
    }
}

[[nodiscard]] inline std::uint64_t readFixed(std::string_view eightBytes) {
    std::uint64_t value = 0;
    for (const char byte : eightBytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace waymark::store
