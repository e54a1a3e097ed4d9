// Inline ConceptMaps: conceptmap "#id" { prefix s = "url" ... s:a == t:b }.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/core/nearest.h"
#include "fhir/map/parser_impl.h"

namespace waymark::map {
namespace {

constexpr std::pair<std::string_view, std::string_view> kEquivalences[] = {
    {"-", "relatedto"}, {"=", "equal"},     {"==", "equivalent"}, {"!=", "disjoint"},
    {"<=", "wider"},    {"<-", "subsumes"}, {">=", "narrower"},   {">-", "specializes"},
    {"~", "inexact"},   {"--", "unmatched"}};

}  // namespace

void Parser::conceptMap(ast::Map& map) {
    const std::size_t first = at_;
    next();
    ast::ConceptMap out;
    out.id = quotedText("the ConceptMap's name in quotes");
    if (out.id.text.starts_with('#')) out.id.text.erase(0, 1);
    const Position opened = peek().at;
    if (!expect("{")) return;
    out.documentation = documentation(first);
    while (!atEnd() && !sees("}")) {
        const std::size_t before = at_;
        if (accept(";")) continue;
        if (sees("prefix") && !peek(1).is(":"))
            conceptPrefix(out);
        else if (sees("unmapped") && peek(1).is("for"))
            conceptUnmapped(out);
        else
            conceptRow(out);
        if (at_ == before) next();
    }
    if (!accept("}")) fault(Code::Unterminated, opened, "this `{` is never closed; expected `}`");
    map.conceptMaps.push_back(std::move(out));
}

void Parser::conceptPrefix(ast::ConceptMap& conceptMap) {
    next();
    ast::Name prefix = name("a prefix");
    if (prefix.empty() || !expect("=")) return;
    conceptMap.prefixes.emplace_back(std::move(prefix), quotedText("the code system's URL").text);
}

/// unmapped for s = provided
void Parser::conceptUnmapped(ast::ConceptMap& conceptMap) {
    next();
    next();
    const ast::Name prefix = name("a prefix");
    if (prefix.empty() || !expect("=")) return;
    const ast::Name mode = name("`provided`");
    if (!mode.empty() && mode.text != "provided") {
        fault(Code::BadConceptMap, mode.at,
              fmt::format("`unmapped for` knows `provided`, not `{}`", mode.text));
        return;
    }
    const auto known = std::ranges::find(conceptMap.prefixes, prefix.text,
                                         [](const auto& entry) { return entry.first.text; });
    if (known == conceptMap.prefixes.end()) {
        fault(Code::BadConceptMap, prefix.at,
              fmt::format("no prefix `{}` before this", prefix.text));
        return;
    }
    conceptMap.unmapped.push_back({known->second, mode.text});
}

void Parser::conceptRow(ast::ConceptMap& conceptMap) {
    ast::ConceptRow row;
    row.at = peek().at;
    row.source = conceptCode(conceptMap);
    if (row.source.code.empty()) return;
    const auto* found = std::ranges::find_if(
        kEquivalences, [this](const auto& entry) { return sees(entry.first); });
    if (found == std::end(kEquivalences)) {
        expected("a relationship (`-`, `=`, `==`, `!=`, `<=`, `>=`, `<-`, `>-`, `~` or `--`)");
        return;
    }
    row.equivalence = found->second;
    const Position sign = next().at;
    // `--` says that there is no target; one may stand there for the reader all the same.
    const bool hasTarget = peek().isName() && peek(1).is(":") && peek().at.line == sign.line;
    if (row.equivalence != "unmatched" || hasTarget) {
        row.target = conceptCode(conceptMap);
        if (row.target.code.empty()) return;
    }
    conceptMap.rows.push_back(std::move(row));
}

/// prefix:code, the code bare or in quotes.
ast::ConceptCode Parser::conceptCode(const ast::ConceptMap& conceptMap) {
    const ast::Name prefix = name("`prefix:code`");
    if (prefix.empty() || !expect(":")) return {};
    ast::ConceptCode out;
    const auto known = std::ranges::find(conceptMap.prefixes, prefix.text,
                                         [](const auto& entry) { return entry.first.text; });
    if (known == conceptMap.prefixes.end()) {
        std::vector<std::string_view> names;
        for (const auto& entry : conceptMap.prefixes) names.push_back(entry.first.text);
        fault(Code::BadConceptMap, prefix.at,
              fmt::format("no prefix `{}`{}", prefix.text, didYouMean(prefix.text, names)));
    } else {
        out.system = known->second;
    }
    out.code = codeRun();
    if (out.code.empty()) expected("a code");
    return out;
}

/// A code in quotes, or neighbouring tokens without blanks between them: not-done, 1.2, a_b.
std::string Parser::codeRun() {
    if (peek().kind == TokenKind::String || peek().kind == TokenKind::DoubleString)
        return quotedText("a code").text;
    std::string out;
    std::uint32_t end = peek().begin;
    while (peek().begin == end && !atEnd()) {
        const Token& token = peek();
        const bool part = token.kind == TokenKind::Identifier || token.kind == TokenKind::Integer ||
                          token.kind == TokenKind::Decimal || token.kind == TokenKind::Long ||
                          token.is("-") || token.is(".");
        if (!part) break;
        out += text_.substr(token.begin, token.end - token.begin);
        end = token.end;
        next();
    }
    return out;
}

}  // namespace waymark::map
