// Contained resources (FHIR R4 section 2.3.0.1): dom-2 to dom-6 in one look, almost always at
// nothing.
#include <algorithm>

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

/// dom-3: the container (or another contained resource) refers to it, or it to the container.
bool isReferred(tree::Element contained, tree::Element container) {
    const std::string_view id = childText(contained, name::id);
    for (tree::Element at = container; at; at = following(at, container)) {
        if (!at.hasValue() || !mayRefer(at)) continue;
        const std::string_view text = at.text();
        if (text.empty() || text.front() != '#') continue;
        if (!id.empty() && text.substr(1) == id) return true;
        if (text.size() != 1) continue;
        for (tree::Element above = at; above && above != container; above = above.parent()) {
            if (above == contained) return true;
        }
    }
    return false;
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
    bool allReferred = true;
    for (tree::Element at = first; at && !run.isFull(); at = at.nextSame()) {
        checkContained(at, resource, run);
        allReferred = allReferred && isReferred(at, resource);
    }
    if (!allReferred) run.violated(resource, type::DomainResource, "dom-3");
    if (!run.options().bestPractice) return;
    const tree::Element text = resource.child(name::text);
    if (!text || !text.child(name::div)) run.violated(resource, type::DomainResource, "dom-6");
}

}  // namespace waymark::structure
