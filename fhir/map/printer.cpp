#include "fhir/map/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace waymark::map {
namespace {

/// Words that cannot stand bare where a name begins a rule or a clause.
constexpr std::array<std::string_view, 9> kClauseWords = {
    "then", "where", "check", "log", "default", "group", "as", "true", "false"};

bool isPlainName(std::string_view name) {
    if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
    return std::ranges::all_of(name, [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9') || byte == '_';
    });
}

std::string escaped(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char byte : text) {
        switch (byte) {
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\\':
                out += "\\\\";
                break;
            default:
                if (byte == quote) out += '\\';
                out += byte;
        }
    }
    return out += quote;
}

std::string element(std::string_view name) {
    return isPlainName(name) ? std::string(name) : escaped(name, '`');
}

/// A variable or context: at the head of a clause a keyword needs quotes.
std::string variable(std::string_view name) {
    const bool keyword = std::ranges::find(kClauseWords, name) != kClauseWords.end();
    return keyword ? escaped(name, '`') : element(name);
}

class Printer {
public:
    std::string run(const ast::Map& map) {
        header(map);
        for (const ast::ConceptMap& conceptMap : map.conceptMaps) this->conceptMap(conceptMap);
        section(!map.structures.empty());
        for (const ast::Structure& structure : map.structures) this->structure(structure);
        section(!map.imports.empty());
        for (const ast::Name& import : map.imports)
            line(fmt::format("imports {}", escaped(import.text, '"')));
        section(!map.constants.empty());
        for (const ast::Constant& constant : map.constants)
            line(fmt::format("let {} = {};", constant.name.text, constant.value.text));
        for (const ast::Group& group : map.groups) this->group(group);
        return std::move(out_);
    }

    std::string head(const ast::Rule& rule) {
        ruleHead(rule);
        return std::move(out_);
    }

private:
    void line(std::string_view text) {
        out_.append(indent_ * 2, ' ');
        out_ += text;
        out_ += '\n';
    }
    void section(bool any) {
        if (any && !out_.empty()) out_ += '\n';
    }
    void documentation(const std::string& text) {
        std::string_view rest = text;
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            line(fmt::format("// {}", rest.substr(0, end)));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
    }

    void header(const ast::Map& map);
    void metadata(const ast::Metadata& entry);
    void conceptMap(const ast::ConceptMap& conceptMap);
    void structure(const ast::Structure& structure);
    void group(const ast::Group& group);
    void rules(const std::vector<ast::Rule>& rules);
    void rule(const ast::Rule& rule);
    void ruleHead(const ast::Rule& rule);
    void source(const ast::Source& source);
    void target(const ast::Target& target);
    void transform(const ast::Transform& transform);
    void arguments(const std::vector<ast::Parameter>& parameters);
    void parameter(const ast::Parameter& parameter);
    void path(const std::vector<ast::Name>& path) {
        for (const ast::Name& step : path) {
            out_ += '.';
            out_ += element(step.text);
        }
    }

    std::string out_;
    std::size_t indent_ = 0;
};

void Printer::header(const ast::Map& map) {
    for (const ast::Metadata& entry : map.metadata) metadata(entry);
    if (!map.oldHeader) return;
    documentation(map.documentation);
    line(fmt::format("map {} = {}", escaped(map.url.text, '"'), escaped(map.name.text, '"')));
}

void Printer::metadata(const ast::Metadata& entry) {
    out_ += fmt::format("/// {} =", entry.path.text);
    if (entry.markdown)
        out_ += fmt::format(" \"\"\"\n{}\n\"\"\"", entry.value);
    else if (entry.kind == ast::LiteralKind::Text && entry.hasValue)
        out_ += " " + escaped(entry.value, '\'');
    else if (entry.kind == ast::LiteralKind::Date)
        out_ += " @" + entry.value;
    else if (entry.hasValue)
        out_ += " " + entry.value;
    out_ += '\n';
}

std::string_view relationship(std::string_view equivalence) {
    static constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
        {"relatedto", "-"}, {"equal", "="},     {"equivalent", "=="}, {"disjoint", "!="},
        {"wider", "<="},    {"subsumes", "<-"}, {"narrower", ">="},   {"specializes", ">-"},
        {"inexact", "~"},   {"unmatched", "--"}};
    for (const auto& [name, sign] : kSigns)
        if (name == equivalence) return sign;
    return "-";
}

void Printer::conceptMap(const ast::ConceptMap& conceptMap) {
    section(true);
    documentation(conceptMap.documentation);
    line(fmt::format("conceptmap {} {{", escaped("#" + conceptMap.id.text, '"')));
    ++indent_;
    const auto prefix = [&conceptMap](const std::string& system) -> std::string_view {
        for (const auto& entry : conceptMap.prefixes)
            if (entry.second == system) return entry.first.text;
        return "s";
    };
    const auto code = [&prefix](const ast::ConceptCode& entry) {
        return fmt::format("{}:{}", prefix(entry.system), escaped(entry.code, '"'));
    };
    for (const auto& [name, url] : conceptMap.prefixes)
        line(fmt::format("prefix {} = {}", name.text, escaped(url, '"')));
    for (const ast::ConceptUnmapped& unmapped : conceptMap.unmapped)
        line(fmt::format("unmapped for {} = {}", prefix(unmapped.system), unmapped.mode));
    for (const ast::ConceptRow& row : conceptMap.rows)
        line(fmt::format("{} {}{}", code(row.source), relationship(row.equivalence),
                         row.target.code.empty() ? "" : " " + code(row.target)));
    --indent_;
    line("}");
}

