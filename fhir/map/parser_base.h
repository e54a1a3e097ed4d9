// The parser's hands: the token stream, expectations and recovery. The grammar's parts derive from
// it; private to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/map/ast.h"
#include "fhir/map/diagnostics.h"
#include "fhir/map/lexer.h"

namespace waymark::map {

class ParserBase {
public:
    ParserBase(std::string_view text, std::string_view file, Diagnostics& diagnostics)
        : text_(text),
          file_(file),
          diagnostics_(diagnostics),
          list_(tokenize(text, file, diagnostics)) {}

protected:
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
        const std::size_t index = at_ + ahead;
        return index < list_.tokens.size() ? list_.tokens[index] : list_.tokens.back();
    }
    [[nodiscard]] bool sees(std::string_view symbolOrWord) const { return peek().is(symbolOrWord); }
    [[nodiscard]] bool atEnd() const { return peek().kind == TokenKind::End; }
    const Token& next() {
        const Token& token = peek();
        if (token.kind != TokenKind::End) ++at_;
        return token;
    }
    bool accept(std::string_view symbolOrWord) {
        if (!sees(symbolOrWord)) return false;
        ++at_;
        return true;
    }
    /// Reports what was expected and what stands there instead.
    void expected(std::string_view what);
    bool expect(std::string_view symbolOrWord);
    /// A name; keywords are names where one is expected. Empty and reported when there is none.
    ast::Name name(std::string_view what);
    /// 'text' or "text", escapes resolved.
    ast::Name quotedText(std::string_view what);
    void fault(Code code, Position at, std::string text) {
        diagnostics_.add(code, file_, at, std::move(text));
    }
    /// Skips behind the next `;` of this block, or to its `}`.
    void recover();
    /// The comments before the token at `first`, and the one that ends the line of the token before
    /// the present one.
    [[nodiscard]] std::string documentation(std::size_t first) const;

    std::string_view text_;
    std::string_view file_;
    Diagnostics& diagnostics_;
    TokenList list_;
    std::size_t at_ = 0;
};

/// How a token would be called in a message.
std::string describe(const Token& token);

}  // namespace waymark::map
