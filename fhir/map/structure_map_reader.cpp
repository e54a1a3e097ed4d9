#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "fhir/map/parser.h"
#include "fhir/map/structure_map.h"
#include "fhir/map/structure_map_names.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/xml_reader.h"

namespace waymark::map {
namespace {

/// Reads by JSON names, so that the same code serves typed and open trees.
class Reader {
public:
    Reader(const model::Model& model, std::string_view file, Diagnostics& diagnostics)
        : model_(model), file_(file), diagnostics_(diagnostics) {}

    ast::Map map(tree::Element resource);

private:
    [[nodiscard]] std::string_view jsonName(tree::Element element) const {
        if (element.isKeyed()) return element.key();
        if (model_.type(element.type()).kind == model::TypeKind::Resource)
            return model_.name(element.name());
        return model_.name(element.node()->local);
    }
    [[nodiscard]] tree::Element child(tree::Element of, std::string_view name) const {
        for (const tree::Element each : of.children())
            if (jsonName(each) == name) return each;
        return {};
    }
    [[nodiscard]] std::string text(tree::Element of, std::string_view name) const {
        const tree::Element found = child(of, name);
        return found ? std::string(found.text()) : std::string();
    }
    [[nodiscard]] ast::Name name(tree::Element of, std::string_view element) const {
        return {.text = text(of, element), .at = {}};
    }
    template <class Each>
    void every(tree::Element of, std::string_view name, const Each& each) const {
        for (const tree::Element at : of.children())
            if (jsonName(at) == name) each(at);
    }
    void fault(tree::Element at, std::string text) {
        diagnostics_.add(Code::Expected, file_, {},
                         fmt::format("{}: {}", tree::expressionTo(at, model_), text));
    }
    std::optional<ast::Expression> expression(tree::Element of, std::string_view name) const {
        std::string content = text(of, name);
        if (content.empty()) return std::nullopt;
        return ast::Expression{.text = std::move(content), .at = {}};
    }

    void head(tree::Element resource, ast::Map& map);
    void constants(tree::Element resource, ast::Map& map);
    ast::ConceptMap conceptMap(tree::Element resource);
    ast::Structure structure(tree::Element element);
    ast::Group group(tree::Element element);
    ast::Rule rule(tree::Element element);
    ast::Source source(tree::Element element);
    std::optional<ast::Expression> defaultValue(tree::Element source);
    ast::Target target(tree::Element element);
    ast::Transform transform(tree::Element element, std::string name);
    ast::Parameter parameter(tree::Element element);
    ast::Call call(tree::Element element);
    static void simplify(ast::Rule& rule);
    static std::vector<ast::Name> path(std::string_view elements);

