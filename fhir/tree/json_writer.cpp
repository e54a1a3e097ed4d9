#include "fhir/tree/json_writer.h"

#include "fhir/core/check.h"
#include "fhir/json/writer.h"
#include "fhir/model/format.h"
#include "fhir/model/shape.h"

namespace waymark::tree {
namespace {

/// Walks a tree and writes it. Its recursion is as deep as the tree, which its maker has bounded.
class JsonTreeWriter {
public:
    JsonTreeWriter(const model::Model& model, json::Writer& out) : model_(model), out_(out) {}

    void value(const Node* node) {
        if ((node->flags & kIsArray) != 0) return items(node);
        switch (model_.shape(node->type).kind) {
            case model::TypeKind::Primitive:
            case model::TypeKind::System:
                return primitive(node);
            case model::TypeKind::Resource:
                return resource(node);
            default:
                break;
        }
        out_.beginObject();
        for (const Node* child = node->firstChild; child;) child = group(child);
        out_.endObject();
    }

private:
    [[nodiscard]] std::string_view jsonName(const Node* node) const {
        if ((node->flags & kKeyed) != 0) return Element(node).key();
        const bool isResource = model_.shape(node->type).kind == model::TypeKind::Resource;
        return model_.name(isResource ? node->name : node->local);
    }

    void resource(const Node* node) {
        out_.beginObject();
        unsigned members = node->local;
        const Node* child = node->firstChild;
        for (; child && members > 0; --members) child = group(child);
        out_.member("resourceType", model_.type(node->type).name);
        while (child) child = group(child);
        out_.endObject();
    }

    void primitive(const Node* node) {
        if (!node->text) {
            out_.null();
            return;
        }
        const std::string_view text(node->text, node->textLength);
        const model::Format format = model::formatOf(model_.type(node->type).name);
        if (model::jsonKind(format) == model::JsonKind::String) {
            out_.string(text);
        } else {
            out_.digits(text);
        }
    }

    void items(const Node* node) {
        out_.beginArray();
        for (const Node* child = node->firstChild; child; child = child->next) value(child);
        out_.endArray();
    }

    /// One element with all its repetitions; returns the next one.
    const Node* group(const Node* first) {
        const Node* end = first->next;
        while (end && end->name == first->name && end->local == first->local) end = end->next;
        const bool isPrimitive = model_.shape(first->type).kind == model::TypeKind::Primitive;
        if (!isPrimitive || (first->flags & kKeyed) != 0) {
            values(first, end);
            return end;
        }
        bool hasValues = false;
        bool hasCompanions = false;
        for (const Node* node = first; node != end; node = node->next) {
            hasValues |= node->text != nullptr;
            hasCompanions |= node->firstChild != nullptr;
        }
        if (hasCompanions && (first->flags & kCompanionFirst) != 0) companions(first, end);
        if (hasValues) values(first, end);
        if (hasCompanions && (first->flags & kCompanionFirst) == 0) companions(first, end);
        return end;
    }

    [[nodiscard]] bool isList(const Node* first) const {
        if ((first->flags & kKeyed) != 0) {
            return (first->flags & kInArray) != 0 ||
                   (first->next && first->next->name == first->name);
        }
        const auto defs = model_.elements(first->parent->type, first->name);
        check(!defs.empty(), "a child is an element of its parent");
        return defs.front().repeats;
    }

    void values(const Node* first, const Node* end) {
        out_.key(jsonName(first));
        if (!isList(first)) return value(first);
        out_.beginArray();
        for (const Node* node = first; node != end; node = node->next) value(node);
        out_.endArray();
    }

    void companions(const Node* first, const Node* end) {
        name_.assign(1, '_');
        name_ += jsonName(first);
        out_.key(name_);
        const bool list = isList(first);
        if (list) out_.beginArray();
        for (const Node* node = first; node != end; node = node->next) companion(node);
        if (list) out_.endArray();
    }

    void companion(const Node* node) {
        if (!node->firstChild) {
            out_.null();
            return;
        }
        out_.beginObject();
        for (const Node* child = node->firstChild; child;) child = group(child);
        out_.endObject();
    }

    const model::Model& model_;
    json::Writer& out_;
    std::string name_;
};

}  // namespace

void writeJson(Element root, const model::Model& model, std::string& out, Layout layout) {
    json::Writer writer(out,
                        layout == Layout::Compact ? json::Layout::Compact : json::Layout::Indented);
    JsonTreeWriter(model, writer).value(root.node());
}

}  // namespace waymark::tree
