// The FML grammar as recursive descent; private to the room. Each part of the grammar has its own
// source file: the head of a map, rules, embedded expressions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fhir/map/parser_base.h"

namespace waymark::map {

class Parser : ParserBase {
public:
    using ParserBase::ParserBase;

    ast::Map map();

private:
    // parser.cpp: everything outside of rules
    void declaration(ast::Map& map);
    void mapHeader(ast::Map& map);
    void metadata(ast::Map& map);
    void metadataValue(ast::Metadata& entry, Position at);
    void applyMetadata(ast::Map& map, const ast::Metadata& entry, Position at);
    void structure(ast::Map& map);
    void constant(ast::Map& map);
    void group(ast::Map& map);
    void groupInputs(ast::Group& group);
    void groupMode(ast::Group& group);
    void finish(ast::Map& map);

    // parser_concept_map.cpp
    void conceptMap(ast::Map& map);
    void conceptPrefix(ast::ConceptMap& conceptMap);
    void conceptUnmapped(ast::ConceptMap& conceptMap);
    void conceptRow(ast::ConceptMap& conceptMap);
    ast::ConceptCode conceptCode(const ast::ConceptMap& conceptMap);
    std::string codeRun();

    // parser_rule.cpp
    std::vector<ast::Rule> block();
    void rule(std::vector<ast::Rule>& rules);
    bool ruleParts(ast::Rule& rule, std::vector<ast::Name>& batch);
    bool source(ast::Source& source);
    bool sourceClause(ast::Source& source);
    bool cardinality(ast::Source& source);
    bool target(ast::Rule& rule, std::vector<ast::Name>& batch);
    bool targetTail(ast::Target& target);
    bool batchNames(std::vector<ast::Name>& batch);
    bool targetList(ast::Target& target);
    bool transform(ast::Target& target);
    bool invocation(ast::Transform& transform);
    bool dependents(ast::Rule& rule);
    bool path(std::vector<ast::Name>& path);

    // parser_expression.cpp
    /// Where an expression that begins at the present token ends (index of the token behind it).
    [[nodiscard]] std::size_t expressionEnd(bool listWordsEnd) const;
    [[nodiscard]] std::size_t closing(std::size_t open) const;
    ast::Expression cut(std::size_t from, std::size_t to) const;
    std::optional<ast::Expression> condition(std::string_view keyword);
    std::optional<ast::Expression> parenthesized();
    std::optional<ast::Expression> defaultValue();
    std::vector<ast::Parameter> parameters(bool evaluate);
    ast::Parameter parameter(bool mustBeExpression);
    std::optional<ast::Parameter> literal(std::size_t from, std::size_t to) const;

    std::size_t depth_ = 0;
};

}  // namespace waymark::map
