// JSON (RFC 8259) as tokens, for messages: one pass over the bytes as they came, iterative, with
// all checks of the text in it (UTF-8, control characters, escapes, surrogates, NUL, trailing
// bytes). Texts without escapes are views of the input; others are decoded into room that the
// handler gives. Why beside RapidJSON: it needs a private copy, leaves these checks to a pass of
// their own, and takes two to three times as long (tests/bench/kernel.cpp measures both).
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "fhir/core/utf8.h"
#include "fhir/json/sax_end.h"

namespace waymark::json {

/// A string's text with its escapes resolved, or what is wrong with it.
struct Decoded {
    std::size_t length = 0;
    const char* wrong = nullptr;  ///< a sentence; nullptr when all is well
    const char* at = nullptr;     ///< where it is wrong
};
/// Decodes what stands between two quotes. `out` has room for as many bytes.
[[nodiscard]] Decoded decodeString(const char* from, const char* to, char* out);
/// The quote that ends the string in which `at` stands; nullptr when there is none.
[[nodiscard]] const char* closingQuote(const char* at, const char* end);

/// A Handler has these members; each returns false to stop. `at` points into the input; `text` is
/// readable for at least eight bytes, whatever its length.
///   bool null(const char* at);         bool boolean(bool value, const char* at);
///   bool number(const char* at, std::uint32_t length);
///   bool string(const char* at, const char* text, std::uint32_t length);
///   bool key(const char* at, const char* text, std::uint32_t length);
///   bool beginObject(const char* at);  bool endObject(const char* at);
///   bool beginArray(const char* at);   bool endArray(const char* at);
///   char* scratch(std::size_t bytes);  room that lasts as long as the handler's texts
template <class Handler>
class Tokenizer {
public:
    /// Deeper input is refused whatever the handler allows.
    static constexpr std::size_t kDeepest = 1024;

    Tokenizer(std::string_view text, Handler& handler)
        : begin_(text.data()), end_(begin_ + text.size()), handler_(handler) {}

    SaxEnd run() {
        const char* at = begin_;
        if (end_ - at >= 3 && std::memcmp(at, "\xEF\xBB\xBF", 3) == 0) at += 3;  // byte order mark
        at = skipBlanks(at);
        if (at == end_) return wrong(at, "The text is empty; a JSON value is expected.");
        if (!tokens(at)) return end_of_;
        return {};
    }

private:
    struct Text {
        const char* begin;
        std::uint32_t length;
        const char* after;  ///< behind the closing quote; nullptr when something is wrong
    };

    SaxEnd wrong(const char* at, const char* what) {
        end_of_ = {SaxEnd::Kind::Syntax, static_cast<std::size_t>(at - begin_), what};
        return end_of_;
    }
    bool fault(const char* at, const char* what) {
        wrong(at, what);
        return false;
    }
    bool stopped(const char* at) {
        end_of_ = {SaxEnd::Kind::Stopped, static_cast<std::size_t>(at - begin_), ""};
        return false;
    }

    [[nodiscard]] char peek(const char* at) const { return at < end_ ? *at : '\0'; }

