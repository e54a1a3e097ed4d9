// Small helpers for texts in header fields and query parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::doors {

/// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
/// ASCII letters in lower case.
[[nodiscard]] std::string lower(std::string_view text);
/// The trimmed parts between `separator`s outside double quotes; one empty part for an empty text.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// The same for any of several separators.
[[nodiscard]] std::vector<std::string_view> splitAny(std::string_view text,
                                                     std::string_view separators);
/// A quoted-string without its quotes; anything else as it is.
[[nodiscard]] std::string_view unquote(std::string_view text);

}  // namespace waymark::doors
