// The one tree: a FHIR resource, a link-worker referral and a provider's payload are all elements.
// An Element is a view of a node in a message's arena: eight bytes, copied freely, valid as long as
// the arena is not reset. Repetitions of an element are neighbouring siblings of the same name, in
// their order; a primitive's id and extension are its children.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "fhir/model/model.h"

namespace waymark::tree {

enum NodeFlag : std::uint16_t {
    kInArray = 1,         ///< one of a list: an item of an array even when it is the only one
    kIsArray = 2,         ///< open: an array inside an array (or the root); children are its items
    kKeyed = 4,           ///< open: the node is an OpenNode
    kCompanionFirst = 8,  ///< JSON: "_name" stood before "name"
};

/// A node's storage. Written by the readers and the Builder only; others use Element.
struct Node {
    const Node* parent = nullptr;
    const Node* firstChild = nullptr;
    const Node* next = nullptr;
    const char* text = nullptr;  ///< a primitive's value; nullptr when it has only extensions
    std::uint32_t textLength = 0;
    std::uint32_t offset = 0;  ///< where in the body it begins, plus 1; 0 when it was made
    model::TypeId type = model::kNoType;
    model::NameId name = model::kNoName;  ///< FHIR name: "value" for valueString
    std::uint16_t flags = 0;              ///< of NodeFlag
    /// A resource: how many members stood before its resourceType. An OpenNode: the key's length.
    /// Any other: NameId of its JSON name, "valueString".
    std::uint16_t local = 0;
};

/// A member or item of open JSON.
struct OpenNode : Node {
    const char* key = nullptr;
};

class Element {
public:
    Element() = default;
    explicit Element(const Node* node) : node_(node) {}

    explicit operator bool() const { return node_ != nullptr; }
    friend bool operator==(Element, Element) = default;

    [[nodiscard]] model::TypeId type() const { return node_->type; }
    [[nodiscard]] model::NameId name() const { return node_->name; }
    /// Whether this is a primitive with a value (FHIRPath hasValue()).
    [[nodiscard]] bool hasValue() const { return node_->text != nullptr; }
    /// A primitive's value as it is written, escapes resolved: digits, zone and trailing zeros
    /// kept.
    [[nodiscard]] std::string_view text() const {
        return node_->text ? std::string_view(node_->text, node_->textLength) : std::string_view();
    }

    [[nodiscard]] Element parent() const { return Element(node_->parent); }
    [[nodiscard]] Element firstChild() const { return Element(node_->firstChild); }
    /// The next sibling, of any name; none at the end.
    [[nodiscard]] Element next() const { return Element(node_->next); }
    /// The first child of this name; none if there is none.
    [[nodiscard]] Element child(model::NameId name) const {
        const Node* at = node_->firstChild;
        while (at && at->name != name) at = at->next;
        return Element(at);
    }
    /// The next sibling of the same name, that is the next repetition.
    [[nodiscard]] Element nextSame() const {
        return node_->next && node_->next->name == node_->name ? Element(node_->next) : Element();
    }
    /// The first child with this key, whatever the model knows: for members of Open objects.
    [[nodiscard]] Element childWithKey(std::string_view key) const;
    /// Whether this is a member or item of open JSON.
    [[nodiscard]] bool isKeyed() const { return (node_->flags & kKeyed) != 0; }
    /// An open member's name as written; empty for the items of an inner array and for others.
    [[nodiscard]] std::string_view key() const {
        if (!isKeyed()) return {};
        return {static_cast<const OpenNode*>(node_)->key, node_->local};
    }
    [[nodiscard]] const Node* node() const { return node_; }

    class Iterator {
    public:
        using value_type = Element;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        explicit Iterator(const Node* at) : at_(at) {}
        Element operator*() const { return Element(at_); }
        Iterator& operator++() {
            at_ = at_->next;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(Iterator, Iterator) = default;

    private:
        const Node* at_ = nullptr;
    };
    struct Children {
        const Node* first;
        [[nodiscard]] Iterator begin() const { return Iterator(first); }
        [[nodiscard]] Iterator end() const { return Iterator(); }
    };
    [[nodiscard]] Children children() const { return {node_->firstChild}; }

private:
    const Node* node_ = nullptr;
};

/// The element's FHIR name ("value"), or an open member's key; empty for a root.
[[nodiscard]] std::string_view nameOf(Element element, const model::Model& model);

/// FHIRPath to the element from its root: "Bundle.entry[2].resource.status". Indexes stand only
/// where the element may repeat.
[[nodiscard]] std::string expressionTo(Element element, const model::Model& model);

/// Follows "a.b.c" (FHIR names, first repetitions) from `from`; none if a step is missing. For our
/// own code where a compiled FHIRPath would be too much; never with a path from configuration.
[[nodiscard]] Element follow(Element from, std::string_view path, const model::Model& model);

}  // namespace waymark::tree
