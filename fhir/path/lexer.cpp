#include "fhir/path/lexer.h"

#include <algorithm>

#include "fhir/path/unicode.h"

namespace waymark::path {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isWord(char c) {
    return isWordStart(c) || isDigit(c);
}

}  // namespace

Token Lexer::token(TokenKind kind, std::size_t begin) const {
    return {kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_), nullptr};
}

Token Lexer::invalid(const char* problem, std::size_t begin) {
    Token result = token(TokenKind::Invalid, begin);
    result.problem = problem;
    return result;
}

const char* Lexer::skipBlanks() {
    for (;;) {
        const char c = peek();
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at_;
        } else if (c == '/' && peek(1) == '/') {
            while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
        } else if (c == '/' && peek(1) == '*') {
            const std::size_t end = text_.find("*/", at_ + 2);
            if (end == std::string_view::npos)
                return "the comment that begins here has no end (*/)";
            at_ = end + 2;
        } else {
            return nullptr;
        }
    }
}

Token Lexer::next() {
    if (const char* problem = skipBlanks()) return invalid(problem, at_);
    const std::size_t begin = at_;
    if (at_ == text_.size()) return token(TokenKind::End, begin);
    const char c = text_[at_];
    if (isWordStart(c)) {
        while (isWord(peek())) ++at_;
        return token(TokenKind::Identifier, begin);
    }
    if (isDigit(c)) return number(begin);
    if (c == '\'' || c == '`' || (c == '"' && options_.doubleQuotes)) return quoted(c, begin);
    if (c == '@') return moment(begin);
    if (c == '$') return dollar(begin);
    return symbol(begin);
}

Token Lexer::number(std::size_t begin) {
    while (isDigit(peek())) ++at_;
    if (peek() == '.' && isDigit(peek(1))) {
        ++at_;
        while (isDigit(peek())) ++at_;
        return token(TokenKind::Decimal, begin);
    }
    if (peek() == 'L' && !isWord(peek(1))) {
        ++at_;
        return token(TokenKind::Long, begin);
    }
    return token(TokenKind::Integer, begin);
}

Token Lexer::quoted(char quote, std::size_t begin) {
    for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '\\') {
            ++at_;
        } else if (text_[at_] == quote) {
            ++at_;
            return token(quote == '`' ? TokenKind::Delimited : TokenKind::String, begin);
        }
    }
    at_ = text_.size();
    return invalid(quote == '`' ? "the name that begins here has no closing `"
                                : "the string that begins here has no closing quote",
                   begin);
}

bool Lexer::digits(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (!isDigit(peek(i))) return false;
    }
    at_ += count;
    return true;
}

bool Lexer::timeOfDay() {
    if (!digits(2)) return false;
    for (int part = 0; part < 2 && peek() == ':'; ++part) {
        ++at_;
        if (!digits(2)) return false;
        if (part == 1 && peek() == '.' && isDigit(peek(1))) {
            ++at_;
            while (isDigit(peek())) ++at_;
        }
    }
    return true;
}

Token Lexer::moment(std::size_t begin) {
    constexpr const char* kProblem =
        "after @ a date (@2026-11-20), a date and time (@2026-11-20T10:30) or a time (@T10:30) is "
        "expected";
    ++at_;
    if (peek() == 'T') {
        ++at_;
        return timeOfDay() ? token(TokenKind::Time, begin) : invalid(kProblem, begin);
    }
    if (!digits(4)) return invalid(kProblem, begin);
    for (int part = 0; part < 2 && peek() == '-' && isDigit(peek(1)); ++part) {
        ++at_;
        if (!digits(2)) return invalid(kProblem, begin);
    }
    if (peek() != 'T') return token(TokenKind::Date, begin);
    ++at_;
    if (!isDigit(peek())) return token(TokenKind::DateTime, begin);
    if (!timeOfDay()) return invalid(kProblem, begin);
    if (peek() == 'Z') {
        ++at_;
    } else if ((peek() == '+' || peek() == '-') && isDigit(peek(1)) && isDigit(peek(2)) &&
               peek(3) == ':') {
        at_ += 4;
        if (!digits(2)) return invalid(kProblem, begin);
    }
    return token(TokenKind::DateTime, begin);
}

Token Lexer::dollar(std::size_t begin) {
    ++at_;
    while (isWord(peek())) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "$this") return token(TokenKind::This, begin);
    if (word == "$index") return token(TokenKind::Index, begin);
    if (word == "$total") return token(TokenKind::Total, begin);
    return invalid("$this, $index or $total is expected", begin);
}

Token Lexer::symbol(std::size_t begin) {
    struct Symbol {
        std::string_view text;
        TokenKind kind;
    };
    constexpr Symbol kSymbols[] = {
        {"<=", TokenKind::LessOrEqual}, {">=", TokenKind::GreaterOrEqual},
        {"!=", TokenKind::NotEqual},    {"!~", TokenKind::NotTilde},
        {".", TokenKind::Dot},          {",", TokenKind::Comma},
        {"(", TokenKind::LeftParen},    {")", TokenKind::RightParen},
        {"[", TokenKind::LeftBracket},  {"]", TokenKind::RightBracket},
        {"{", TokenKind::LeftBrace},    {"}", TokenKind::RightBrace},
        {"%", TokenKind::Percent},      {"+", TokenKind::Plus},
        {"-", TokenKind::Minus},        {"*", TokenKind::Star},
        {"/", TokenKind::Slash},        {"&", TokenKind::Ampersand},
        {"|", TokenKind::Pipe},         {"<", TokenKind::Less},
        {">", TokenKind::Greater},      {"=", TokenKind::Equal},
        {"~", TokenKind::Tilde},
    };
    if (options_.stopAtArrow && peek() == '-' && peek(1) == '>') {
        return token(TokenKind::End, begin);
    }
    const std::string_view rest = text_.substr(at_);
    const auto* found = std::ranges::find_if(
        kSymbols, [&](const Symbol& symbol) { return rest.starts_with(symbol.text); });
    if (found == std::end(kSymbols)) {
        ++at_;
        return invalid("this character begins nothing that FHIRPath knows", begin);
    }
    at_ += found->text.size();
    return token(found->kind, begin);
}

std::string_view unquoted(std::string_view token, tree::Arena& arena) {
    const std::string_view inside = token.substr(1, token.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return inside;
    // Nothing grows: six bytes of \uXXXX become at most three.
    const auto buffer = arena.array<char>(inside.size());
    std::size_t size = 0;
    for (std::size_t at = 0; at < inside.size(); ++at) {
        if (inside[at] != '\\' || at + 1 == inside.size()) {
            if (inside[at] != '\\') buffer[size++] = inside[at];
            continue;
        }
        const char c = inside[++at];
        if (c == 'u') {
            char32_t code = 0;
            if (const std::size_t taken = unicode::readHex(inside.substr(at + 1), code)) {
                at += taken;
                size += unicode::write(code, buffer.data() + size);
                continue;
            }
        }
        constexpr std::string_view kFrom = "frnt";
        constexpr std::string_view kTo = "\f\r\n\t";
        const std::size_t known = kFrom.find(c);
        buffer[size++] = known == std::string_view::npos ? c : kTo[known];
    }
    return {buffer.data(), size};
}

Position positionAt(std::string_view text, std::size_t offset) {
    Position position{1, 1};
    for (const char c : text.substr(0, std::min(offset, text.size()))) {
        ++position.column;
        if (c == '\n') position = {position.line + 1, 1};
    }
    return position;
}

}  // namespace waymark::path