    [[nodiscard]] const char* skipBlanks(const char* at) const {
        if (at < end_ && static_cast<unsigned char>(*at) > ' ') [[likely]]
            return at;
        while (at < end_ && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
        return at;
    }

    /// The first byte from `at` on that is no plain ASCII character of a string, or the end.
    [[nodiscard]] const char* skipPlain(const char* at) const {
#if defined(__SSE2__)
        const __m128i quote = _mm_set1_epi8('"');
        const __m128i backslash = _mm_set1_epi8('\\');
        const __m128i space = _mm_set1_epi8(' ');
        while (end_ - at >= 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            // Signed, so that bytes above 0x7F count as below the space, like control characters.
            const __m128i found = _mm_or_si128(
                _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                _mm_cmplt_epi8(bytes, space));
            const int mask = _mm_movemask_epi8(found);
            if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
            at += 16;
        }
#endif
        while (at < end_ && *at != '"' && *at != '\\' && *at >= ' ') ++at;
        return at;
    }

    /// The string whose quote stands at `quote`.
    [[gnu::always_inline]] Text string(const char* quote) {
        const char* const begin = quote + 1;
        const char* at = skipPlain(begin);
        if (at < end_ && *at == '"' && end_ - begin >= 8) [[likely]] {
            return {begin, static_cast<std::uint32_t>(at - begin), at + 1};
        }
        return unusualString(begin, at);
    }

    /// A string with a byte at `at` that is not plain, or one near the end.
    [[gnu::noinline]] Text unusualString(const char* begin, const char* at) {
        while (at < end_ && (*at & 0x80) != 0) {
            const unsigned length = utf8Length(reinterpret_cast<const unsigned char*>(at),
                                               reinterpret_cast<const unsigned char*>(end_));
            if (length == 0) return refused(at, "The text is not valid UTF-8 here.");
            at = skipPlain(at + length);
        }
        if (at < end_ && *at == '"' && end_ - begin >= 8) {
            return {begin, static_cast<std::uint32_t>(at - begin), at + 1};
        }
        const char* const close = closingQuote(at, end_);
        if (!close) return refused(begin - 1, "The string that begins here has no closing quote.");
        char* const out = handler_.scratch(static_cast<std::size_t>(close - begin) + 8);
        const Decoded decoded = decodeString(begin, close, out);
        if (decoded.wrong) return refused(decoded.at, decoded.wrong);
        std::memset(out + decoded.length, 0, 8);
        return {out, static_cast<std::uint32_t>(decoded.length), close + 1};
    }
    Text refused(const char* at, const char* what) {
        wrong(at, what);
        return {nullptr, 0, nullptr};
    }

    /// Behind the number at `at`; nullptr when it is none.
    const char* number(const char* at) {
        const char* const begin = at;
        const auto digits = [&] {
            const char* const first = at;
            while (at < end_ && *at >= '0' && *at <= '9') ++at;
            return at != first;
        };
        if (peek(at) == '-') ++at;
        if (peek(at) == '0')
            ++at;
        else if (!digits())
            return nullptr;
        if (peek(at) == '.') {
            ++at;
            if (!digits()) return nullptr;
        }
        if ((peek(at) | 0x20) == 'e') {
            ++at;
            if (peek(at) == '+' || peek(at) == '-') ++at;
            if (!digits()) return nullptr;
        }
        return at == begin ? nullptr : at;
    }

    /// Behind the literal that begins with this letter; nullptr when it is none.
    [[nodiscard]] const char* literal(const char* at, std::string_view word) const {
        const bool there = static_cast<std::size_t>(end_ - at) >= word.size() &&
                           std::memcmp(at, word.data(), word.size()) == 0;
        return there ? at + word.size() : nullptr;
    }

    /// A value that is no string and no container; what follows it in `at`.
    bool scalar(const char*& at) {
        const char* const begin = at;
        bool goesOn = true;
        switch (*begin) {
            case 't':
                if ((at = literal(begin, "true"))) goesOn = handler_.boolean(true, begin);
                break;
            case 'f':
                if ((at = literal(begin, "false"))) goesOn = handler_.boolean(false, begin);
                break;
            case 'n':
                if ((at = literal(begin, "null"))) goesOn = handler_.null(begin);
                break;
            default:
                if ((at = number(begin))) {
                    goesOn = handler_.number(begin, static_cast<std::uint32_t>(at - begin));
                }
                break;
        }
        if (!at) return fault(begin, "A JSON value is expected here.");
        return goesOn || stopped(begin);
    }

    bool tokens(const char* at) {
        std::size_t depth = 0;
        bool inObject = false;

    value:
        if (peek(at) == '"') [[likely]] {
            const Text text = string(at);
            if (!text.after) return false;
            if (!handler_.string(at, text.begin, text.length)) return stopped(at);
            at = text.after;
        } else if (peek(at) == '{') {
            if (depth == kDeepest) return fault(at, "The JSON is nested too deeply.");
            if (!handler_.beginObject(at)) return stopped(at);
            objects_[depth++] = true;
            inObject = true;
            at = skipBlanks(at + 1);
            if (peek(at) != '}') goto key;
            goto end;
        } else if (peek(at) == '[') {
            if (depth == kDeepest) return fault(at, "The JSON is nested too deeply.");
            if (!handler_.beginArray(at)) return stopped(at);
            objects_[depth++] = false;
            inObject = false;
            at = skipBlanks(at + 1);
            if (peek(at) != ']') goto value;
            goto end;
        } else if (at == end_) {
            return fault(at, "The JSON ends in the middle; a value is missing.");
        } else if (!scalar(at)) {
            return false;
        }

    after:
        at = skipBlanks(at);
        if (depth == 0) {
            return at == end_ || fault(at, "More text follows behind the end of the JSON.");
        }
        if (peek(at) == ',') [[likely]] {
            at = skipBlanks(at + 1);
            if (!inObject) goto value;
            goto key;
        }
        if (peek(at) != (inObject ? '}' : ']')) {
            if (at == end_)
                return fault(at, "The JSON ends in the middle; a bracket is not closed.");
            return fault(
                at, inObject ? "A comma or } is expected here." : "A comma or ] is expected here.");
        }

    end:
        if (!(inObject ? handler_.endObject(at) : handler_.endArray(at))) return stopped(at);
        ++at;
        --depth;
        inObject = depth > 0 && objects_[depth - 1];
        goto after;

    key:
        if (peek(at) != '"') return fault(at, "A key in quotes is expected here.");
        {
            const Text text = string(at);
            if (!text.after) return false;
            if (!handler_.key(at, text.begin, text.length)) return stopped(at);
            at = skipBlanks(text.after);
        }
        if (peek(at) != ':') return fault(at, "A colon is expected here.");
        at = skipBlanks(at + 1);
        goto value;
    }

    const char* begin_;
    const char* end_;
    Handler& handler_;
    SaxEnd end_of_;
    std::bitset<kDeepest> objects_;  ///< per open container: object or array
};

}  // namespace waymark::json
