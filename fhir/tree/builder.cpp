#include "fhir/tree/builder.h"

#include <algorithm>

#include "fhir/core/check.h"
#include "fhir/model/shape.h"

namespace waymark::tree {
namespace {

/// Nodes are made by us, never const; the links are const for those who only read.
Node* writable(const Node* node) {
    return const_cast<Node*>(node);
}

void insertAfter(Node* parent, Node* before, Node* node) {
    node->parent = parent;
    if (before) {
        node->next = before->next;
        before->next = node;
    } else {
        node->next = parent->firstChild;
        parent->firstChild = node;
    }
}

struct Place {
    Node* before = nullptr;  ///< nullptr: as the first child
    bool repetition = false;
};

/// After the last repetition of `name`, else at the end.
Place placeFor(const Node* parent, model::NameId name, Node* hint) {
    if (hint && hint->name == name) return {hint, true};
    Node* last = nullptr;
    for (Node* at = writable(parent->firstChild); at; at = writable(at->next)) {
        last = at;
        if (at->name != name) continue;
        while (at->next && at->next->name == name) at = writable(at->next);
        return {at, true};
    }
    return {last, false};
}

}  // namespace

Node* Builder::root(model::TypeId type) {
    check(type != model::kNoType, "a root has a type");
    Node* const node = arena_.make<Node>();
    node->type = type;
    return node;
}

Node* Builder::root(std::string_view typeName) {
    return root(model_.typeNamed(typeName));
}

Node* Builder::add(Node* parent, std::string_view jsonName, std::string_view typeName) {
    if (parent->type == model::kOpen) {
        return addOpen(parent, jsonName,
                       typeName.empty() ? model::kOpen : model_.typeNamed(typeName));
    }
    const model::ElementDef* const def = model_.elementNamed(parent->type, jsonName);
    check(def != nullptr, "a builder's element exists in the model");
    return add(parent, *def, typeName.empty() ? def->type : model_.typeNamed(typeName));
}

Node* Builder::add(Node* parent, const model::ElementDef& def, model::TypeId type) {
    Node* const node = arena_.make<Node>();
    node->type = type;
    insert(parent, def, node);
    return node;
}

Node* Builder::adopt(Node* root, Node* parent, const model::ElementDef& def) {
    check(root->parent == nullptr && root->next == nullptr, "what is adopted stands alone");
    insert(parent, def, root);
    return root;
}

void Builder::insert(Node* parent, const model::ElementDef& def, Node* node) {
    const model::TypeId type = node->type;
    check(type != model::kNoType && (type == def.type || model_.isA(type, def.type)),
          "a builder's element has a type that the model allows");
    const model::Shape& shape = model_.shape(type);
    check(!shape.isAbstract, "a builder's element has a concrete type");
    const Place place = placeFor(parent, def.name, lastAdded(parent));
    check(!place.repetition || (def.repeats && (!def.choice || place.before->local == def.json)),
          "an element that does not repeat has one value");
    node->name = def.name;
    if (shape.kind != model::TypeKind::Resource) node->local = def.json;
    node->flags = static_cast<std::uint16_t>(node->flags & ~kInArray);
    if (def.repeats) node->flags |= kInArray;
    insertAfter(parent, place.before, node);
    remember(parent, node);
}

Node* Builder::addOpen(Node* parent, std::string_view key, model::TypeId type) {
    check(type != model::kNoType && key.size() <= 0xFFFF,
          "an open member has a type and a short key");
    auto* const node = arena_.make<OpenNode>();
    node->type = type;
    node->name = model_.nameId(key);
    if (node->name != model::kNoName) {
        key = model_.name(node->name);
    } else {
        node->name = arena_.intern(key);
        check(node->name != model::kNoName, "open names fit their ids");
    }
    node->flags = kKeyed;
    node->key = key.data();
    node->local = static_cast<std::uint16_t>(key.size());
    const Place place = placeFor(parent, node->name, lastAdded(parent));
    if (place.repetition) node->flags |= kInArray;
    insertAfter(parent, place.before, node);
    remember(parent, node);
    return node;
}

void Builder::asItem(Node* node) {
    node->flags |= kInArray;
}

Node* Builder::value(Node* parent, std::string_view jsonName, std::string_view text) {
    Node* const node = add(parent, jsonName, parent->type == model::kOpen ? "string" : "");
    setText(node, text);
    return node;
}

void Builder::setText(Node* node, std::string_view text) {
    setTextView(node, arena_.copy(text));
}

void Builder::setTextView(Node* node, std::string_view text) {
    node->text = text.data() ? text.data() : "";
    node->textLength = static_cast<std::uint32_t>(text.size());
}

Node* Builder::copy(Element from, Node* parent, std::string_view jsonName) {
    if (parent->type == model::kOpen) {
        Node* const node = addOpen(parent, jsonName, from.type());
        copyContent(from, node);
        return node;
    }
    const model::ElementDef* const def = model_.elementNamed(parent->type, jsonName);
    check(def != nullptr, "a builder's element exists in the model");
    return copy(from, parent, *def);
}

Node* Builder::copy(Element from, Node* parent, const model::ElementDef& def) {
    Node* const node = add(parent, def, from.type());
    copyContent(from, node);
    return node;
}

Node* Builder::copyRoot(Element from) {
    Node* const node = root(from.type());
    copyContent(from, node);
    return node;
}

Node* Builder::duplicate(const Node* from) {
    Node* node = nullptr;
    if ((from->flags & kKeyed) != 0) {
        auto* const open = arena_.make<OpenNode>(*static_cast<const OpenNode*>(from));
        std::string_view key(open->key, open->local);
        if (open->name >= model::kFirstOpenName) open->name = arena_.intern(key);
        open->key = key.data();
        node = open;
    } else {
        node = arena_.make<Node>(*from);
    }
    node->firstChild = nullptr;
    node->next = nullptr;
    return node;
}

void Builder::copyContent(Element from, Node* to) {
    const Node* const top = from.node();
    to->text = top->text;
    to->textLength = top->textLength;
    to->offset = top->offset;
    const bool isResource = model_.shape(top->type).kind == model::TypeKind::Resource;
    if (isResource) to->local = top->local;
    to->flags |= top->flags & kIsArray;
    // Depth first without recursion: `source` and `target` walk in step.
    const Node* source = top;
    Node* target = to;
    for (;;) {
        if (source->firstChild) {
            source = source->firstChild;
            Node* const child = duplicate(source);
            child->parent = target;
            target->firstChild = child;
            target = child;
            continue;
        }
        while (source != top && !source->next) {
            source = source->parent;
            target = writable(target->parent);
        }
        if (source == top) return;
        source = source->next;
        Node* const sibling = duplicate(source);
        sibling->parent = target->parent;
        target->next = sibling;
        target = sibling;
    }
}

void Builder::remove(Node* child) {
    Node* const parent = writable(child->parent);
    check(parent != nullptr, "what is removed has a parent");
    forget();
    if (parent->firstChild == child) {
        parent->firstChild = child->next;
    } else {
        Node* before = writable(parent->firstChild);
        while (before->next != child) before = writable(before->next);
        before->next = child->next;
    }
    child->parent = nullptr;
    child->next = nullptr;
}

Node* Builder::lastAdded(const Node* parent) const {
    const auto known = std::ranges::find(last_, parent, &Last::parent);
    if (known == last_.end()) return nullptr;
    std::rotate(last_.begin(), known, known + 1);
    Node* const child = last_.front().child;
    return child->parent == parent && !child->next ? child : nullptr;
}

void Builder::remember(const Node* parent, Node* child) {
    if (child->next) return;
    if (last_.front().parent != parent) {
        const auto known = std::ranges::find(last_, parent, &Last::parent);
        std::rotate(last_.begin(), known == last_.end() ? known - 1 : known,
                    known == last_.end() ? known : known + 1);
    }
    last_.front() = {parent, child};
}

void Builder::forget() {
    last_ = {};
}

}  // namespace waymark::tree