void Printer::structure(const ast::Structure& structure) {
    static constexpr std::array<std::string_view, 4> kModes = {"source", "queried", "target",
                                                               "produced"};
    documentation(structure.documentation);
    line(fmt::format("uses {}{} as {}", escaped(structure.url.text, '"'),
                     structure.alias.empty() ? "" : " alias " + element(structure.alias.text),
                     kModes[std::to_underlying(structure.mode)]));
}

void Printer::group(const ast::Group& group) {
    section(true);
    documentation(group.documentation);
    out_ += "group " + group.name.text + "(";
    for (std::size_t i = 0; i < group.inputs.size(); ++i) {
        const ast::Input& input = group.inputs[i];
        out_ += fmt::format("{}{} {}{}", i ? ", " : "", input.target ? "target" : "source",
                            variable(input.name.text),
                            input.type.empty() ? "" : " : " + input.type.text);
    }
    out_ += ')';
    if (!group.extends.empty()) out_ += " extends " + group.extends.text;
    if (group.mode == ast::GroupMode::Types) out_ += " <<types>>";
    if (group.mode == ast::GroupMode::TypeAndTypes) out_ += " <<type+>>";
    out_ += " {\n";
    ++indent_;
    rules(group.rules);
    --indent_;
    line("}");
}

void Printer::rules(const std::vector<ast::Rule>& rules) {
    for (const ast::Rule& each : rules) rule(each);
}

void Printer::rule(const ast::Rule& rule) {
    documentation(rule.documentation);
    out_.append(indent_ * 2, ' ');
    ruleHead(rule);
    if (!rule.calls.empty() || rule.hasBlock) {
        out_ += " then";
        for (std::size_t i = 0; i < rule.calls.size(); ++i) {
            out_ += (i ? ", " : " ") + rule.calls[i].group.text;
            arguments(rule.calls[i].arguments);
        }
    }
    if (rule.hasBlock) {
        out_ += " {\n";
        ++indent_;
        rules(rule.rules);
        --indent_;
        out_.append(indent_ * 2, ' ');
        out_ += '}';
    }
    if (!rule.name.empty()) out_ += " " + escaped(rule.name.text, '"');
    out_ += ";\n";
}

void Printer::ruleHead(const ast::Rule& rule) {
    for (std::size_t i = 0; i < rule.sources.size(); ++i) {
        if (i) out_ += ", ";
        source(rule.sources[i]);
    }
    for (std::size_t i = 0; i < rule.targets.size(); ++i) {
        out_ += i ? ", " : " -> ";
        target(rule.targets[i]);
    }
}

void Printer::source(const ast::Source& source) {
    static constexpr std::array<std::string_view, 6> kLists = {"",      " first",    " not_first",
                                                               " last", " not_last", " only_one"};
    if (source.expression)
        out_ += "(" + source.expression->text + ")";
    else
        out_ += variable(source.context.text);
    path(source.path);
    if (!source.type.empty()) out_ += " : " + source.type.text;
    if (source.hasCardinality) {
        out_ += fmt::format(" {}..", source.min);
        out_ += source.max == 0xFFFFFFFF ? "*" : fmt::format("{}", source.max);
    }
    if (source.defaultValue) out_ += " default (" + source.defaultValue->text + ")";
    out_ += kLists[std::to_underlying(source.list)];
    if (!source.variable.empty()) out_ += " as " + variable(source.variable.text);
    if (source.where) out_ += " where (" + source.where->text + ")";
    if (source.check) out_ += " check (" + source.check->text + ")";
    if (source.log) out_ += " log (" + source.log->text + ")";
}

void Printer::target(const ast::Target& target) {
    static constexpr std::array<std::string_view, 6> kLists = {"",      " first",  " share",
                                                               " last", " single", " collate"};
    if (!target.context.empty()) {
        out_ += variable(target.context.text);
        path(target.path);
        if (target.transform) out_ += " = ";
    }
    if (target.transform) transform(*target.transform);
    if (!target.variable.empty()) out_ += " as " + variable(target.variable.text);
    for (const ast::TargetList list : target.lists) {
        out_ += kLists[std::to_underlying(list)];
        if (list == ast::TargetList::Share) out_ += " " + variable(target.shareId.text);
    }
}

void Printer::transform(const ast::Transform& transform) {
    if (transform.name == "copy" && transform.parameters.size() == 1)
        return parameter(transform.parameters.front());
    if (transform.name == "evaluate" && transform.parameters.size() == 1) {
        out_ += '(' + transform.parameters.front().expression.text + ')';
        return;
    }
    out_ += transform.name;
    arguments(transform.parameters);
}

void Printer::arguments(const std::vector<ast::Parameter>& parameters) {
    out_ += '(';
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (i) out_ += ", ";
        parameter(parameters[i]);
    }
    out_ += ')';
}

void Printer::parameter(const ast::Parameter& parameter) {
    switch (parameter.kind) {
        case ast::Parameter::Kind::Variable:
            out_ += variable(parameter.text);
            break;
        case ast::Parameter::Kind::Expression:
            out_ += parameter.expression.text;
            break;
        case ast::Parameter::Kind::Literal:
            if (parameter.literal == ast::LiteralKind::Text)
                out_ += escaped(parameter.text, '\'');
            else if (parameter.literal == ast::LiteralKind::Date)
                out_ += "@" + parameter.text;
            else
                out_ += parameter.text;
    }
}

}  // namespace

std::string print(const ast::Map& map) {
    return Printer().run(map);
}

std::string printHead(const ast::Rule& rule) {
    return Printer().head(rule);
}

}  // namespace waymark::map
