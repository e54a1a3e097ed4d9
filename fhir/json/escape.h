// The escapes of a JSON string (RFC 8259 section 7), for the pass before parsing and for the
// tokenizer.
#pragma once

namespace waymark::json {

/// The four hexadecimal digits of \uXXXX; -1 when they are not there.
[[nodiscard]] inline int hexUnit(const char* at, const char* end) {
    if (end - at < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = at[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

}  // namespace waymark::json
