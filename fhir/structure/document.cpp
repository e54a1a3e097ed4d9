// A document is one whole (FHIR R4 section 3.3.1): every entry belongs to its Composition, which
// refers to it, or to something that does, or is referred to by it.
#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/native.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

tree::Element following(tree::Element at, tree::Element root) {
    if (at.firstChild()) return at.firstChild();
    while (at != root && !at.next()) at = at.parent();
    return at == root ? tree::Element() : at.next();
}

/// Which entries hang together, however they refer to each other.
class Groups {
public:
    explicit Groups(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    std::size_t of(std::size_t at) {
        while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
        return at;
    }
    void join(std::size_t a, std::size_t b) { parent_[of(a)] = of(b); }

private:
    std::vector<std::size_t> parent_;
};

}  // namespace

void checkDocument(tree::Element bundle, Run& run) {
    std::vector<tree::Element> resources;
    std::unordered_map<const tree::Node*, std::size_t> indexes;
    for (tree::Element at = bundle.child(name::entry); at; at = at.nextSame()) {
        const tree::Element resource = at.child(name::resource);
        if (!resource) continue;
        indexes.emplace(resource.node(), resources.size());
        resources.push_back(resource);
    }
    Groups groups(resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i) {
        for (tree::Element at = resources[i]; at; at = following(at, resources[i])) {
            if (at.type() != type::Reference) continue;
            const tree::Element target = run.targetOf(at);
            const auto found = target ? indexes.find(target.node()) : indexes.end();
            if (found != indexes.end()) groups.join(i, found->second);
        }
    }
    for (std::size_t i = 1; i < resources.size() && !run.isFull(); ++i) {
        if (groups.of(i) == groups.of(0)) continue;
        run.error(resources[i].parent(), IssueType::Invalid, "document-entry",
                  "Nothing leads from the Composition to this entry, nor back; refer to it, or "
                  "leave it out.");
    }
}

}  // namespace waymark::structure
