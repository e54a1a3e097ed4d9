// Bytes of JSON appended to a string without a capacity check per byte: what the writers of trees
// stand on. No commas, no misuse checks: see writer.h for those. One thread at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace waymark::json {

/// How many bytes of the text stand for themselves in a JSON string.
[[nodiscard]] std::size_t plainPrefix(std::string_view text);
/// Writes the escape of a byte that does not, 2 or 6 bytes; returns how many.
std::size_t writeEscape(char c, char* to);

class Output {
public:
    /// Appends to `out`, which is whole again only when this ends.
    explicit Output(std::string& out) : out_(out), size_(out.size()) {
        out_.resize(out_.capacity());
    }
    ~Output() { out_.resize(size_); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void put(char c) {
        room(1);
        out_[size_++] = c;
    }
    void put(std::string_view text) {
        room(text.size());
        std::memcpy(out_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }
    void spaces(std::size_t count) {
        room(count);
        std::memset(out_.data() + size_, ' ', count);
        size_ += count;
    }
    /// `"name":`, for names without anything to escape.
    void key(std::string_view name) {
        room(name.size() + 3);
        char* const at = out_.data() + size_;
        at[0] = '"';
        std::memcpy(at + 1, name.data(), name.size());
        at[name.size() + 1] = '"';
        at[name.size() + 2] = ':';
        size_ += name.size() + 3;
    }
    /// A string with its quotes; the text must be UTF-8.
    void string(std::string_view text);

private:
    void room(std::size_t bytes) {
        if (out_.size() - size_ < bytes) [[unlikely]]
            grow(bytes);
    }
    void grow(std::size_t bytes);

    std::string& out_;
    std::size_t size_;
};

}  // namespace waymark::json
