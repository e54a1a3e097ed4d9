// The parts of transforms that need no tree: escapes, quantities and contact points as texts.
// Private to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::map {

enum class EscapeFormat : std::uint8_t { Plain, Xml, Html, Json, Url };

/// "text", "xml", "html", "json", "url" (and the names other engines use: "none", "uri").
std::optional<EscapeFormat> escapeFormat(std::string_view name);
std::string escaped(std::string_view plain, EscapeFormat format);
/// None when the text is not well escaped.
std::optional<std::string> unescaped(std::string_view text, EscapeFormat format);

/// "[comparator]value[space]unit".
struct QuantityText {
    std::string_view comparator;
    std::string_view value;
    std::string_view unit;
};
QuantityText quantityText(std::string_view text);

/// ContactPoint.system for a value: email, url or phone.
std::string_view contactSystem(std::string_view value);

}  // namespace waymark::map