    const model::Model& model_;
    std::string_view file_;
    Diagnostics& diagnostics_;
};

ast::Map Reader::map(tree::Element resource) {
    ast::Map out;
    out.file = std::string(file_);
    const std::string_view type = model_.type(resource.type()).name;
    if (type != "StructureMap" && text(resource, "resourceType") != "StructureMap") {
        fault(resource, fmt::format("expected a StructureMap and found a {}", type));
        return out;
    }
    head(resource, out);
    constants(resource, out);
    every(resource, "contained", [&](tree::Element each) {
        if (model_.type(each.type()).name == "ConceptMap" ||
            text(each, "resourceType") == "ConceptMap")
            out.conceptMaps.push_back(conceptMap(each));
    });
    every(resource, "structure",
          [&](tree::Element each) { out.structures.push_back(structure(each)); });
    every(resource, "import", [&](tree::Element each) {
        out.imports.push_back({.text = std::string(each.text()), .at = {}});
    });
    every(resource, "group", [&](tree::Element each) { out.groups.push_back(group(each)); });
    if (out.url.empty()) fault(resource, "the map has no url");
    if (out.groups.empty()) fault(resource, "the map has no group");
    return out;
}

void Reader::head(tree::Element resource, ast::Map& map) {
    for (const std::string_view key :
         {"url", "version", "name", "title", "status", "experimental", "date", "publisher",
          "description", "purpose", "copyright"}) {
        const tree::Element value = child(resource, key);
        if (!value || !value.hasValue()) continue;
        const std::string content(value.text());
        const bool markdown = content.find('\n') != std::string::npos;
        const auto kind =
            key == "experimental" ? ast::LiteralKind::Boolean : ast::LiteralKind::Text;
        map.metadata.push_back({.path = {.text = std::string(key), .at = {}},
                                .kind = kind,
                                .hasValue = true,
                                .markdown = markdown,
                                .value = content});
    }
    map.url = name(resource, "url");
    map.name = name(resource, "name");
    map.title = text(resource, "title");
    map.status = text(resource, "status");
    map.description = text(resource, "description");
}

/// R5's `const`, or its extension in R4.
void Reader::constants(tree::Element resource, ast::Map& map) {
    every(resource, "const", [&](tree::Element each) {
        map.constants.push_back({name(each, "name"), {.text = text(each, "value"), .at = {}}});
    });
    every(resource, "extension", [&](tree::Element each) {
        if (text(each, "url") != kConstantExtension) return;
        ast::Constant constant;
        every(each, "extension", [&](tree::Element part) {
            if (text(part, "url") == "name") constant.name.text = text(part, "valueId");
            if (text(part, "url") == "value") constant.value.text = text(part, "valueString");
        });
        map.constants.push_back(std::move(constant));
    });
}

ast::ConceptMap Reader::conceptMap(tree::Element resource) {
    ast::ConceptMap out;
    out.id = name(resource, "id");
    const auto prefix = [&out](const std::string& system) {
        for (const auto& known : out.prefixes)
            if (known.second == system) return;
        const std::string letter(1, static_cast<char>('a' + out.prefixes.size() % 26));
        out.prefixes.emplace_back(ast::Name{.text = letter, .at = {}}, system);
    };
    every(resource, "group", [&](tree::Element group) {
        const std::string from = text(group, "source");
        const std::string to = text(group, "target");
        prefix(from);
        prefix(to);
        every(group, "element", [&](tree::Element element) {
            bool any = false;
            every(element, "target", [&](tree::Element target) {
                any = true;
                std::string equivalence = text(target, "equivalence");
                // R5 says the same in fewer words.
                if (equivalence.empty()) {
                    const std::string relationship = text(target, "relationship");
                    equivalence = relationship == "equivalent"                       ? "equivalent"
                                  : relationship == "source-is-narrower-than-target" ? "wider"
                                  : relationship == "source-is-broader-than-target"  ? "narrower"
                                  : relationship == "not-related-to"                 ? "disjoint"
                                                                                     : "relatedto";
                }
                out.rows.push_back({.source = {from, text(element, "code")},
                                    .target = {to, text(target, "code")},
                                    .equivalence = std::move(equivalence),
                                    .at = {}});
            });
            if (!any)
                out.rows.push_back({.source = {from, text(element, "code")},
                                    .target = {},
                                    .equivalence = "unmatched",
                                    .at = {}});
        });
        if (const tree::Element unmapped = child(group, "unmapped"))
            if (const std::string mode = text(unmapped, "mode");
                mode == "provided" || mode == "use-source-code")
                out.unmapped.push_back({from, "provided"});
    });
    return out;
}

ast::Structure Reader::structure(tree::Element element) {
    return {.url = name(element, "url"),
            .alias = name(element, "alias"),
            .mode = named<ast::ModelMode>(kModelModes, text(element, "mode")),
            .documentation = text(element, "documentation")};
}

ast::Group Reader::group(tree::Element element) {
    ast::Group out;
    out.name = name(element, "name");
    out.extends = name(element, "extends");
    out.mode = named<ast::GroupMode>(kGroupModes, text(element, "typeMode"));
    out.documentation = text(element, "documentation");
    if (out.name.empty()) fault(element, "this group has no name");
    every(element, "input", [&](tree::Element input) {
        out.inputs.push_back({.name = name(input, "name"),
                              .type = name(input, "type"),
                              .target = text(input, "mode") == "target",
                              .documentation = text(input, "documentation")});
    });
    every(element, "rule", [&](tree::Element each) { out.rules.push_back(rule(each)); });
    return out;
}

/// The reader limits the depth of what it reads, and so of this.
ast::Rule Reader::rule(tree::Element element) {
    ast::Rule out;
    out.name = name(element, "name");
    out.documentation = text(element, "documentation");
    every(element, "source", [&](tree::Element each) { out.sources.push_back(source(each)); });
    every(element, "target", [&](tree::Element each) { out.targets.push_back(target(each)); });
    every(element, "rule", [&](tree::Element each) { out.rules.push_back(rule(each)); });
    every(element, "dependent", [&](tree::Element each) { out.calls.push_back(call(each)); });
    out.hasBlock = !out.rules.empty();
    if (out.sources.empty()) fault(element, "this rule has no source");
    simplify(out);
    return out;
}

/// Gives `src.a -> tgt.b` back its short form.
void Reader::simplify(ast::Rule& rule) {
    if (rule.sources.size() != 1 || rule.targets.size() != 1 || !rule.calls.empty() ||
        rule.hasBlock)
        return;
    ast::Source& source = rule.sources.front();
    ast::Target& target = rule.targets.front();
    if (source.variable.text != kSimpleVariable || target.variable.text != kSimpleVariable ||
        !target.transform || target.transform->name != "create" ||
        !target.transform->parameters.empty())
        return;
    source.variable = {};
    target.variable = {};
    target.transform.reset();
}

std::vector<ast::Name> Reader::path(std::string_view elements) {
    std::vector<ast::Name> out;
    while (!elements.empty()) {
        const std::size_t dot = std::min(elements.find('.'), elements.size());
        out.push_back({.text = std::string(elements.substr(0, dot)), .at = {}});
        elements.remove_prefix(std::min(dot + 1, elements.size()));
    }
    return out;
}

ast::Source Reader::source(tree::Element element) {
    ast::Source out;
    out.context = name(element, "context");
    out.path = path(text(element, "element"));
    every(element, "extension", [&](tree::Element each) {
        if (text(each, "url") != kSourceExtension) return;
        out.expression = expression(each, "valueString");
        out.context = {};
    });
    out.type = name(element, "type");
    const std::string min = text(element, "min");
    const std::string max = text(element, "max");
    out.hasCardinality = !min.empty() || !max.empty();
    std::from_chars(min.data(), min.data() + min.size(), out.min);
    if (!max.empty() && max != "*") std::from_chars(max.data(), max.data() + max.size(), out.max);
    out.list = named<ast::SourceList>(kSourceLists, text(element, "listMode"));
    out.variable = name(element, "variable");
    out.where = expression(element, "condition");
    out.check = expression(element, "check");
    out.log = expression(element, "logMessage");
    out.defaultValue = defaultValue(element);
    if (out.context.empty() && !out.expression) fault(element, "this source has no context");
    return out;
}

/// R5: FHIRPath in `defaultValue`; R4: a value of any type.
std::optional<ast::Expression> Reader::defaultValue(tree::Element source) {
    for (const tree::Element each : source.children()) {
        const std::string_view json = jsonName(each);
        if (json == "defaultValue")
            return ast::Expression{.text = std::string(each.text()), .at = {}};
        if (!json.starts_with("defaultValue")) continue;
        const std::string_view kind = json.substr(std::string_view("defaultValue").size());
        const std::string content(each.text());
        const bool bare = kind == "Boolean" || kind == "Integer" || kind == "Decimal" ||
                          kind == "PositiveInt" || kind == "UnsignedInt";
        if (bare) return ast::Expression{.text = content, .at = {}};
        if (kind == "Date" || kind == "DateTime" || kind == "Instant")
            return ast::Expression{.text = "@" + content, .at = {}};
        std::string quoted = "'";
        for (const char byte : content) {
            if (byte == '\'' || byte == '\\') quoted += '\\';
            quoted += byte;
        }
        return ast::Expression{.text = quoted + "'", .at = {}};
    }
    return std::nullopt;
}

ast::Target Reader::target(tree::Element element) {
    ast::Target out;
    out.context = name(element, "context");
    out.path = path(text(element, "element"));
    out.variable = name(element, "variable");
    every(element, "listMode", [&](tree::Element each) {
        const auto mode = named<ast::TargetList>(kTargetLists, each.text());
        if (mode != ast::TargetList::None) out.lists.push_back(mode);
    });
    out.shareId = name(element, "listRuleId");
    if (std::string transform = text(element, "transform"); !transform.empty())
        out.transform = this->transform(element, std::move(transform));
    return out;
}

ast::Transform Reader::transform(tree::Element element, std::string name) {
    ast::Transform out;
    out.name = std::move(name);
    every(element, "parameter",
          [&](tree::Element each) { out.parameters.push_back(parameter(each)); });
    if (out.name == "evaluate" && !out.parameters.empty() &&
        out.parameters.back().kind == ast::Parameter::Kind::Literal) {
        // Its last parameter is an expression that stands in a string.
        ast::Parameter& last = out.parameters.back();
        last.kind = ast::Parameter::Kind::Expression;
        last.expression.text = std::exchange(last.text, {});
    }
    return out;
}

ast::Parameter Reader::parameter(tree::Element element) {
    static constexpr std::pair<std::string_view, ast::LiteralKind> kLiterals[] = {
        {"valueString", ast::LiteralKind::Text},     {"valueBoolean", ast::LiteralKind::Boolean},
        {"valueInteger", ast::LiteralKind::Integer}, {"valueDecimal", ast::LiteralKind::Decimal},
        {"valueDate", ast::LiteralKind::Date},       {"valueTime", ast::LiteralKind::Date},
        {"valueDateTime", ast::LiteralKind::Date}};
    ast::Parameter out;
    for (const tree::Element each : element.children()) {
        const std::string_view json = jsonName(each);
        if (json == "valueId") {
            out.kind = ast::Parameter::Kind::Variable;
            out.text = std::string(each.text());
            return out;
        }
        for (const auto& [known, kind] : kLiterals) {
            if (json != known) continue;
            out.literal = kind;
            out.text = (json == "valueTime" ? "T" : "") + std::string(each.text());
            return out;
        }
    }
    fault(element, "this parameter has no value");
    return out;
}

ast::Call Reader::call(tree::Element element) {
    ast::Call out;
    out.group = name(element, "name");
    every(element, "variable", [&](tree::Element each) {
        ast::Parameter& parameter = out.arguments.emplace_back();
        parameter.kind = ast::Parameter::Kind::Variable;
        parameter.text = std::string(each.text());
    });
    every(element, "parameter",
          [&](tree::Element each) { out.arguments.push_back(parameter(each)); });
    return out;
}

}  // namespace

ast::Map fromStructureMap(tree::Element resource, const model::Model& model, std::string_view file,
                          Diagnostics& diagnostics) {
    return Reader(model, file, diagnostics).map(resource);
}

ast::Map parseStructureMap(std::string_view json, const model::Model& model, std::string_view file,
                           Diagnostics& diagnostics) {
    if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
    tree::Arena arena;
    tree::ReadOptions options;
    options.root = model::kOpen;
    const auto document = tree::readJson(json, model, arena, options);
    if (!document) {
        for (const Issue& issue : document.error().issues)
            diagnostics.add(Code::Expected, file, issue.at, issue.text);
        ast::Map none;
        none.file = std::string(file);
        return none;
    }
    return fromStructureMap(document->root, model, file, diagnostics);
}

ast::Map readMap(std::string_view text, const model::Model& model, std::string_view file,
                 Diagnostics& diagnostics) {
    if (looksLikeJson(text)) return parseStructureMap(text, model, file, diagnostics);
    if (!looksLikeXml(text)) return parse(text, file, diagnostics);
    tree::Arena arena;
    // Names of variables are ids in R4, and public maps put `_` into them.
    std::vector<Issue> faults;
    tree::ReadOptions options;
    options.requireElements = false;
    options.faults = &faults;
    const auto document = tree::readXml(text, model::Model::r4(), arena, options);
    if (!document) faults = document.error().issues;
    for (const Issue& issue : faults)
        if (!document || issue.type != IssueType::Value)
            diagnostics.add(Code::Expected, file, issue.at, issue.text);
    if (document) return fromStructureMap(document->root, model, file, diagnostics);
    ast::Map none;
    none.file = std::string(file);
    return none;
}

}  // namespace waymark::map
