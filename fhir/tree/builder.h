// Makes trees: appends elements in an arena, checked against the model as they are made. For maps
// and for the few resources that are ours (Bundle, OperationOutcome, CapabilityStatement). A
// Builder serves one message: it is not used after its arena's reset().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fhir/model/model.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"

namespace waymark::tree {

class Builder {
public:
    Builder(Arena& arena, const model::Model& model) : arena_(arena), model_(model) {}

    /// A root of a type: builder.root("Bundle"). The name must be a type of the model.
    Node* root(model::TypeId type);
    Node* root(std::string_view typeName);

    /// Appends a child by its JSON name ("valueString", "entry"); repetitions stay together.
    /// `typeName` is needed where the element's type is abstract: add(entry, "resource",
    /// "Patient"). Unknown names and a second value for an element that does not repeat break an
    /// invariant: who builds from data that may be wrong checks first (Model::elementNamed). Under
    /// an Open parent any name goes, several values of one name make an array, and `typeName` is
    /// what the member is: "string", "boolean", "integer", "decimal" or (unnamed) an object.
    Node* add(Node* parent, std::string_view jsonName, std::string_view typeName = {});
    Node* add(Node* parent, const model::ElementDef& def, model::TypeId type);
    /// Hangs a root that was made in the same arena under `parent`, as it is and not as a copy.
    Node* adopt(Node* root, Node* parent, const model::ElementDef& def);
    /// Appends a primitive child with a value; the text is copied into the arena. Under an Open
    /// parent it is a string.
    Node* value(Node* parent, std::string_view jsonName, std::string_view text);

    /// An open member is written as an array even when it is the only one of its key.
    void asItem(Node* node);

    /// Sets a primitive's value; the text is copied into the arena.
    void setText(Node* node, std::string_view text);
    /// Sets it without a copy: the text must outlive the arena's use.
    void setTextView(Node* node, std::string_view text);

    /// Copies an element and all below it under `parent` as `jsonName`. Texts are shared, not
    /// copied: the source's body and arena must outlive this tree.
    Node* copy(Element from, Node* parent, std::string_view jsonName);
    Node* copy(Element from, Node* parent, const model::ElementDef& def);
    /// A root that is a copy.
    Node* copyRoot(Element from);

    /// Removes a child (with all below it) from its parent.
    void remove(Node* child);

    [[nodiscard]] Arena& arena() { return arena_; }
    [[nodiscard]] const model::Model& model() const { return model_; }

private:
    struct Last {
        const Node* parent = nullptr;
        Node* child = nullptr;
    };
    void insert(Node* parent, const model::ElementDef& def, Node* node);
    Node* addOpen(Node* parent, std::string_view key, model::TypeId type);
    Node* duplicate(const Node* from);
    void copyContent(Element from, Node* to);
    [[nodiscard]] Node* lastAdded(const Node* parent) const;
    void remember(const Node* parent, Node* child);
    void forget();

    Arena& arena_;
    const model::Model& model_;
    /// Last children of the parents worked on lately, the latest first, so that long lists are not
    /// walked for each new item.
    mutable std::array<Last, 16> last_{};
};

/// The element of a node that is being built; grows as it grows.
inline Element view(const Node* node) {
    return Element(node);
}

}  // namespace waymark::tree
