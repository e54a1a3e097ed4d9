// Rules: sources, targets, dependents.
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "fhir/map/parser_impl.h"
#include "fhir/map/transform.h"

namespace waymark::map {
namespace {

constexpr std::size_t kMaxNesting = 64;

std::optional<ast::SourceList> sourceList(const Token& token) {
    if (token.kind != TokenKind::Identifier) return std::nullopt;
    if (token.text == "first") return ast::SourceList::First;
    if (token.text == "not_first") return ast::SourceList::NotFirst;
    if (token.text == "last") return ast::SourceList::Last;
    if (token.text == "not_last") return ast::SourceList::NotLast;
    if (token.text == "only_one") return ast::SourceList::OnlyOne;
    return std::nullopt;
}

}  // namespace

/// `{ rules }`.
std::vector<ast::Rule> Parser::block() {
    std::vector<ast::Rule> rules;
    const Position opened = peek().at;
    if (!expect("{")) return rules;
    if (++depth_ > kMaxNesting) {
        fault(Code::TooLarge, opened, fmt::format("rules may nest at most {} deep", kMaxNesting));
        recover();
        --depth_;
        return rules;
    }
    while (!atEnd() && !sees("}")) {
        if (sees("group") && peek(1).isName() && peek(2).is("(")) break;
        if (accept(";")) continue;
        rule(rules);
    }
    --depth_;
    if (!accept("}"))
        fault(Code::Unterminated, opened,
              fmt::format("this `{{` is never closed; expected `}}` before {}", describe(peek())));
    return rules;
}

void Parser::rule(std::vector<ast::Rule>& rules) {
    const std::size_t first = at_;
    ast::Rule rule;
    rule.at = peek().at;
    std::vector<ast::Name> batch;
    if (!ruleParts(rule, batch)) {
        recover();
        if (at_ == first) next();
        return;
    }
    if (!accept(";")) {
        expected("`;` at the end of the rule");
        recover();
    }
    rule.documentation = documentation(first);
    if (batch.empty()) {
        rules.push_back(std::move(rule));
        return;
    }
    // `src -> tgt: a, b;` is short for one simple rule per name.
    for (const ast::Name& element : batch) {
        ast::Rule each = rule;
        each.sources.front().path.push_back(element);
        each.targets.front().path.push_back(element);
        each.name = {};
        each.at = element.at;
        rules.push_back(std::move(each));
    }
}

bool Parser::ruleParts(ast::Rule& rule, std::vector<ast::Name>& batch) {
    do {
        if (!source(rule.sources.emplace_back())) return false;
    } while (accept(","));
    if (accept("->")) {
        do {
            if (!target(rule, batch)) return false;
        } while (batch.empty() && accept(","));
    }
    if (accept("then") && !dependents(rule)) return false;
    if (peek().kind == TokenKind::DoubleString || peek().kind == TokenKind::String) {
        rule.name = quotedText("a rule name");
    } else if (peek().isName() && peek(1).is(";")) {
        rule.name = name("a rule name");
    }
    return true;
}

/// `.a.b`; an `[x]` behind a choice's name is taken and dropped.
bool Parser::path(std::vector<ast::Name>& path) {
    while (accept(".")) {
        path.push_back(name("an element's name after `.`"));
        if (path.back().empty()) return false;
        if (sees("[") && peek(1).is("x") && peek(2).is("]")) at_ += 3;
    }
    return true;
}

bool Parser::source(ast::Source& source) {
    source.at = peek().at;
    if (sees("(")) {
        source.expression = condition("(");
        if (!source.expression) return false;
        source.expression->bare = false;
    } else {
        source.context = name("a source variable");
        if (source.context.empty() || !path(source.path)) return false;
    }
    while (!sees("->") && !sees(",") && !sees(";") && !sees("then")) {
        const std::size_t before = at_;
        if (!sourceClause(source)) return false;
        if (at_ == before) break;
    }
    return true;
}

/// One clause behind a source. The grammar has an order; public maps do not keep it.
bool Parser::sourceClause(ast::Source& source) {
    if (const auto list = sourceList(peek())) {
        source.list = *list;
        next();
        return true;
    }
    if (peek().kind == TokenKind::Integer) return cardinality(source);
    if (accept(":")) {
        source.type = name("a type after `:`");
        while (sees(".") && peek(1).isName()) {
            next();
            source.type.text += "." + name("a type").text;
        }
        return !source.type.empty();
    }
    const auto clause = [this](std::string_view keyword, std::optional<ast::Expression>& into) {
        const Position at = next().at;
        if (into) {
            fault(Code::DuplicateClause, at,
                  fmt::format("a second `{}` on the same source", keyword));
            return false;
        }
        into = condition(keyword);
        return into.has_value();
    };
    if (accept("as")) {
        source.variable = name("a variable after `as`");
        return !source.variable.empty();
    }
    if (accept("default")) {
        source.defaultValue = defaultValue();
        return source.defaultValue.has_value();
    }
    if (sees("where")) return clause("where", source.where);
    if (sees("check")) return clause("check", source.check);
    if (sees("log")) return clause("log", source.log);
    return true;
}

/// `0..1`, `1..*`.
bool Parser::cardinality(ast::Source& source) {
    const auto number = [this](std::uint32_t& out) {
        const Token& token = next();
        const auto [end, error] =
            std::from_chars(token.text.data(), token.text.data() + token.text.size(), out);
        if (error == std::errc() && end == token.text.data() + token.text.size()) return true;
        fault(Code::BadNumber, token.at, "this number is too large for a cardinality");
        return false;
    };
    source.hasCardinality = true;
    const Position at = peek().at;
    if (!number(source.min) || !expect("..")) return false;
    if (accept("*")) return true;
    if (peek().kind != TokenKind::Integer) {
        expected("a number or `*`");
        return false;
    }
    if (!number(source.max)) return false;
    if (source.max < source.min) {
        fault(Code::ImpossibleCardinality, at,
              fmt::format("no number of elements is in {}..{}", source.min, source.max));
        return false;
    }
    return true;
}

bool Parser::target(ast::Rule& rule, std::vector<ast::Name>& batch) {
    ast::Target target;
    target.at = peek().at;
    if (sees("(")) {
        auto expression = condition("(");
        if (!expression) return false;
        expression->bare = false;
        target.transform = ast::Transform::evaluating(*std::move(expression));
    } else if (peek().isName() && peek(1).is("(")) {
        const ast::Name called = name("a name");
        next();
        if (!transformNamed(called.text)) {
            rule.calls.push_back(ast::Call{.group = called, .arguments = parameters(false)});
            return true;
        }
        ast::Transform transform{.name = called.text, .parameters = {}, .at = called.at};
        transform.parameters = parameters(called.text == "evaluate");
        target.transform = std::move(transform);
    } else {
        target.context = name("a target");
        if (target.context.empty()) return false;
        if (target.context.text.size() && sees(":") && rule.targets.empty()) {
            next();
            rule.targets.push_back(std::move(target));
            return batchNames(batch);
        }
        if (!path(target.path)) return false;
        if (accept("=") && !transform(target)) return false;
    }
    if (!targetTail(target)) return false;
    rule.targets.push_back(std::move(target));
    return true;
}

/// `as variable` and list modes, in any order.
bool Parser::targetTail(ast::Target& target) {
    for (;;) {
        if (accept("as")) {
            target.variable = name("a variable after `as`");
            if (target.variable.empty()) return false;
            continue;
        }
        const std::size_t before = at_;
        if (!targetList(target)) return false;
        if (at_ == before) return true;
    }
}

/// Behind `src -> tgt:`.
bool Parser::batchNames(std::vector<ast::Name>& batch) {
    do {
        batch.push_back(name("an element's name"));
        if (batch.back().empty()) return false;
    } while (accept(","));
    return true;
}

bool Parser::targetList(ast::Target& target) {
    static constexpr std::pair<std::string_view, ast::TargetList> kModes[] = {
        {"first", ast::TargetList::First},
        {"last", ast::TargetList::Last},
        {"single", ast::TargetList::Single},
        {"collate", ast::TargetList::Collate},
        {"share", ast::TargetList::Share}};
    for (const auto& [word, mode] : kModes) {
        if (!accept(word)) continue;
        target.lists.push_back(mode);
        if (mode != ast::TargetList::Share) return true;
        target.shareId = name("an id after `share`");
        return !target.shareId.empty();
    }
    return true;
}

/// Behind `=`: a literal, a variable, a transform or an expression.
bool Parser::transform(ast::Target& target) {
    ast::Transform out{.name = "copy", .parameters = {}, .at = peek().at};
    if (peek().isName() && peek(1).is("(")) {
        out.name = name("a transform").text;
        next();
        out.parameters = parameters(out.name == "evaluate");
        target.transform = std::move(out);
        return true;
    }
    if (sees("(")) {
        auto expression = condition("(");
        if (!expression) return false;
        expression->bare = false;
        target.transform = ast::Transform::evaluating(*std::move(expression));
        return true;
    }
    const std::size_t end = expressionEnd(true);
    if (end == at_) {
        expected("a value after `=`");
        return false;
    }
    ast::Parameter parameter;
    parameter.at = out.at;
    if (auto simple = literal(at_, end)) {
        parameter = *std::move(simple);
    } else if (end == at_ + 1 && peek().isName()) {
        parameter.kind = ast::Parameter::Kind::Variable;
        parameter.text =
            peek().kind == TokenKind::Delimited ? unescape(peek().text) : std::string(peek().text);
    } else {
        out.name = "evaluate";
        parameter.kind = ast::Parameter::Kind::Expression;
        parameter.expression = cut(at_, end);
        parameter.expression.bare = true;
    }
    at_ = end;
    out.parameters.push_back(std::move(parameter));
    target.transform = std::move(out);
    return true;
}

/// Behind `then`: groups, then rules.
bool Parser::dependents(ast::Rule& rule) {
    if (!sees("{")) {
        do {
            ast::Call call;
            call.group = name("a group's name or `{` after `then`");
            if (call.group.empty() || !expect("(")) return false;
            call.arguments = parameters(false);
            rule.calls.push_back(std::move(call));
        } while (accept(","));
    }
    if (!sees("{")) return true;
    rule.hasBlock = true;
    rule.rules = block();
    return true;
}

}  // namespace waymark::map
