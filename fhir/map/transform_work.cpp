#include "fhir/map/transform_work.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "fhir/map/lexer.h"

namespace waymark::map {
namespace {

constexpr std::pair<char, std::string_view> kEntities[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

bool isUnreserved(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

std::string markup(std::string_view plain) {
    std::string out;
    for (const char byte : plain) {
        std::string_view entity;
        for (const auto& [character, text] : kEntities)
            if (character == byte) entity = text;
        if (entity.empty())
            out += byte;
        else
            out += entity;
    }
    return out;
}

std::string jsonText(std::string_view plain) {
    std::string out;
    for (const char byte : plain) {
        switch (byte) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(byte) < 0x20)
                    out += fmt::format("\\u{:04x}", static_cast<unsigned char>(byte));
                else
                    out += byte;
        }
    }
    return out;
}

std::string percent(std::string_view plain) {
    std::string out;
    for (const char byte : plain) {
        if (isUnreserved(byte))
            out += byte;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
    return out;
}

std::optional<std::string> fromPercent(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        unsigned value = 0;
        const char* digits = text.data() + at + 1;
        if (at + 2 >= text.size() ||
            std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2)
            return std::nullopt;
        out += static_cast<char>(value);
        at += 2;
    }
    return out;
}

/// A number as an XML character reference; none when there is no such character.
std::optional<std::string> characterReference(std::string_view body) {
    const bool hexadecimal = body.starts_with('x') || body.starts_with('X');
    if (hexadecimal) body.remove_prefix(1);
    std::uint32_t code = 0;
    const char* end = body.data() + body.size();
    if (body.empty() || std::from_chars(body.data(), end, code, hexadecimal ? 16 : 10).ptr != end ||
        code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return std::nullopt;
    if (code < 0x10000) return unescape(fmt::format("\\u{:04x}", code));
    const std::uint32_t rest = code - 0x10000;
    return unescape(
        fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU)));
}

std::optional<std::string> fromMarkup(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '&') {
            out += text[at++];
            continue;
        }
        const std::size_t end = text.find(';', at);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view entity = text.substr(at, end - at + 1);
        if (entity.starts_with("&#")) {
            const auto character = characterReference(entity.substr(2, entity.size() - 3));
            if (!character) return std::nullopt;
            out += *character;
        } else if (entity == "&apos;") {
            out += '\'';
        } else {
            const std::size_t before = out.size();
            for (const auto& [character, name] : kEntities)
                if (name == entity) out += character;
            if (out.size() == before) return std::nullopt;
        }
        at = end + 1;
    }
    return out;
}

}  // namespace

std::optional<EscapeFormat> escapeFormat(std::string_view name) {
    static constexpr std::pair<std::string_view, EscapeFormat> kNames[] = {
        {"text", EscapeFormat::Plain}, {"plain", EscapeFormat::Plain},
        {"none", EscapeFormat::Plain}, {"xml", EscapeFormat::Xml},
        {"html", EscapeFormat::Html},  {"json", EscapeFormat::Json},
        {"url", EscapeFormat::Url},    {"uri", EscapeFormat::Url}};
    for (const auto& [known, format] : kNames)
        if (known == name) return format;
    return std::nullopt;
}

std::string escaped(std::string_view plain, EscapeFormat format) {
    switch (format) {
        case EscapeFormat::Plain:
            break;
        case EscapeFormat::Xml:
        case EscapeFormat::Html:
            return markup(plain);
        case EscapeFormat::Json:
            return jsonText(plain);
        case EscapeFormat::Url:
            return percent(plain);
    }
    return std::string(plain);
}

std::optional<std::string> unescaped(std::string_view text, EscapeFormat format) {
    switch (format) {
        case EscapeFormat::Plain:
            break;
        case EscapeFormat::Xml:
        case EscapeFormat::Html:
            return fromMarkup(text);
        case EscapeFormat::Json:
            return unescape(text);
        case EscapeFormat::Url:
            return fromPercent(text);
    }
    return std::string(text);
}

QuantityText quantityText(std::string_view text) {
    QuantityText out;
    for (const std::string_view comparator : {"<=", ">=", "<", ">"}) {
        if (!text.starts_with(comparator)) continue;
        out.comparator = comparator;
        text.remove_prefix(comparator.size());
        break;
    }
    const auto skipBlanks = [&text] {
        while (text.starts_with(' ')) text.remove_prefix(1);
    };
    skipBlanks();
    const std::size_t end = text.find_first_not_of("0123456789.+-");
    out.value = text.substr(0, end);
    text.remove_prefix(out.value.size());
    skipBlanks();
    out.unit = text;
    return out;
}

std::string_view contactSystem(std::string_view value) {
    if (value.find('@') != std::string_view::npos || value.starts_with("mailto:")) return "email";
    if (value.find("://") != std::string_view::npos || value.starts_with("www.")) return "url";
    return "phone";
}

}  // namespace waymark::map
