#include "fhir/tree/xml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "fhir/model/shape.h"
#include "fhir/tree/narrative.h"
#include "fhir/tree/xml_text.h"

namespace waymark::tree {
namespace {

/// Walks a tree and writes it. Its recursion is as deep as the tree, which its maker has bounded.
class XmlTreeWriter {
public:
    XmlTreeWriter(const model::Model& model, std::string& out, Layout layout)
        : model_(model), out_(out), indented_(layout == Layout::Indented) {}

    void document(const Node* root) {
        out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
        const std::string_view type = model_.type(root->type).name;
        element(root, type.substr(type.rfind('.') + 1), " xmlns=\"http://hl7.org/fhir\"");
        if (indented_) out_ += '\n';
    }

    [[nodiscard]] std::optional<Failure>& failure() { return failure_; }

private:
    struct Child {
        const Node* node;
        const model::ElementDef* def;
    };

    void refuse(const Node* node, std::string text) {
        if (failure_) return;
        std::vector<Issue> issues;
        issues.push_back(Issue{.type = IssueType::NotSupported,
                               .text = std::move(text),
                               .expression = expressionTo(Element(node), model_),
                               .at = {},
                               .code = {},
                               .file = {}});
        failure_ = Failure(Kind::NotAcceptable, std::move(issues));
    }

    void newLine() {
        if (!indented_) return;
        out_ += '\n';
        out_.append(2 * depth_, ' ');
    }

    /// The children with their definitions, in the order of the definition.
    std::vector<Child> children(const Node* node) {
        std::vector<Child> all;
        for (const Node* child = node->firstChild; child; child = child->next) {
            const auto defs = model_.elements(node->type, child->name);
            if (defs.empty() || (child->flags & kKeyed) != 0) {
                refuse(node, "Open JSON has no XML form; ask for JSON.");
                return {};
            }
            const auto def = std::ranges::find(defs, child->local, &model::ElementDef::json);
            all.push_back({child, def == defs.end() ? &defs.front() : &*def});
        }
        std::ranges::stable_sort(all, {}, [](const Child& child) { return child.def->ordinal; });
        return all;
    }

    void attribute(std::string_view name, const Node* node) {
        if (!node->text) return refuse(node, "An XML attribute needs a value.");
        const std::string_view text(node->text, node->textLength);
        if (!fitsXml(text))
            return refuse(node, "XML cannot carry a control character; ask for JSON.");
        out_ += ' ';
        out_ += name;
        out_ += "=\"";
        appendAttribute(out_, text);
        out_ += '"';
    }

    void element(const Node* node, std::string_view name, std::string_view declaration = {}) {
        newLine();
        out_ += '<';
        out_ += name;
        out_ += declaration;
        const std::vector<Child> all = children(node);
        const auto isAttribute = [](const Child& child) { return child.def->xmlAttribute; };
        for (const Child& child : all) {
            if (isAttribute(child)) attribute(model_.name(child.def->json), child.node);
        }
        if (model_.shape(node->type).kind == model::TypeKind::Primitive && node->text) {
            attribute("value", node);
        }
        if (std::ranges::all_of(all, isAttribute)) {
            out_ += "/>";
            return;
        }
        out_ += '>';
        ++depth_;
        for (const Child& child : all) {
            if (!isAttribute(child)) this->child(child);
        }
        --depth_;
        newLine();
        close(name);
    }

    void close(std::string_view name) {
        out_ += "</";
        out_ += name;
        out_ += '>';
    }

    void child(const Child& child) {
        const std::string_view name = model_.name(child.def->json);
        const model::Shape& shape = model_.shape(child.node->type);
        if (shape.format == model::Format::Xhtml) return narrative(child.node);
        if (shape.kind != model::TypeKind::Resource) return element(child.node, name);
        newLine();
        out_ += '<';
        out_ += name;
        out_ += '>';
        ++depth_;
        element(child.node, model_.type(child.node->type).name);
        --depth_;
        newLine();
        close(name);
    }

    void narrative(const Node* node) {
        const std::string_view text = Element(node).text();
        if (!isDiv(text)) {
            return refuse(node,
                          "This narrative is not one well-formed <div> of XHTML; ask for JSON.");
        }
        newLine();
        out_ += text;
    }

    const model::Model& model_;
    std::string& out_;
    bool indented_;
    std::size_t depth_ = 0;
    std::optional<Failure> failure_;
};

}  // namespace

Result<void> writeXml(Element root, const model::Model& model, std::string& out, Layout layout) {
    const std::size_t before = out.size();
    XmlTreeWriter writer(model, out, layout);
    writer.document(root.node());
    if (!writer.failure()) return {};
    out.resize(before);
    return std::unexpected(std::move(*writer.failure()));
}

}  // namespace waymark::tree
