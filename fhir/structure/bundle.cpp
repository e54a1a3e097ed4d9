// The rules of Bundle (FHIR R4 section 2.36.4): bdl-1 to bdl-12 in one look at the entries, and
// those on fullUrl that are no invariants.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/native.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

/// What the Bundle's type means for its parts.
struct BundleKind {
    explicit BundleKind(std::string_view code)
        : isDocument(code == "document"),
          isMessage(code == "message"),
          isHistory(code == "history"),
          isSearch(code == "searchset"),
          hasRequests(code == "batch" || code == "transaction" || isHistory),
          hasResponses(code == "batch-response" || code == "transaction-response" || isHistory) {}
    bool isDocument;
    bool isMessage;
    bool isHistory;
    bool isSearch;
    bool hasRequests;
    bool hasResponses;
};

/// The parts of one entry, found in one look.
struct Entry {
    explicit Entry(tree::Element entry) {
        for (const tree::Element child : entry.children()) {
            if (child.name() == name::fullUrl) fullUrl = child;
            if (child.name() == name::resource) resource = child;
            if (child.name() == name::search) search = child;
            if (child.name() == name::request) request = child;
            if (child.name() == name::response) response = child;
        }
    }
    tree::Element fullUrl;
    tree::Element resource;
    tree::Element search;
    tree::Element request;
    tree::Element response;
};

/// bdl-7: which fullUrl (with its version) was seen.
class Seen {
public:
    Seen(std::size_t entries, tree::Arena& arena)
        : few_(entries <= kFew), slots_(arena.array<Slot>(std::bit_ceil(entries * 2 + 2))) {
        std::ranges::fill(slots_, Slot());
    }
    /// False when it was there before.
    bool add(std::string_view url, std::string_view version) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = (few_ ? hashOfEnd(url) : std::hash<std::string_view>()(url)) & mask;
        for (; slots_[at].url.data(); at = (at + 1) & mask) {
            if (slots_[at].url == url && slots_[at].version == version) return false;
        }
        slots_[at] = {url, version};
        return true;
    }

private:
    static constexpr std::size_t kFew = 64;
    /// The ends of URLs differ; where they are made to collide, there are few.
    static std::size_t hashOfEnd(std::string_view url) {
        std::uint64_t tail = 0;
        const std::size_t bytes = std::min(url.size(), sizeof tail);
        std::memcpy(&tail, url.data() + (url.size() - bytes), bytes);
        return (tail + url.size()) * 0x9E3779B97F4A7C15ULL >> 32U;
    }
    struct Slot {
        std::string_view url;
        std::string_view version;
    };
    bool few_;
    std::span<Slot> slots_;
};

std::string_view lastSegment(std::string_view url) {
    return url.substr(url.rfind('/') + 1);
}

bool isAbsolute(std::string_view url) {
    const std::size_t colon = url.find(':');
    return colon != std::string_view::npos && colon > 0 && colon < url.find('/');
}

/// Section 2.36.4: fullUrl is the identity of the resource, absolute, and ends with its id unless
/// it is a urn.
void checkFullUrl(const Entry& parts, Run& run) {
    const std::string_view url = parts.fullUrl.text();
    if (url.find("/_history/") != std::string_view::npos) {
        return run.violated(parts.fullUrl.parent(), type::Bundle_entry, "bdl-8");
    }
    if (!isAbsolute(url)) {
        return run.error(parts.fullUrl, IssueType::Invalid, "full-url",
                         "fullUrl must be an absolute URL; write the server's base before it, or "
                         "use urn:uuid: for a resource without a server.");
    }
    if (url.starts_with("urn:") || !parts.resource) return;
    const tree::Element id = parts.resource.child(name::id);
    if (id && id.hasValue() && lastSegment(url) != id.text()) {
        run.error(parts.fullUrl, IssueType::Invalid, "full-url",
                  "fullUrl does not end with the resource's id; make them agree, or use urn:uuid: "
                  "for a resource without a server.");
    }
}

void checkEntry(tree::Element entry, const Entry& parts, const BundleKind& kind, Run& run) {
    if (!parts.resource && !parts.request && !parts.response) {
        run.violated(entry, type::Bundle_entry, "bdl-5");
    }
    if (parts.fullUrl && parts.fullUrl.hasValue()) {
        checkFullUrl(parts, run);
    } else if (parts.resource && !kind.hasResponses && (!kind.hasRequests)) {
        run.error(entry, IssueType::Required, "full-url",
                  "The entry has no fullUrl, by which its resource is known; only batches and "
                  "transactions may leave it out.");
    }
}

void checkWhole(tree::Element bundle, const BundleKind& kind, tree::Element first, Run& run) {
    if (!kind.isSearch && !kind.isHistory && bundle.child(name::total)) {
        run.violated(bundle, type::Bundle, "bdl-1");
    }
    const tree::Element resource = first ? first.child(name::resource) : tree::Element();
    const model::TypeId firstType = resource ? resource.type() : model::kNoType;
    if (kind.isMessage && firstType != type::MessageHeader) {
        run.violated(bundle, type::Bundle, "bdl-12");
    }
    if (!kind.isDocument) return;
    const tree::Element identifier = bundle.child(name::identifier);
    if (!identifier || !identifier.child(name::system) || !identifier.child(name::value)) {
        run.violated(bundle, type::Bundle, "bdl-9");
    }
    const tree::Element timestamp = bundle.child(name::timestamp);
    if (!timestamp || !timestamp.hasValue()) run.violated(bundle, type::Bundle, "bdl-10");
    if (firstType != type::Composition) run.violated(bundle, type::Bundle, "bdl-11");
}

}  // namespace

void checkBundle(tree::Element bundle, Run& run) {
    const BundleKind kind(childText(bundle, name::type));
    const tree::Element first = bundle.child(name::entry);
    checkWhole(bundle, kind, first, run);
    std::size_t entries = 0;
    for (tree::Element at = first; at; at = at.nextSame()) ++entries;
    Seen seen(entries, run.arena());
    bool requestsFit = true;
    bool responsesFit = true;
    bool searchFits = true;
    bool distinct = true;
    for (tree::Element at = first; at && !run.isFull(); at = at.nextSame()) {
        const Entry parts(at);
        requestsFit = requestsFit && static_cast<bool>(parts.request) == kind.hasRequests;
        responsesFit = responsesFit && static_cast<bool>(parts.response) == kind.hasResponses;
        searchFits = searchFits && (!parts.search || kind.isSearch);
        if (parts.fullUrl && !kind.isHistory) {
            const tree::Element meta =
                parts.resource ? parts.resource.child(name::meta) : tree::Element();
            distinct = seen.add(parts.fullUrl.text(), childText(meta, name::versionId)) && distinct;
        }
        checkEntry(at, parts, kind, run);
    }
    if (kind.isDocument) checkDocument(bundle, run);
    if (!searchFits) run.violated(bundle, type::Bundle, "bdl-2");
    if (!requestsFit) run.violated(bundle, type::Bundle, "bdl-3");
    if (!responsesFit) run.violated(bundle, type::Bundle, "bdl-4");
    if (!distinct) run.violated(bundle, type::Bundle, "bdl-7");
}

}  // namespace waymark::structure
