// What resolve() looks references up in: the entries of a Bundle by fullUrl and by Type/id, and the
// contained resources of one resource. Built once per message, when the first reference asks for
// it, in the message's arena. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/model/model.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"

namespace waymark::path {

class MessageIndex {
public:
    /// Nothing is read yet. `root` is the message (a Bundle, or any other resource).
    MessageIndex(tree::Element root, const model::Model& model, tree::Arena& arena)
        : root_(root), model_(&model), arena_(&arena) {}

    /// The resource that `reference` names, seen from `from` (an element of the message): "#id" in
    /// the resource that contains `from`, a fullUrl or Type/id in the Bundle. A relative reference
    /// belongs to the server of its own entry's fullUrl first (FHIR R4 section 2.36.4.1). None when
    /// the message does not hold it.
    [[nodiscard]] tree::Element find(std::string_view reference, tree::Element from);

    [[nodiscard]] tree::Element root() const { return root_; }

private:
    struct Slot {
        std::string_view key;
        tree::Element resource;
    };
    void build();
    void add(std::string_view key, tree::Element resource);
    [[nodiscard]] tree::Element look(std::string_view key) const;
    [[nodiscard]] tree::Element contained(std::string_view id, tree::Element from) const;

    tree::Element root_;
    const model::Model* model_;
    tree::Arena* arena_;
    std::span<Slot> slots_;
    bool built_ = false;
};

/// The resource that holds the element (itself when it is one); a contained resource holds its own
/// elements. None when there is none above it.
tree::Element resourceOf(tree::Element element, const model::Model& model);

}  // namespace waymark::path
