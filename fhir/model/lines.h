// The generated texts as lines and fields. Private to the room; the line formats are described
// where the lines are made (generator/*.mjs).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::model {

/// Calls `each` with every line, without its end.
template <class Each>
void forEachLine(std::string_view text, const Each& each) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        each(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// A value set's url: "~name" is short for HL7's.
[[nodiscard]] std::string valueSetUrl(std::string_view written);

/// r4_codes.inc and r4_bindings.inc.
[[nodiscard]] std::string_view codeLines();
[[nodiscard]] std::string_view bindingLines();

}  // namespace waymark::model
