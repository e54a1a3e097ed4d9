// Writes JSON (RFC 8259) into a string, token by token: the only way in which the program makes
// JSON. Commas, escapes and layout are its business; misuse (a value without a key in an object, an
// end without a begin) breaks an invariant. One thread at a time.
#pragma once

#include <bitset>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::json {

enum class Layout : std::uint8_t { Compact, Indented };

class Writer {
public:
    /// Appends to `out`, which must outlive the writer.
    explicit Writer(std::string& out, Layout layout = Layout::Compact)
        : out_(out), layout_(layout) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Writer& beginObject();
    Writer& endObject();
    Writer& beginArray();
    Writer& endArray();
    Writer& key(std::string_view name);

    /// Bytes that are not UTF-8 are written as U+FFFD.
    Writer& string(std::string_view text);
    Writer& number(std::int64_t value);
    Writer& number(std::uint64_t value);
    template <std::integral T>
    Writer& number(T value) {
        if constexpr (std::signed_integral<T>)
            return number(static_cast<std::int64_t>(value));
        else
            return number(static_cast<std::uint64_t>(value));
    }
    /// The shortest text that reads back as the same double; NaN and infinities as null.
    Writer& number(double value);
    /// A number that is text already, kept to the digit; it must be a JSON number.
    Writer& digits(std::string_view text);
    Writer& boolean(bool value);
    Writer& null();
    /// A whole JSON value that was written elsewhere.
    Writer& raw(std::string_view json);

    // A member in one call.
    Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
    Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
    Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }
    template <std::integral T>
    Writer& member(std::string_view name, T value) {
        return key(name).number(value);
    }
    /// The member only when the text is not empty.
    Writer& memberUnlessEmpty(std::string_view name, std::string_view text) {
        return text.empty() ? *this : member(name, text);
    }

    /// Whether everything that was begun has ended.
    [[nodiscard]] bool complete() const { return depth_ == 0 && begun_; }

private:
    static constexpr unsigned kDeepest = 1024;

    void beforeValue();
    void afterValue() { needsComma_ = true; }
    void begin(char open, bool object);
    void end(char close, bool object);
    void newLine();
    [[nodiscard]] bool inObject() const { return depth_ > 0 && objects_[depth_ - 1]; }

    std::string& out_;
    Layout layout_;
    bool begun_ = false;
    bool afterKey_ = false;
    bool needsComma_ = false;
    unsigned depth_ = 0;
    std::bitset<kDeepest> objects_;  ///< per level: object or array
};

/// Appends the text as a JSON string with its quotes: `"`, `\` and control characters escaped.
void appendString(std::string& out, std::string_view text);

}  // namespace waymark::json
