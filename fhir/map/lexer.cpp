#include "fhir/map/lexer.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace waymark::map {
namespace {

bool isLetter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}
bool isDigit(char byte) {
    return byte >= '0' && byte <= '9';
}
bool isSpace(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' ||
           byte == '\v';
}

/// Longest first.
constexpr std::array<std::string_view, 13> kLongSymbols = {
    "->", "<<", ">>", "..", "==", "!=", "<=", ">=", "<-", ">-", "--", "!~", "=>"};
constexpr std::string_view kSymbols = "{}()[]<>=,;:.+-*/|&~!";

std::string_view trim(std::string_view text) {
    while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
    return text;
}

class Lexer {
public:
    Lexer(std::string_view text, std::string_view file, Diagnostics& diagnostics)
        : text_(text), file_(file), diagnostics_(diagnostics) {}

    TokenList run() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = lineStart_ = 3;
        while (skipBlanks()) token();
        add(TokenKind::End, at_, at_, {});
        return std::move(list_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool sees(std::string_view what) const {
        return text_.substr(at_).starts_with(what);
    }
    [[nodiscard]] Position position(std::size_t offset) const {
        return {line_, static_cast<std::uint32_t>(offset - lineStart_ + 1)};
    }
    void newLines(std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i) {
            if (text_[i] != '\n') continue;
            ++line_;
            lineStart_ = i + 1;
        }
    }
    void add(TokenKind kind, std::size_t begin, std::size_t end, std::string_view text) {
        list_.tokens.push_back(Token{kind, text, static_cast<std::uint32_t>(begin),
                                     static_cast<std::uint32_t>(end), position(begin)});
    }
    void fault(Code code, std::size_t offset, std::string text) {
        diagnostics_.add(code, file_, position(offset), std::move(text));
    }

    bool skipBlanks();
    void comment(std::size_t begin, std::size_t textBegin, std::size_t textEnd, std::size_t end);
    [[nodiscard]] bool atMetadata() const;
    void token();
    void quoted(char quote, TokenKind kind);
    void markdown();
    void word();
    void number();
    void date();
    void external();
    void symbol();

    std::string_view text_;
    std::string_view file_;
    Diagnostics& diagnostics_;
    TokenList list_;
    std::size_t at_ = 0;
    std::size_t lineStart_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t lastTokenLine_ = 0;
};

/// Moves to the next token; false at the end.
bool Lexer::skipBlanks() {
    while (at_ < text_.size()) {
        if (isSpace(text_[at_])) {
            newLines(at_, at_ + 1);
            ++at_;
        } else if (sees("\xC2\xA0")) {  // a no-break space out of a word processor
            at_ += 2;
        } else if (sees("\xEF\xBB\xBF")) {
            at_ += 3;
        } else if (sees("///") && atMetadata()) {
            return true;
        } else if (sees("//")) {
            std::size_t end = text_.find('\n', at_);
            if (end == std::string_view::npos) end = text_.size();
            std::size_t begin = at_;
            while (begin < end && text_[begin] == '/') ++begin;
            comment(at_, begin, end, end);
        } else if (sees("/*")) {
            const std::size_t end = text_.find("*/", at_ + 2);
            if (end == std::string_view::npos) {
                fault(Code::Unterminated, at_, "this comment has no end; expected `*/`");
                at_ = text_.size();
                return false;
            }
            comment(at_, at_ + 2, end, end + 2);
        } else {
            return true;
        }
    }
    return false;
}

void Lexer::comment(std::size_t begin, std::size_t textBegin, std::size_t textEnd,
                    std::size_t end) {
    const bool trailing = !list_.tokens.empty() && lastTokenLine_ == line_;
    list_.comments.push_back(Comment{trim(text_.substr(textBegin, textEnd - textBegin)),
                                     static_cast<std::uint32_t>(list_.tokens.size()), trailing});
    newLines(begin, end);
    at_ = end;
}

/// Whether `///` here begins `name.sub = `; else it is a comment.
bool Lexer::atMetadata() const {
    for (std::size_t i = lineStart_; i < at_; ++i)
        if (!isSpace(text_[i])) return false;
    std::size_t i = at_ + 3;
    while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t')) ++i;
    const std::size_t name = i;
    while (i < text_.size() && (isLetter(text_[i]) || isDigit(text_[i]) || text_[i] == '.')) ++i;
    if (i == name) return false;
    while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t')) ++i;
    return i < text_.size() && text_[i] == '=';
}

