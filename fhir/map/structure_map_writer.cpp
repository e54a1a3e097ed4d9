#include <fmt/format.h>

#include <string>
#include <utility>

#include "fhir/map/structure_map.h"
#include "fhir/map/structure_map_names.h"

namespace waymark::map {
namespace {

/// A rule's name in R4 is an id: what an id cannot have becomes a dash.
std::string asId(std::string name) {
    constexpr std::size_t kLengthMax = 64;
    for (char& byte : name) {
        const bool good = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || byte == '.' || byte == '-';
        if (!good) byte = '-';
    }
    return name.substr(0, kLengthMax);
}

class Writer {
public:
    explicit Writer(tree::Builder& builder) : builder_(builder) {}

    tree::Element map(const ast::Map& map);

private:
    void text(tree::Node* of, std::string_view name, std::string_view value) {
        if (!value.empty()) builder_.value(of, name, value);
    }
    void text(tree::Node* of, std::string_view name, const std::optional<ast::Expression>& value) {
        if (value) text(of, name, value->text);
    }
    void metadata(tree::Node* root, const ast::Metadata& entry);
    void constant(tree::Node* root, const ast::Constant& constant);
    void conceptMap(tree::Node* root, const ast::ConceptMap& conceptMap);
    void group(tree::Node* root, const ast::Group& group);
    void rule(tree::Node* parent, const ast::Rule& rule, std::size_t number);
    void source(tree::Node* rule, const ast::Source& source, bool simple);
    void target(tree::Node* rule, const ast::Target& target, bool simple);
    void parameter(tree::Node* target, const ast::Parameter& parameter);
    static std::string joined(const std::vector<ast::Name>& path);

