#include "fhir/json/output.h"

#include <algorithm>
#include <array>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waymark::json {
namespace {

/// What follows the backslash; 'u' for the long form, 0 when the byte stands for itself.
constexpr std::array<char, 256> kEscapes = [] {
    std::array<char, 256> escapes{};
    for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
    escapes['\b'] = 'b';
    escapes['\t'] = 't';
    escapes['\n'] = 'n';
    escapes['\f'] = 'f';
    escapes['\r'] = 'r';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
}();

/// Copies up to the first byte that needs an escape; returns how many. `to` has room for 15 more.
std::size_t copyPlain(const char* from, std::size_t length, char* to) {
    std::size_t done = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1F);
    for (; done + 16 <= length; done += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + done));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + done), bytes);
        const __m128i found = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        const int mask = _mm_movemask_epi8(found);
        if (mask != 0)
            return done + static_cast<unsigned>(__builtin_ctz(static_cast<unsigned>(mask)));
    }
#endif
    for (; done < length && kEscapes[static_cast<unsigned char>(from[done])] == 0; ++done) {
        to[done] = from[done];
    }
    return done;
}

}  // namespace

std::size_t plainPrefix(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && kEscapes[static_cast<unsigned char>(text[length])] == 0)
        ++length;
    return length;
}

std::size_t writeEscape(char c, char* to) {
    static constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    to[0] = '\\';
    to[1] = kEscapes[byte];
    if (to[1] != 'u') return 2;
    to[2] = '0';
    to[3] = '0';
    to[4] = kDigits[byte >> 4U];
    to[5] = kDigits[byte & 0x0FU];
    return 6;
}

void Output::grow(std::size_t bytes) {
    out_.resize(std::max(size_ + bytes, out_.size() * 2 + 256));
}

void Output::string(std::string_view text) {
    room(text.size() + 32);
    out_[size_++] = '"';
    for (;;) {
        const std::size_t plain = copyPlain(text.data(), text.size(), out_.data() + size_);
        size_ += plain;
        if (plain == text.size()) break;
        room(text.size() - plain + 32);
        size_ += writeEscape(text[plain], out_.data() + size_);
        text.remove_prefix(plain + 1);
    }
    out_[size_++] = '"';
}

}  // namespace waymark::json
