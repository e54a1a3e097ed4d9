#include "fhir/json/scan.h"

#include <cstring>

#include "fhir/core/utf8.h"
#include "fhir/json/escape.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waymark::json {
namespace {

struct Text {
    const char* begin;
    const char* end;
    [[nodiscard]] Scan fault(ScanFault what, const char* at) const {
        return {what, static_cast<std::size_t>(at - begin)};
    }
};

/// Looks at the escape that begins at `at` (a backslash) and returns what follows it; on a fault
/// sets `scan`. Backslashes stand in strings only, everywhere else the parser refuses them.
const char* escape(const Text& text, const char* at, Scan& scan) {
    if (text.end - at < 2 || at[1] != 'u') return at + 2;
    const int unit = hexUnit(at + 2, text.end);
    if (unit == 0) {
        scan = text.fault(ScanFault::EscapedNul, at);
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
        scan = text.fault(ScanFault::LoneSurrogate, at);
    } else if (unit >= 0xD800 && unit <= 0xDBFF) {
        const bool paired = text.end - at >= 8 && at[6] == '\\' && at[7] == 'u';
        const int low = paired ? hexUnit(at + 8, text.end) : -1;
        if (low >= 0xDC00 && low <= 0xDFFF) return at + 12;
        scan = text.fault(ScanFault::LoneSurrogate, at);
    }
    return at + 6;
}

/// One byte or sequence that is not plain; returns what follows it, or sets `scan`.
const char* special(const Text& text, const char* at, Scan& scan) {
    if (*at == '\\') return escape(text, at, scan);
    if (*at == '\0') {
        scan = text.fault(ScanFault::Nul, at);
        return at;
    }
    const unsigned length = utf8Length(reinterpret_cast<const unsigned char*>(at),
                                       reinterpret_cast<const unsigned char*>(text.end));
    if (length == 0) scan = text.fault(ScanFault::Utf8, at);
    return at + length;
}

bool isPlain(char c) {
    return c != '\\' && c != '\0' && static_cast<unsigned char>(c) < 0x80;
}

#if defined(__SSE2__)
/// Bit per byte of the 16 at `at` that is not plain.
unsigned specials(const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i nul = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(slash, nul), bytes)));
}
#endif

/// The first byte from `at` on that is not plain, or the end.
const char* skipPlain(const char* at, const char* end) {
#if defined(__SSE2__)
    while (end - at >= 16) {
        const unsigned found = specials(at);
        if (found != 0) return at + __builtin_ctz(found);
        at += 16;
    }
#endif
    while (at < end && isPlain(*at)) ++at;
    return at;
}

}  // namespace

Scan copyChecked(std::string_view text, char* to) {
    const Text whole{text.data(), text.data() + text.size()};
    Scan scan;
    const char* at = whole.begin;
    while ((at = skipPlain(at, whole.end)) < whole.end) {
        at = special(whole, at, scan);
        if (scan.fault != ScanFault::None) return scan;
    }
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    std::memset(to + text.size(), 0, kPadding);
    return scan;
}

const char* sentence(ScanFault fault) {
    switch (fault) {
        case ScanFault::None:
            break;
        case ScanFault::Utf8:
            return "The text is not valid UTF-8 here; send JSON encoded as UTF-8.";
        case ScanFault::Nul:
            return "A NUL byte has no place in JSON; remove it.";
        case ScanFault::LoneSurrogate:
            return "A \\u escape of one half of a surrogate pair stands alone here; write both "
                   "halves or the character itself.";
        case ScanFault::EscapedNul:
            return "\\u0000 is not allowed in a text; remove it.";
    }
    return "";
}

}  // namespace waymark::json
