#include "gateway/referral/message.h"

#include <algorithm>
#include <tuple>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"

namespace waymark::referral {
namespace {

namespace name = model::name;

constexpr std::string_view kHistory = "/_history/";

std::string_view withoutVersion(std::string_view url) {
    const std::size_t at = url.find(kHistory);
    return at == std::string_view::npos ? url : url.substr(0, at);
}

bool isAbsolute(std::string_view reference) {
    return reference.find(':') != std::string_view::npos;
}

bool isResource(tree::Element element, const model::Model& model) {
    return model.type(element.type()).kind == model::TypeKind::Resource;
}

bool isContained(tree::Element resource) {
    return resource.name() == name::contained;
}

}  // namespace

std::string_view textOf(tree::Element parent, model::NameId child) {
    if (!parent) return {};
    const tree::Element found = parent.child(child);
    return found ? found.text() : std::string_view();
}

tree::Element holderOf(tree::Element element, const model::Model& model) {
    while (element && (!isResource(element, model) || isContained(element))) {
        element = element.parent();
    }
    return element;
}

std::optional<TypeAndId> typeAndId(std::string_view reference) {
    reference = withoutVersion(reference);
    const std::size_t slash = reference.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const std::size_t before = reference.rfind('/', slash - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const TypeAndId found{.type = reference.substr(begin, slash - begin),
                          .id = reference.substr(slash + 1)};
    if (found.type.empty() || found.id.empty()) return std::nullopt;
    return found;
}

Message::Message(tree::Element root, const model::Model& model) : root_(root), model_(model) {
    check(static_cast<bool>(root), "a message has a root");
    bundle_ = root.type() == model::type::Bundle;
    if (!bundle_) {
        add(root, {}, 0);
    } else {
        std::uint32_t place = 0;
        for (tree::Element entry = root.child(name::entry); entry; entry = entry.nextSame()) {
            const tree::Element resource = entry.child(name::resource);
            if (resource) add(resource, textOf(entry, name::fullUrl), place);
            ++place;
        }
    }
    index();
}

void Message::add(tree::Element resource, std::string_view fullUrl, std::uint32_t place) {
    entries_.push_back(Entry{.resource = resource, .fullUrl = fullUrl, .place = place});
}

void Message::index() {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        const std::string_view type = model_.type(entry.resource.type()).name;
        if (!entry.fullUrl.empty()) byUrl_.emplace_back(withoutVersion(entry.fullUrl), i);
        const std::string_view id = textOf(entry.resource, name::id);
        if (!id.empty()) byName_.push_back(NameKey{.type = type, .id = id, .entry = i});
        const auto byUrl = typeAndId(entry.fullUrl);
        if (byUrl && byUrl->type == type && byUrl->id != id) {
            byName_.push_back(NameKey{.type = type, .id = byUrl->id, .entry = i});
        }
    }
    std::sort(byUrl_.begin(), byUrl_.end());
    std::sort(byName_.begin(), byName_.end(), [](const NameKey& a, const NameKey& b) {
        return std::tie(a.type, a.id, a.entry) < std::tie(b.type, b.id, b.entry);
    });
}

const Message::Entry* Message::serviceRequest() const {
    if (count(model::type::ServiceRequest) != 1) return nullptr;
    return first(model::type::ServiceRequest);
}

std::size_t Message::count(model::TypeId type) const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [&](const Entry& entry) { return entry.resource.type() == type; }));
}

const Message::Entry* Message::first(model::TypeId type) const {
    const auto at = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.resource.type() == type; });
    return at == entries_.end() ? nullptr : &*at;
}

const Message::Entry* Message::entryAtUrl(std::string_view url) const {
    const auto found = std::lower_bound(byUrl_.begin(), byUrl_.end(), UrlKey(url, 0));
    if (found == byUrl_.end() || found->first != url) return nullptr;
    return &entries_[found->second];
}

const Message::Entry* Message::entryAt(std::string_view reference) const {
    reference = withoutVersion(reference.substr(0, reference.find('#')));
    if (reference.empty()) return nullptr;
    if (const Entry* const entry = entryAtUrl(reference)) return entry;
    // A relative reference is read within the message's own server, whatever its base.
    if (isAbsolute(reference)) return nullptr;
    const auto wanted = typeAndId(reference);
    if (!wanted || wanted->type.size() + wanted->id.size() + 1 != reference.size()) return nullptr;
    const auto named = std::lower_bound(
        byName_.begin(), byName_.end(), *wanted, [](const NameKey& key, const TypeAndId& want) {
            return std::tie(key.type, key.id) < std::tie(want.type, want.id);
        });
    if (named == byName_.end() || named->type != wanted->type || named->id != wanted->id) {
        return nullptr;
    }
    return &entries_[named->entry];
}

tree::Element Message::resolve(tree::Element reference) const {
    if (!reference) return {};
    const std::string_view text = textOf(reference, name::reference);
    const std::size_t hash = text.find('#');
    tree::Element holder;
    if (hash == 0) {
        holder = holderOf(reference, model_);
    } else if (const Entry* const entry = entryAt(text)) {
        holder = entry->resource;
    }
    if (!holder || hash == std::string_view::npos) return holder;
    const std::string_view fragment = text.substr(hash + 1);
    if (fragment.empty()) return holder;
    for (tree::Element at = holder.child(name::contained); at; at = at.nextSame()) {
        if (textOf(at, name::id) == fragment) return at;
    }
    return {};
}

}  // namespace waymark::referral
