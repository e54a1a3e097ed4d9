#include "fhir/tree/json_writer.h"

#include "fhir/json/output.h"
#include "fhir/model/format.h"
#include "fhir/model/shape.h"

namespace waymark::tree {
namespace {

/// Walks a tree and writes it. Its recursion is as deep as the tree, which its maker has bounded.
class JsonTreeWriter {
public:
    JsonTreeWriter(const model::Model& model, std::string& out, Layout layout)
        : shapes_(model.shapes().data()),
          names_(model.names().data()),
          model_(model),
          out_(out),
          indented_(layout == Layout::Indented) {}

    void value(const Node* node) {
        if ((node->flags & kIsArray) != 0) {
            list(node->firstChild, nullptr);
            return;
        }
        switch (shapes_[node->type].kind) {
            case model::TypeKind::Primitive:
                return primitive(node);
            case model::TypeKind::Resource:
                return resource(node);
            default:
                return object(node);
        }
    }

private:
    void begin(char open) {
        out_.put(open);
        ++depth_;
        first_ = true;
    }
    void end(char close) {
        --depth_;
        if (indented_ && !first_) newLine();
        out_.put(close);
        first_ = false;
    }
    void item() {
        if (!first_) out_.put(',');
        first_ = false;
        if (indented_) newLine();
    }
    void newLine() {
        out_.put('\n');
        out_.spaces(std::size_t{2} * depth_);
    }

    /// The JSON name of a child, behind an underscore for its companion.
    void key(const Node* node, bool companion) {
        item();
        if ((node->flags & kKeyed) != 0) {
            out_.string(Element(node).key());
            out_.put(':');
        } else {
            const bool isResource = shapes_[node->type].kind == model::TypeKind::Resource;
            const std::string_view name = names_[isResource ? node->name : node->local];
            if (companion) {
                out_.put("\"_");
                out_.put(name);
                out_.put("\":");
            } else {
                out_.key(name);
            }
        }
        if (indented_) out_.put(' ');
    }

    void object(const Node* node) {
        begin('{');
        for (const Node* child = node->firstChild; child;) child = group(child);
        end('}');
    }

    void resource(const Node* node) {
        begin('{');
        unsigned before = node->local;
        const Node* child = node->firstChild;
        for (; child && before > 0; --before) child = group(child);
        item();
        out_.key("resourceType");
        if (indented_) out_.put(' ');
        out_.string(model_.type(node->type).name);
        while (child) child = group(child);
        end('}');
    }

    void primitive(const Node* node) {
        if (!node->text) {
            out_.put("null");
            return;
        }
        const std::string_view text(node->text, node->textLength);
        if (model::jsonKind(shapes_[node->type].format) == model::JsonKind::String) {
            out_.string(text);
        } else {
            out_.put(text);
        }
    }

    static bool sameMember(const Node* one, const Node* other) {
        return one->name == other->name && ((one->flags | other->flags) & kInArray) != 0;
    }

    /// One element with all its repetitions; returns the next one.
    const Node* group(const Node* first) {
        const Node* after = first->next;
        while (after && sameMember(first, after)) after = after->next;
        const bool isPrimitive = shapes_[first->type].kind == model::TypeKind::Primitive;
        if (!isPrimitive || (first->flags & kKeyed) != 0) {
            values(first, after);
            return after;
        }
        bool hasValues = false;
        bool hasCompanions = false;
        for (const Node* node = first; node != after; node = node->next) {
            hasValues |= node->text != nullptr;
            hasCompanions |= node->firstChild != nullptr;
        }
        const bool companionFirst = (first->flags & kCompanionFirst) != 0;
        if (hasCompanions && companionFirst) companions(first, after);
        if (hasValues) values(first, after);
        if (hasCompanions && !companionFirst) companions(first, after);
        return after;
    }

    void list(const Node* first, const Node* after) {
        begin('[');
        for (const Node* node = first; node != after; node = node->next) {
            item();
            value(node);
        }
        end(']');
    }

    void values(const Node* first, const Node* after) {
        key(first, false);
        if ((first->flags & kInArray) != 0 || first->next != after) {
            list(first, after);
        } else {
            value(first);
        }
    }

    void companions(const Node* first, const Node* after) {
        key(first, true);
        const bool inArray = (first->flags & kInArray) != 0;
        if (inArray) begin('[');
        for (const Node* node = first; node != after; node = node->next) {
            if (inArray) item();
            if (node->firstChild)
                object(node);
            else
                out_.put("null");
        }
        if (inArray) end(']');
    }

    const model::Shape* shapes_;
    const std::string_view* names_;
    const model::Model& model_;
    json::Output out_;
    bool indented_;
    bool first_ = true;
    std::size_t depth_ = 0;
};

}  // namespace

void writeJson(Element root, const model::Model& model, std::string& out, Layout layout) {
    JsonTreeWriter(model, out, layout).value(root.node());
}

}  // namespace waymark::tree
