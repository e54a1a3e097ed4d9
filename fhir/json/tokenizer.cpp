#include "fhir/json/tokenizer.h"

#include "fhir/json/escape.h"

namespace waymark::json {
namespace {

/// What the letter behind a backslash stands for; 0 when it is no escape ('u' has its own code).
char simpleEscape(char letter) {
    switch (letter) {
        case '"':
        case '\\':
        case '/':
            return letter;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return '\0';
    }
}

char* appendUtf8(char* out, std::uint32_t codePoint) {
    const auto tail = [&](unsigned shift) {
        *out++ = static_cast<char>(0x80U | ((codePoint >> shift) & 0x3FU));
    };
    if (codePoint < 0x80) {
        *out++ = static_cast<char>(codePoint);
    } else if (codePoint < 0x800) {
        *out++ = static_cast<char>(0xC0U | (codePoint >> 6U));
        tail(0);
    } else if (codePoint < 0x10000) {
        *out++ = static_cast<char>(0xE0U | (codePoint >> 12U));
        tail(6);
        tail(0);
    } else {
        *out++ = static_cast<char>(0xF0U | (codePoint >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
    return out;
}

/// Reads one string and writes its text.
class Decoder {
public:
    Decoder(const char* from, const char* to, char* out)
        : at_(from), end_(to), begin_(out), out_(out) {}

    Decoded run() {
        while (at_ < end_ && !wrong_) {
            const auto c = static_cast<unsigned char>(*at_);
            if (c == '\\')
                escape();
            else if (c < 0x20)
                refuse("A control character in a string must be written as an escape.");
            else
                character();
        }
        return {static_cast<std::size_t>(out_ - begin_), wrong_, at_};
    }

private:
    void refuse(const char* what) { wrong_ = what; }

    void character() {
        const unsigned length = utf8Length(reinterpret_cast<const unsigned char*>(at_),
                                           reinterpret_cast<const unsigned char*>(end_));
        if (length == 0) return refuse("The text is not valid UTF-8 here.");
        for (unsigned i = 0; i < length; ++i) *out_++ = *at_++;
    }

    void escape() {
        const char letter = end_ - at_ >= 2 ? at_[1] : '\0';
        if (letter == 'u') return unicode();
        const char plain = simpleEscape(letter);
        if (plain == '\0') return refuse("JSON has no such escape.");
        *out_++ = plain;
        at_ += 2;
    }

    void unicode() {
        const int unit = hexUnit(at_ + 2, end_);
        if (unit < 0) return refuse("Four hexadecimal digits are expected behind \\u.");
        if (unit == 0) return refuse("\\u0000 is not allowed in a text; remove it.");
        if (unit < 0xD800 || unit > 0xDFFF) {
            out_ = appendUtf8(out_, static_cast<std::uint32_t>(unit));
            at_ += 6;
            return;
        }
        const bool paired = unit < 0xDC00 && end_ - at_ >= 12 && at_[6] == '\\' && at_[7] == 'u';
        const int low = paired ? hexUnit(at_ + 8, end_) : -1;
        if (low < 0xDC00 || low > 0xDFFF) {
            return refuse(
                "A \\u escape of one half of a surrogate pair stands alone here; write "
                "both halves or the character itself.");
        }
        const auto high = static_cast<std::uint32_t>(unit - 0xD800);
        out_ =
            appendUtf8(out_, 0x10000U + (high << 10U) + static_cast<std::uint32_t>(low - 0xDC00));
        at_ += 12;
    }

    const char* at_;
    const char* end_;
    char* begin_;
    char* out_;
    const char* wrong_ = nullptr;
};

}  // namespace

Decoded decodeString(const char* from, const char* to, char* out) {
    return Decoder(from, to, out).run();
}

const char* closingQuote(const char* at, const char* end) {
    while (at < end && *at != '"') at += *at == '\\' ? 2 : 1;
    return at < end ? at : nullptr;
}

}  // namespace waymark::json
