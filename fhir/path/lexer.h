// FHIRPath's tokens (lexical rules of the N1 grammar), one at a time, without copying: a token is a
// stretch of the text. Inside FML texts "->" ends the expression and double quotes make strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

enum class TokenKind : std::uint8_t {
    End,
    Invalid,     ///< `problem` says what is wrong
    Identifier,  ///< a simple one; keywords are identifiers here
    Delimited,   ///< `in backticks`
    String,
    Integer,
    Long,
    Decimal,
    Date,
    DateTime,
    Time,
    This,   ///< $this
    Index,  ///< $index
    Total,  ///< $total
    Dot,
    Comma,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Percent,
    Plus,
    Minus,
    Star,
    Slash,
    Ampersand,
    Pipe,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Tilde,
    NotTilde,
};

struct Token {
    TokenKind kind = TokenKind::End;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    const char* problem = nullptr;
};

struct LexerOptions {
    bool doubleQuotes = false;  ///< "..." is a string
    bool stopAtArrow = false;   ///< "->" is the end
};

class Lexer {
public:
    /// The text must have fewer than 2^32 bytes.
    explicit Lexer(std::string_view text, LexerOptions options = {})
        : text_(text), options_(options) {}

    Token next();
    [[nodiscard]] std::string_view text(const Token& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    [[nodiscard]] std::string_view whole() const { return text_; }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    const char* skipBlanks();
    Token token(TokenKind kind, std::size_t begin) const;
    Token invalid(const char* problem, std::size_t begin);
    Token number(std::size_t begin);
    Token quoted(char quote, std::size_t begin);
    Token moment(std::size_t begin);
    Token dollar(std::size_t begin);
    Token symbol(std::size_t begin);
    bool digits(std::size_t count);
    bool timeOfDay();

    std::string_view text_;
    LexerOptions options_;
    std::size_t at_ = 0;
};

/// What a string or delimited identifier holds, escapes resolved. Views the token where it has
/// none, else a copy in the arena.
std::string_view unquoted(std::string_view token, tree::Arena& arena);

/// Line and column of an offset, both from 1.
Position positionAt(std::string_view text, std::size_t offset);

}  // namespace waymark::path