    tree::Builder& builder_;
};

tree::Element Writer::map(const ast::Map& map) {
    tree::Node* const root = builder_.root("StructureMap");
    for (const ast::ConceptMap& each : map.conceptMaps) conceptMap(root, each);
    for (const ast::Constant& each : map.constants) constant(root, each);
    if (map.oldHeader || map.metadata.empty()) {
        text(root, "url", map.url.text);
        text(root, "name", map.name.text);
    }
    for (const ast::Metadata& each : map.metadata) metadata(root, each);
    if (map.status.empty()) text(root, "status", "draft");
    for (const ast::Structure& each : map.structures) {
        tree::Node* const structure = builder_.add(root, "structure");
        text(structure, "url", each.url.text);
        text(structure, "mode", kModelModes[std::to_underlying(each.mode)]);
        text(structure, "alias", each.alias.text);
        text(structure, "documentation", each.documentation);
    }
    for (const ast::Name& each : map.imports) text(root, "import", each.text);
    for (const ast::Group& each : map.groups) group(root, each);
    return tree::view(root);
}

/// `name.sub = value`; an entry without a value begins a new complex element. Names that a
/// StructureMap does not have are left out: the model would not hold them.
void Writer::metadata(tree::Node* root, const ast::Metadata& entry) {
    tree::Node* at = root;
    std::string_view path = entry.path.text;
    while (!path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const std::string_view name = path.substr(0, dot);
        path.remove_prefix(std::min(dot + 1, path.size()));
        const model::ElementDef* def = builder_.model().elementNamed(at->type, name);
        if (!def) return;
        tree::Element there = tree::view(at).child(def->name);
        while (there && there.nextSame()) there = there.nextSame();
        if (path.empty() && entry.hasValue) {
            if (!there || def->repeats) text(at, name, entry.value);
            return;
        }
        // The end of the path without a value begins a new one; on the way the last one is used.
        const bool again = there && (!path.empty() || !def->repeats);
        at = again ? const_cast<tree::Node*>(there.node()) : builder_.add(at, name);
    }
}

void Writer::constant(tree::Node* root, const ast::Constant& constant) {
    tree::Node* const outer = builder_.add(root, "extension");
    text(outer, "url", kConstantExtension);
    tree::Node* const name = builder_.add(outer, "extension");
    text(name, "url", "name");
    text(name, "valueId", constant.name.text);
    tree::Node* const value = builder_.add(outer, "extension");
    text(value, "url", "value");
    text(value, "valueString", constant.value.text);
}

void Writer::conceptMap(tree::Node* root, const ast::ConceptMap& conceptMap) {
    tree::Node* const resource = builder_.add(root, "contained", "ConceptMap");
    text(resource, "id", conceptMap.id.text);
    text(resource, "status", "draft");
    tree::Node* group = nullptr;
    const ast::ConceptRow* before = nullptr;
    for (const ast::ConceptRow& row : conceptMap.rows) {
        const bool same = before && before->source.system == row.source.system &&
                          (before->target.system == row.target.system || row.target.code.empty());
        if (!same) {
            group = builder_.add(resource, "group");
            text(group, "source", row.source.system);
            text(group, "target", row.target.system);
        }
        before = &row;
        tree::Node* const element = builder_.add(group, "element");
        text(element, "code", row.source.code);
        tree::Node* const target = builder_.add(element, "target");
        text(target, "code", row.target.code);
        text(target, "equivalence", row.equivalence);
    }
    for (const ast::ConceptUnmapped& rule : conceptMap.unmapped) {
        for (tree::Element each = tree::view(resource).firstChild(); each; each = each.next()) {
            const tree::Element from = each.child(builder_.model().nameId("source"));
            if (tree::nameOf(each, builder_.model()) != "group" || !from ||
                from.text() != rule.system)
                continue;
            text(builder_.add(const_cast<tree::Node*>(each.node()), "unmapped"), "mode", rule.mode);
        }
    }
}

void Writer::group(tree::Node* root, const ast::Group& group) {
    tree::Node* const out = builder_.add(root, "group");
    text(out, "name", group.name.text);
    text(out, "extends", group.extends.text);
    text(out, "typeMode", kGroupModes[std::to_underlying(group.mode)]);
    text(out, "documentation", group.documentation);
    for (const ast::Input& each : group.inputs) {
        tree::Node* const input = builder_.add(out, "input");
        text(input, "name", each.name.text);
        text(input, "type", each.type.text);
        text(input, "mode", each.target ? "target" : "source");
        text(input, "documentation", each.documentation);
    }
    for (std::size_t i = 0; i < group.rules.size(); ++i) rule(out, group.rules[i], i);
}

void Writer::rule(tree::Node* parent, const ast::Rule& rule, std::size_t number) {
    tree::Node* const out = builder_.add(parent, "rule");
    std::string name = rule.name.text;
    if (name.empty() && !rule.sources.empty() && !rule.sources.front().path.empty())
        name = rule.sources.front().path.back().text;
    text(out, "name", name.empty() ? fmt::format("rule{}", number + 1) : asId(name));
    const bool simple = rule.isSimple();
    for (const ast::Source& each : rule.sources) source(out, each, simple);
    for (const ast::Target& each : rule.targets) target(out, each, simple);
    for (std::size_t i = 0; i < rule.rules.size(); ++i) this->rule(out, rule.rules[i], i);
    for (const ast::Call& call : rule.calls) {
        tree::Node* const dependent = builder_.add(out, "dependent");
        text(dependent, "name", call.group.text);
        for (const ast::Parameter& each : call.arguments) text(dependent, "variable", each.text);
    }
    text(out, "documentation", rule.documentation);
}

std::string Writer::joined(const std::vector<ast::Name>& path) {
    std::string out;
    for (const ast::Name& step : path) out += (out.empty() ? "" : ".") + step.text;
    return out;
}

void Writer::source(tree::Node* rule, const ast::Source& source, bool simple) {
    tree::Node* const out = builder_.add(rule, "source");
    if (source.expression) {
        tree::Node* const extension = builder_.add(out, "extension");
        text(extension, "url", kSourceExtension);
        text(extension, "valueString", source.expression->text);
    }
    text(out, "context", source.expression ? "expression" : source.context.text);
    if (source.hasCardinality) {
        text(out, "min", fmt::to_string(source.min));
        text(out, "max", source.max == 0xFFFFFFFF ? "*" : fmt::to_string(source.max));
    }
    text(out, "type", source.type.text);
    if (source.defaultValue) text(out, "defaultValueString", source.defaultValue->text);
    text(out, "element", joined(source.path));
    text(out, "listMode", kSourceLists[std::to_underlying(source.list)]);
    text(out, "variable", simple ? kSimpleVariable : std::string_view(source.variable.text));
    text(out, "condition", source.where);
    text(out, "check", source.check);
    text(out, "logMessage", source.log);
}

void Writer::target(tree::Node* rule, const ast::Target& target, bool simple) {
    tree::Node* const out = builder_.add(rule, "target");
    text(out, "context", target.context.text);
    if (!target.context.empty()) text(out, "contextType", "variable");
    text(out, "element", joined(target.path));
    text(out, "variable", simple ? kSimpleVariable : std::string_view(target.variable.text));
    for (const ast::TargetList list : target.lists)
        // R4 has no `single`; it is what a list without a mode does.
        if (list != ast::TargetList::Single)
            text(out, "listMode", kTargetLists[std::to_underlying(list)]);
    text(out, "listRuleId", target.shareId.text);
    if (simple) text(out, "transform", "create");
    if (!target.transform) return;
    text(out, "transform", target.transform->name);
    for (const ast::Parameter& each : target.transform->parameters) parameter(out, each);
}

void Writer::parameter(tree::Node* target, const ast::Parameter& parameter) {
    tree::Node* const out = builder_.add(target, "parameter");
    if (parameter.kind == ast::Parameter::Kind::Variable)
        return text(out, "valueId", parameter.text);
    if (parameter.kind == ast::Parameter::Kind::Expression)
        return text(out, "valueString", parameter.expression.text);
    std::string_view name = "valueString";
    if (parameter.literal == ast::LiteralKind::Boolean) name = "valueBoolean";
    if (parameter.literal == ast::LiteralKind::Integer) name = "valueInteger";
    if (parameter.literal == ast::LiteralKind::Decimal) name = "valueDecimal";
    builder_.value(out, name, parameter.text);
}

}  // namespace

tree::Element toStructureMap(const ast::Map& map, tree::Builder& builder) {
    return Writer(builder).map(map);
}

}  // namespace waymark::map