void Lexer::token() {
    const char byte = peek();
    if (sees("///")) {
        add(TokenKind::Metadata, at_, at_ + 3, text_.substr(at_, 3));
        at_ += 3;
    } else if (isLetter(byte)) {
        word();
    } else if (isDigit(byte)) {
        number();
    } else if (byte == '\'') {
        quoted('\'', TokenKind::String);
    } else if (sees("\"\"\"")) {
        markdown();
    } else if (byte == '"') {
        quoted('"', TokenKind::DoubleString);
    } else if (byte == '`') {
        quoted('`', TokenKind::Delimited);
    } else if (byte == '@') {
        date();
    } else if (byte == '%') {
        external();
    } else if (byte == '$' && isLetter(peek(1))) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && isLetter(text_[end])) ++end;
        add(TokenKind::Special, at_, end, text_.substr(at_, end - at_));
        at_ = end;
    } else {
        symbol();
    }
    lastTokenLine_ = line_;
}

void Lexer::quoted(char quote, TokenKind kind) {
    const std::size_t begin = at_;
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) {
        fault(Code::Unterminated, begin,
              fmt::format("this text has no end; expected a closing {}", quote));
        // Go on at the next line, so that one missing quote does not hide all other faults.
        end = text_.find('\n', begin);
        at_ = end == std::string_view::npos ? text_.size() : end;
        return;
    }
    add(kind, begin, end + 1, text_.substr(begin + 1, end - begin - 1));
    newLines(begin, end);
    at_ = end + 1;
}

void Lexer::markdown() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find("\"\"\"", begin + 3);
    if (end == std::string_view::npos) {
        fault(Code::Unterminated, begin, "this text has no end; expected a closing \"\"\"");
        at_ = text_.size();
        return;
    }
    std::string_view inner = text_.substr(begin + 3, end - begin - 3);
    if (inner.starts_with("\r\n"))
        inner.remove_prefix(2);
    else if (inner.starts_with('\n'))
        inner.remove_prefix(1);
    if (inner.ends_with('\n')) inner.remove_suffix(1);
    if (inner.ends_with('\r')) inner.remove_suffix(1);
    add(TokenKind::Markdown, begin, end + 3, inner);
    newLines(begin, end);
    at_ = end + 3;
}

void Lexer::word() {
    const std::size_t begin = at_;
    while (isLetter(peek()) || isDigit(peek())) ++at_;
    add(TokenKind::Identifier, begin, at_, text_.substr(begin, at_ - begin));
}

void Lexer::number() {
    const std::size_t begin = at_;
    while (isDigit(peek())) ++at_;
    TokenKind kind = TokenKind::Integer;
    if (peek() == '.' && isDigit(peek(1))) {
        kind = TokenKind::Decimal;
        ++at_;
        while (isDigit(peek())) ++at_;
    }
    const std::size_t end = at_;
    if (kind == TokenKind::Integer && peek() == 'L' && !isLetter(peek(1)) && !isDigit(peek(1))) {
        kind = TokenKind::Long;
        ++at_;
    }
    add(kind, begin, at_, text_.substr(begin, end - begin));
}

/// @2024, @2024-01-31T10:00:00.000+01:00, @T10:00. The format is checked by whoever uses it.
void Lexer::date() {
    const std::size_t begin = at_++;
    const auto part = [this](char byte, bool time) {
        if (isDigit(byte) || byte == 'T') return true;
        if (byte == '-') return isDigit(peek(1));
        return time && (byte == ':' || byte == 'Z' || (byte == '+' && isDigit(peek(1))) ||
                        (byte == '.' && isDigit(peek(1))));
    };
    bool time = false;
    while (at_ < text_.size() && part(text_[at_], time)) {
        time = time || text_[at_] == 'T';
        ++at_;
    }
    if (at_ == begin + 1) {
        fault(Code::UnexpectedCharacter, begin, "expected a date or time after `@`");
        return;
    }
    add(TokenKind::Date, begin, at_, text_.substr(begin + 1, at_ - begin - 1));
}

