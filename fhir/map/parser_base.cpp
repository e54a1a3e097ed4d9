#include "fhir/map/parser_base.h"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::map {

std::string describe(const Token& token) {
    switch (token.kind) {
        case TokenKind::End:
            return "the end of the text";
        case TokenKind::String:
            return fmt::format("'{}'", token.text.substr(0, 40));
        case TokenKind::DoubleString:
        case TokenKind::Markdown:
            return fmt::format("\"{}\"", token.text.substr(0, 40));
        default:
            return fmt::format("`{}`", token.text.substr(0, 40));
    }
}

void ParserBase::expected(std::string_view what) {
    fault(Code::Expected, peek().at,
          fmt::format("expected {} but found {}", what, describe(peek())));
}

bool ParserBase::expect(std::string_view symbolOrWord) {
    if (accept(symbolOrWord)) return true;
    expected(fmt::format("`{}`", symbolOrWord));
    return false;
}

ast::Name ParserBase::name(std::string_view what) {
    if (!peek().isName()) {
        expected(what);
        return {.text = {}, .at = peek().at};
    }
    const Token& token = next();
    return {
        .text = token.kind == TokenKind::Delimited ? unescape(token.text) : std::string(token.text),
        .at = token.at};
}

ast::Name ParserBase::quotedText(std::string_view what) {
    if (peek().kind != TokenKind::String && peek().kind != TokenKind::DoubleString) {
        expected(what);
        return {.text = {}, .at = peek().at};
    }
    const Token& token = next();
    return {.text = unescape(token.text), .at = token.at};
}

void ParserBase::recover() {
    std::size_t depth = 0;
    while (!atEnd()) {
        if (sees("{")) {
            ++depth;
        } else if (sees("}")) {
            if (depth == 0) return;
            --depth;
        } else if (sees(";") && depth == 0) {
            next();
            return;
        } else if (depth == 0 && sees("group") && peek(1).isName() && peek(2).is("(")) {
            return;
        }
        next();
    }
}

namespace {

/// A line of a comment without its indentation and the star of a block's lines.
std::string_view plainLine(std::string_view line) {
    const auto trim = [&line] {
        const std::size_t first = line.find_first_not_of(" \t\r");
        line.remove_prefix(first == std::string_view::npos ? line.size() : first);
        line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    };
    trim();
    if (line == "*" || line.starts_with("* ")) line.remove_prefix(1);
    trim();
    return line;
}

}  // namespace

std::string ParserBase::documentation(std::size_t first) const {
    std::string out;
    const auto append = [&out](std::string_view text) {
        while (!text.empty()) {
            if (!out.empty()) out += '\n';
            const std::size_t end = text.find('\n');
            out += plainLine(text.substr(0, end));
            text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        }
    };
    const auto before = [this](std::size_t token) {
        return std::ranges::equal_range(list_.comments, static_cast<std::uint32_t>(token), {},
                                        &Comment::token);
    };
    for (const Comment& comment : before(first))
        if (!comment.trailing) append(comment.text);
    for (const Comment& comment : before(at_))
        if (comment.trailing) append(comment.text);
    return out;
}

}  // namespace waymark::map
