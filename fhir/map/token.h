// Tokens of the FHIR Mapping Language. They cover the embedded FHIRPath too, so that the parser can
// find where an expression ends; the expression itself is cut out of the text and compiled by
// fhir/path. Texts are views into the map's text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::map {

enum class TokenKind : std::uint8_t {
    End,
    Identifier,    ///< src, not_first; keywords are identifiers
    Delimited,     ///< `a-b`, the text is without the back quotes
    String,        ///< 'text', escapes not resolved, without the quotes
    DoubleString,  ///< "text"
    Markdown,      ///< """ text """
    Integer,       ///< 12
    Decimal,       ///< 1.20
    Long,          ///< 12L
    Date,          ///< @2024-01, @T12:00
    External,      ///< %name, %`name`, %'name' with the sign
    Special,       ///< $this, $index, $total
    Metadata,      ///< /// before `name = value`
    Symbol,
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::string_view text;
    std::uint32_t begin = 0;  ///< byte offset of the token, quotes included
    std::uint32_t end = 0;    ///< one past its last byte
    Position at;

    [[nodiscard]] bool is(std::string_view symbolOrWord) const {
        return (kind == TokenKind::Symbol || kind == TokenKind::Identifier) && text == symbolOrWord;
    }
    [[nodiscard]] bool isName() const {
        return kind == TokenKind::Identifier || kind == TokenKind::Delimited;
    }
};

/// A comment, kept as documentation of what it stands before or behind.
struct Comment {
    std::string_view text;    ///< without the signs and outer white space
    std::uint32_t token = 0;  ///< index of the token that follows
    bool trailing = false;    ///< stands on the same line as the token before it
};

}  // namespace waymark::map