void Lexer::external() {
    const std::size_t begin = at_++;
    if (const char quote = peek(); quote == '`' || quote == '\'' || quote == '"') {
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end != std::string_view::npos) {
            newLines(at_, end);
            at_ = end + 1;
            add(TokenKind::External, begin, at_, text_.substr(begin, at_ - begin));
            return;
        }
    }
    while (isLetter(peek()) || isDigit(peek()) || (peek() == '-' && isLetter(peek(1)))) ++at_;
    if (at_ == begin + 1) {
        fault(Code::UnexpectedCharacter, begin, "expected a variable's name after `%`");
        return;
    }
    add(TokenKind::External, begin, at_, text_.substr(begin, at_ - begin));
}

void Lexer::symbol() {
    for (const std::string_view symbol : kLongSymbols) {
        if (!sees(symbol)) continue;
        add(TokenKind::Symbol, at_, at_ + 2, text_.substr(at_, 2));
        at_ += 2;
        return;
    }
    const char byte = text_[at_];
    if (kSymbols.find(byte) != std::string_view::npos) {
        add(TokenKind::Symbol, at_, at_ + 1, text_.substr(at_, 1));
    } else if (byte > ' ' && byte < '\x7F') {
        fault(Code::UnexpectedCharacter, at_,
              fmt::format("`{}` has no meaning in a map here", byte));
    } else {
        fault(Code::UnexpectedCharacter, at_,
              fmt::format("a byte 0x{:02X} has no meaning in a map outside of quotes",
                          static_cast<unsigned char>(byte)));
        // One fault for the whole character, not one per byte of its UTF-8 form.
        while (at_ + 1 < text_.size() &&
               (static_cast<unsigned char>(text_[at_ + 1]) & 0xC0U) == 0x80U)
            ++at_;
    }
    ++at_;
}

std::optional<std::uint32_t> hexadecimal(std::string_view digits) {
    if (digits.size() != 4) return std::nullopt;
    std::uint32_t value = 0;
    for (const char digit : digits) {
        std::uint32_t nibble = 0;
        if (isDigit(digit))
            nibble = static_cast<std::uint32_t>(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            nibble = static_cast<std::uint32_t>(digit - 'a' + 10);
        else if (digit >= 'A' && digit <= 'F')
            nibble = static_cast<std::uint32_t>(digit - 'A' + 10);
        else
            return std::nullopt;
        value = value << 4U | nibble;
    }
    return value;
}

void appendUtf8(std::string& out, std::uint32_t code) {
    const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0U | code >> 6U);
        byte(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        byte(0xE0U | code >> 12U);
        byte(0x80U | (code >> 6U & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    } else {
        byte(0xF0U | code >> 18U);
        byte(0x80U | (code >> 12U & 0x3FU));
        byte(0x80U | (code >> 6U & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    }
}

/// The character of \uXXXX at `raw[at]` (behind the u), with its low surrogate if it needs one;
/// moves `at` behind it. A half pair becomes the replacement character.
std::optional<std::uint32_t> unicodeEscape(std::string_view raw, std::size_t& at) {
    const auto high = hexadecimal(raw.substr(at, 4));
    if (!high) return std::nullopt;
    at += 4;
    if (*high < 0xD800 || *high > 0xDFFF) return high;
    if (*high < 0xDC00 && raw.substr(at, 2) == "\\u") {
        const auto low = hexadecimal(raw.substr(at + 2, 4));
        if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
            at += 6;
            return 0x10000U + ((*high - 0xD800U) << 10U) + (*low - 0xDC00U);
        }
    }
    return 0xFFFD;
}

}  // namespace

TokenList tokenize(std::string_view text, std::string_view file, Diagnostics& diagnostics) {
    if (text.size() > kMaxMapBytes) {
        diagnostics.add(Code::TooLarge, file, {1, 1},
                        fmt::format("a map may have at most {} bytes", kMaxMapBytes));
        text = {};
    }
    return Lexer(text, file, diagnostics).run();
}

std::string unescape(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] != '\\' || at + 1 == raw.size()) {
            out += raw[at++];
            continue;
        }
        const char escape = raw[at + 1];
        at += 2;
        switch (escape) {
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 't':
                out += '\t';
                break;
            case 'f':
                out += '\f';
                break;
            case 'u':
                if (const auto code = unicodeEscape(raw, at))
                    appendUtf8(out, *code);
                else
                    out += 'u';
                break;
            default:
                out += escape;
        }
    }
    return out;
}

}  // namespace waymark::map
