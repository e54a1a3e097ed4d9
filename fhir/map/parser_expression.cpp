// Embedded FHIRPath: where an expression begins and ends in the map's text. It is not parsed here.
#include <algorithm>
#include <array>

#include "fhir/map/parser_impl.h"

namespace waymark::map {
namespace {

constexpr std::array<std::string_view, 10> kOperatorWords = {
    "and", "or", "xor", "implies", "is", "as", "in", "contains", "div", "mod"};
constexpr std::array<std::string_view, 17> kOperators = {
    ".", "[", "+", "-", "*", "/", "|", "&", "=", "!=", "~", "!~", "<", ">", "<=", ">=", "<-"};
constexpr std::array<std::string_view, 3> kClauseWords = {"check", "log", "then"};
constexpr std::array<std::string_view, 6> kListWords = {"as",    "first",  "last",
                                                        "share", "single", "collate"};

template <class Words>
bool oneOf(const Words& words, const Token& token) {
    return std::ranges::any_of(words, [&token](std::string_view word) { return token.is(word); });
}

/// Whether an operand could end with this token, so that what follows begins something new.
bool endsOperand(const Token& token, bool afterDot) {
    switch (token.kind) {
        case TokenKind::Symbol:
            return token.is(")") || token.is("]") || token.is("}");
        case TokenKind::Identifier:
            return afterDot || !oneOf(kOperatorWords, token);
        case TokenKind::End:
        case TokenKind::Metadata:
            return false;
        default:
            return true;
    }
}

/// Whether an expression in parentheses goes on with this token. `as` does not: it names the
/// variable there.
bool continues(const Token& token) {
    return oneOf(kOperators, token) || (oneOf(kOperatorWords, token) && !token.is("as"));
}

}  // namespace

std::size_t Parser::closing(std::size_t open) const {
    std::size_t depth = 0;
    for (std::size_t i = open; i < list_.tokens.size(); ++i) {
        const Token& token = list_.tokens[i];
        if (token.kind == TokenKind::End || token.is(";")) break;
        if (token.is("(") || token.is("[") || token.is("{")) ++depth;
        if (token.is(")") || token.is("]") || token.is("}")) {
            if (--depth == 0) return i;
        }
    }
    return list_.tokens.size();
}

std::size_t Parser::expressionEnd(bool listWordsEnd) const {
    std::size_t depth = 0;
    bool complete = false;
    for (std::size_t i = at_; i < list_.tokens.size(); ++i) {
        const Token& token = list_.tokens[i];
        if (token.kind == TokenKind::End || token.kind == TokenKind::Metadata || token.is(";"))
            return i;
        const bool closes = token.is(")") || token.is("]") || token.is("}");
        if (depth == 0) {
            if (closes || token.is(",") || token.is("->")) return i;
            if (complete && (oneOf(kClauseWords, token) || token.kind == TokenKind::DoubleString ||
                             (listWordsEnd && oneOf(kListWords, token))))
                return i;
        }
        if (token.is("(") || token.is("[") || token.is("{")) ++depth;
        if (closes) --depth;
        complete = endsOperand(token, i > at_ && list_.tokens[i - 1].is("."));
    }
    return list_.tokens.size() - 1;
}

/// The text of tokens [from, to) with double-quoted strings made single-quoted.
ast::Expression Parser::cut(std::size_t from, std::size_t to) const {
    ast::Expression out;
    if (from >= to) {
        out.at = list_.tokens[std::min(from, list_.tokens.size() - 1)].at;
        return out;
    }
    out.at = list_.tokens[from].at;
    std::size_t copied = list_.tokens[from].begin;
    for (std::size_t i = from; i < to; ++i) {
        const Token& token = list_.tokens[i];
        if (token.kind != TokenKind::DoubleString) continue;
        out.doubleQuoted = true;
        out.text += text_.substr(copied, token.begin - copied);
        out.text += '\'';
        for (const char byte : token.text) {
            if (byte == '\'') out.text += '\\';
            out.text += byte;
        }
        out.text += '\'';
        copied = token.end;
    }
    out.text += text_.substr(copied, list_.tokens[to - 1].end - copied);
    return out;
}

/// `(expression)` or, as public maps have it, an expression without parentheses.
std::optional<ast::Expression> Parser::condition(std::string_view keyword) {
    if (sees("(")) {
        const std::size_t close = closing(at_);
        if (close < list_.tokens.size() && !continues(list_.tokens[close + 1]))
            return parenthesized();
    }
    const std::size_t end = expressionEnd(false);
    if (end == at_) {
        expected(std::string("an expression in parentheses after `") + std::string(keyword) + "`");
        return std::nullopt;
    }
    ast::Expression out = cut(at_, end);
    out.bare = true;
    at_ = end;
    return out;
}

std::optional<ast::Expression> Parser::parenthesized() {
    const std::size_t close = closing(at_);
    if (close >= list_.tokens.size()) {
        fault(Code::Unterminated, peek().at, "this parenthesis is never closed; expected `)`");
        return std::nullopt;
    }
    if (close == at_ + 1) {
        fault(Code::Expected, peek(1).at, "expected an expression between the parentheses");
        at_ = close + 1;
        return std::nullopt;
    }
    ast::Expression out = cut(at_ + 1, close);
    at_ = close + 1;
    return out;
}

/// `default (expression)`, `default "text"` (the first form of the language) or a bare literal.
std::optional<ast::Expression> Parser::defaultValue() {
    if (sees("(")) return parenthesized();
    const TokenKind kind = peek().kind;
    if (kind == TokenKind::End || kind == TokenKind::Symbol || kind == TokenKind::Metadata) {
        expected("a value in parentheses after `default`");
        return std::nullopt;
    }
    ast::Expression out = cut(at_, at_ + 1);
    out.bare = true;
    next();
    return out;
}

/// A literal of the tokens [from, to), if they are one.
std::optional<ast::Parameter> Parser::literal(std::size_t from, std::size_t to) const {
    const bool negative = to - from == 2 && list_.tokens[from].is("-");
    if (to - from != 1 && !negative) return std::nullopt;
    const Token& token = list_.tokens[to - 1];
    ast::Parameter out;
    out.at = list_.tokens[from].at;
    out.text = std::string(negative ? "-" : "") + std::string(token.text);
    switch (token.kind) {
        case TokenKind::Integer:
        case TokenKind::Long:
            out.literal = ast::LiteralKind::Integer;
            return out;
        case TokenKind::Decimal:
            out.literal = ast::LiteralKind::Decimal;
            return out;
        default:
            break;
    }
    if (negative) return std::nullopt;
    switch (token.kind) {
        case TokenKind::String:
        case TokenKind::DoubleString:
            out.text = unescape(token.text);
            return out;
        case TokenKind::Date:
            out.literal = ast::LiteralKind::Date;
            return out;
        case TokenKind::Identifier:
            if (!token.is("true") && !token.is("false")) return std::nullopt;
            out.literal = ast::LiteralKind::Boolean;
            return out;
        default:
            return std::nullopt;
    }
}

ast::Parameter Parser::parameter(bool mustBeExpression) {
    const std::size_t end = expressionEnd(false);
    ast::Parameter out;
    out.at = peek().at;
    if (end == at_) {
        expected("a parameter");
        return out;
    }
    if (!mustBeExpression) {
        if (auto simple = literal(at_, end)) {
            at_ = end;
            return *std::move(simple);
        }
        if (end == at_ + 1 && peek().isName()) {
            const ast::Name variable = name("a variable");
            out.kind = ast::Parameter::Kind::Variable;
            out.text = variable.text;
            return out;
        }
    }
    out.kind = ast::Parameter::Kind::Expression;
    out.expression = cut(at_, end);
    at_ = end;
    return out;
}

/// Behind `(`; reads to `)`. The second parameter of evaluate is an expression, whatever it looks
/// like: a string there is a FHIRPath string.
std::vector<ast::Parameter> Parser::parameters(bool evaluate) {
    std::vector<ast::Parameter> out;
    if (accept(")")) return out;
    do {
        const std::size_t before = at_;
        out.push_back(parameter(evaluate && out.size() == 1));
        if (at_ == before) return out;
    } while (accept(","));
    expect(")");
    return out;
}

}  // namespace waymark::map
