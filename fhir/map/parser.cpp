#include "fhir/map/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/map/parser_impl.h"

namespace waymark::map {

ast::Map Parser::map() {
    ast::Map map;
    map.file = std::string(file_);
    while (!atEnd()) {
        const std::size_t before = at_;
        declaration(map);
        if (at_ == before) next();
    }
    finish(map);
    return map;
}

void Parser::declaration(ast::Map& map) {
    if (peek().kind == TokenKind::Metadata) return metadata(map);
    if (sees("map")) return mapHeader(map);
    if (sees("conceptmap") || sees("conceptMap")) return conceptMap(map);
    if (sees("uses")) return structure(map);
    if (accept("imports")) {
        map.imports.push_back(quotedText("the imported map's URL in quotes"));
        accept(";");
        return;
    }
    if (sees("let")) return constant(map);
    if (sees("group")) return group(map);
    if (accept(";")) return;
    expected("`map`, `uses`, `imports`, `let`, `conceptmap` or `group`");
    while (!atEnd() && peek().kind != TokenKind::Metadata && !sees("group") && !sees("uses") &&
           !sees("imports") && !sees("let"))
        next();
}

/// map "url" = "name"
void Parser::mapHeader(ast::Map& map) {
    const std::size_t first = at_;
    next();
    map.oldHeader = true;
    map.url = quotedText("the map's URL in quotes");
    if (map.url.empty() || !expect("=")) return;
    map.name = peek().isName() ? name("the map's name") : quotedText("the map's name");
    accept(";");
    map.documentation = documentation(first);
}

/// /// name.sub = value, to the end of the line unless it is markdown.
void Parser::metadata(ast::Map& map) {
    const Token sign = next();
    ast::Metadata entry;
    entry.path = name("a metadata name");
    while (sees(".") && peek(1).isName()) {
        next();
        entry.path.text += "." + name("a metadata name").text;
    }
    if (entry.path.empty() || !expect("=")) return;
    if (!atEnd() && peek().at.line == sign.at.line) metadataValue(entry, sign.at);
    applyMetadata(map, entry, entry.path.at);
    map.metadata.push_back(std::move(entry));
}

void Parser::metadataValue(ast::Metadata& entry, Position at) {
    std::size_t end = at_;
    while (list_.tokens[end].kind != TokenKind::End && list_.tokens[end].at.line == at.line) ++end;
    if (peek().kind == TokenKind::Markdown) {
        entry.markdown = entry.hasValue = true;
        entry.value = std::string(peek().text);
        next();
    } else if (end == at_ + 1 && peek().kind == TokenKind::Identifier && !peek().is("true") &&
               !peek().is("false")) {  // `/// status = draft`, as old maps have it
        entry.hasValue = true;
        entry.value = std::string(peek().text);
        next();
    } else if (const auto value = literal(at_, end)) {
        entry.hasValue = true;
        entry.kind = value->literal;
        entry.value = value->text;
        at_ = end;
    } else {
        fault(Code::BadMetadata, peek().at,
              fmt::format("expected one literal as the value of `{}` but found {}", entry.path.text,
                          describe(peek())));
        at_ = end;
    }
}

void Parser::applyMetadata(ast::Map& map, const ast::Metadata& entry, Position at) {
    const std::string& key = entry.path.text;
    if (key == "url")
        map.url = {.text = entry.value, .at = at};
    else if (key == "name")
        map.name = {.text = entry.value, .at = at};
    else if (key == "title")
        map.title = entry.value;
    else if (key == "status")
        map.status = entry.value;
    else if (key == "description")
        map.description = entry.value;
}

/// uses "url" alias Name as source
void Parser::structure(ast::Map& map) {
    const std::size_t first = at_;
    next();
    ast::Structure out;
    out.url = quotedText("the structure's URL in quotes");
    if (out.url.empty()) return;
    if (accept("alias")) out.alias = name("an alias");
    if (!expect("as")) return;
    static constexpr std::pair<std::string_view, ast::ModelMode> kModes[] = {
        {"source", ast::ModelMode::Source},
        {"target", ast::ModelMode::Target},
        {"queried", ast::ModelMode::Queried},
        {"produced", ast::ModelMode::Produced}};
    const auto* mode =
        std::ranges::find_if(kModes, [this](const auto& entry) { return sees(entry.first); });
    if (mode == std::end(kModes)) {
        expected("`source`, `target`, `queried` or `produced`");
        return;
    }
    next();
    accept(";");
    out.mode = mode->second;
    out.documentation = documentation(first);
    map.structures.push_back(std::move(out));
}

/// let name = expression;
void Parser::constant(ast::Map& map) {
    next();
    ast::Constant out;
    out.name = name("a constant's name");
    if (out.name.empty() || !expect("=")) return recover();
    const std::size_t end = expressionEnd(false);
    if (end == at_) {
        expected("an expression after `=`");
        return recover();
    }
    out.value = cut(at_, end);
    at_ = end;
    expect(";");
    map.constants.push_back(std::move(out));
}

void Parser::group(ast::Map& map) {
    const std::size_t first = at_;
    next();
    ast::Group out;
    out.name = name("a group's name");
    if (out.name.empty()) return;
    if (expect("(")) groupInputs(out);
    for (;;) {
        if (accept("extends"))
            out.extends = name("a group's name after `extends`");
        else if (sees("<<"))
            groupMode(out);
        else
            break;
    }
    const std::size_t body = at_;
    out.rules = block();
    // The comments before `group` and behind its `{`.
    out.documentation = documentation(first);
    for (const Comment& comment : list_.comments) {
        if (comment.token != body + 1 || !comment.trailing) continue;
        if (!out.documentation.empty()) out.documentation += '\n';
        out.documentation += comment.text;
    }
    map.groups.push_back(std::move(out));
}

/// Behind `(`: source name : type, target name : type )
void Parser::groupInputs(ast::Group& group) {
    while (!atEnd() && !sees(")") && !sees("{")) {
        ast::Input input;
        if (accept("target")) {
            input.target = true;
        } else if (!accept("source")) {
            expected("`source` or `target` before an input's name");
            if (!peek().isName()) break;
        }
        input.name = name("an input's name");
        if (input.name.empty()) break;
        if (accept(":")) {
            input.type = name("a type after `:`");
            while (sees(".") && peek(1).isName()) {
                next();
                input.type.text += "." + name("a type").text;
            }
        }
        group.inputs.push_back(std::move(input));
        if (!accept(",")) break;
    }
    if (!accept(")")) {
        expected("`,` or `)` among the group's inputs");
        while (!atEnd() && !sees("{") && !sees("}") && !sees(";")) next();
    }
}

/// <<types>> or <<type+>>
void Parser::groupMode(ast::Group& group) {
    next();
    if (accept("types")) {
        group.mode = ast::GroupMode::Types;
    } else if (sees("type") && peek(1).is("+")) {
        at_ += 2;
        group.mode = ast::GroupMode::TypeAndTypes;
    } else {
        expected("`types` or `type+`");
        if (!sees(">>")) next();
    }
    expect(">>");
}

void Parser::finish(ast::Map& map) {
    const Position start{1, 1};
    if (map.url.empty())
        fault(Code::NoUrl, start,
              "the map has no URL; expected `/// url = '...'` or `map \"...\" = \"...\"`");
    if (map.name.empty() && !map.url.empty())
        map.name = {.text = map.url.text.substr(map.url.text.rfind('/') + 1), .at = map.url.at};
    if (map.groups.empty()) fault(Code::NoGroup, start, "the map has no group");
}

ast::Map parse(std::string_view text, std::string_view file, Diagnostics& diagnostics) {
    return Parser(text, file, diagnostics).map();
}

namespace {

char firstByte(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? '\0' : text[first];
}

}  // namespace

bool looksLikeJson(std::string_view text) {
    return firstByte(text) == '{';
}

bool looksLikeXml(std::string_view text) {
    return firstByte(text) == '<';
}

}  // namespace waymark::map
