// Contained resources (FHIR R4 section 2.3.0.1): dom-2 to dom-6 in one look, almost always at
// nothing.
#include <unordered_set>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/native.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

/// Whether a text of this type can name a resource.
bool mayRefer(tree::Element element) {
    const model::TypeId kind = element.type();
    if (kind == type::canonical || kind == type::uri || kind == type::url) return true;
    return element.name() == name::reference && kind == type::string;
}

/// The next element in document order within `root`; none at the end.
tree::Element following(tree::Element at, tree::Element root) {
    if (at.firstChild()) return at.firstChild();
    while (at != root && !at.next()) at = at.parent();
    return at == root ? tree::Element() : at.next();
}

/// Which resource of the container an element stands in.
tree::Element containedAround(tree::Element element, tree::Element container) {
    tree::Element at = element;
    while (at && at.parent() != container) at = at.parent();
    return at && at.name() == name::contained ? at : tree::Element();
}

/// dom-3, for one: something in the container refers to it, or it to the container.
bool isReferred(tree::Element contained, tree::Element container) {
    const std::string_view id = childText(contained, name::id);
    for (tree::Element at = container; at; at = following(at, container)) {
        if (!at.hasValue() || !mayRefer(at)) continue;
        const std::string_view text = at.text();
        if (text.empty() || text.front() != '#') continue;
        if (!id.empty() && text.substr(1) == id) return true;
        if (text.size() == 1 && containedAround(at, container) == contained) return true;
    }
    return false;
}

/// dom-3, for many in one look.
bool areAllReferred(tree::Element first, tree::Element container) {
    std::unordered_set<std::string_view> ids;
    std::unordered_set<const tree::Node*> referring;
    for (tree::Element at = container; at; at = following(at, container)) {
        if (!at.hasValue() || !mayRefer(at) || !at.text().starts_with('#')) continue;
        if (at.text().size() > 1) {
            ids.insert(at.text().substr(1));
        } else if (const tree::Element holder = containedAround(at, container)) {
            referring.insert(holder.node());
        }
    }
    for (tree::Element at = first; at; at = at.nextSame()) {
        if (!ids.contains(childText(at, name::id)) && !referring.contains(at.node())) return false;
    }
    return true;
}

bool allReferred(tree::Element first, tree::Element container) {
    constexpr std::size_t kFew = 8;
    std::size_t count = 0;
    for (tree::Element at = first; at && count <= kFew; at = at.nextSame()) ++count;
    if (count > kFew) return areAllReferred(first, container);
    for (tree::Element at = first; at; at = at.nextSame()) {
        if (!isReferred(at, container)) return false;
    }
    return true;
}

void checkContained(tree::Element contained, tree::Element container, Run& run) {
    if (contained.child(name::contained)) run.violated(container, type::DomainResource, "dom-2");
    if (!contained.child(name::id)) {
        run.error(contained, IssueType::Required, "contained-id",
                  "A contained resource needs an id, so that it can be referred to.");
    }
    const tree::Element meta = contained.child(name::meta);
    if (!meta) return;
    if (meta.child(name::versionId) || meta.child(name::lastUpdated)) {
        run.violated(container, type::DomainResource, "dom-4");
    }
    if (meta.child(name::security)) run.violated(container, type::DomainResource, "dom-5");
}

}  // namespace

void checkDomainResource(tree::Element resource, Run& run) {
    const tree::Element first = resource.child(name::contained);
    for (tree::Element at = first; at && !run.isFull(); at = at.nextSame()) {
        checkContained(at, resource, run);
    }
    if (first && !allReferred(first, resource)) {
        run.violated(resource, type::DomainResource, "dom-3");
    }
    if (!run.options().bestPractice) return;
    const tree::Element text = resource.child(name::text);
    if (!text || !text.child(name::div)) run.violated(resource, type::DomainResource, "dom-6");
}

}  // namespace waymark::structure
