// The pass before parsing: copies a text into a padded buffer and checks what the parser does not:
// UTF-8, NUL, lone surrogates and \u0000 in escapes. One linear pass over vectors; the parser then
// runs with its fast string scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::json {

/// Readable bytes that must follow a text that is parsed in place.
inline constexpr std::size_t kPadding = 64;

enum class ScanFault : std::uint8_t { None, Utf8, Nul, LoneSurrogate, EscapedNul };

struct Scan {
    ScanFault fault = ScanFault::None;
    std::size_t offset = 0;  ///< of the fault
};

/// Copies `text` to `to`, which has room for text.size() + kPadding; the padding becomes NUL.
/// Stops at the first fault.
[[nodiscard]] Scan copyChecked(std::string_view text, char* to);

/// One sentence for the developer of the other system.
[[nodiscard]] const char* sentence(ScanFault fault);

}  // namespace waymark::json
