#include "fhir/path/message_index.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "fhir/model/r4_ids.h"

namespace waymark::path {
namespace {

namespace name = model::name;

bool isResource(tree::Element element, const model::Model& model) {
    return model.type(element.type()).kind == model::TypeKind::Resource;
}

std::string_view textOf(tree::Element parent, model::NameId child) {
    const tree::Element found = parent.child(child);
    return found ? found.text() : std::string_view();
}

/// "Patient/1" at the end of "https://host/fhir/Patient/1"; empty when it does not end so.
std::string_view typeAndId(std::string_view url) {
    const std::size_t last = url.rfind('/');
    if (last == std::string_view::npos || last == 0) return {};
    const std::size_t before = url.rfind('/', last - 1);
    return url.substr(before == std::string_view::npos ? 0 : before + 1);
}

/// Without "/_history/3" and "|2.0".
std::string_view withoutVersion(std::string_view reference) {
    reference = reference.substr(0, reference.find("/_history/"));
    return reference.substr(0, reference.find('|'));
}

bool isAbsolute(std::string_view reference) {
    const std::size_t colon = reference.find(':');
    return colon != std::string_view::npos && reference.find('/') > colon;
}

/// The entry of the Bundle that holds the element; none outside of a Bundle.
tree::Element entryOf(tree::Element element) {
    tree::Element found;
    for (; element; element = element.parent()) {
        if (element.name() == name::entry) found = element;
    }
    return found;
}

}  // namespace

tree::Element resourceOf(tree::Element element, const model::Model& model) {
    while (element && !isResource(element, model)) element = element.parent();
    return element;
}

void MessageIndex::add(std::string_view key, tree::Element resource) {
    if (key.empty()) return;
    std::size_t at = std::hash<std::string_view>()(key) & (slots_.size() - 1);
    // The first of several resources with one name is found, as in the Bundle's order.
    for (; slots_[at].resource; at = (at + 1) & (slots_.size() - 1)) {
        if (slots_[at].key == key) return;
    }
    slots_[at] = {key, resource};
}

void MessageIndex::build() {
    built_ = true;
    if (!root_ || root_.type() != model::type::Bundle) return;
    std::size_t entries = 0;
    for (tree::Element entry = root_.child(name::entry); entry; entry = entry.nextSame()) ++entries;
    slots_ = arena_->array<Slot>(std::bit_ceil(entries * 4 + 4));
    std::ranges::fill(slots_, Slot());
    for (tree::Element entry = root_.child(name::entry); entry; entry = entry.nextSame()) {
        const tree::Element resource = entry.child(name::resource);
        if (!resource) continue;
        add(textOf(entry, name::fullUrl), resource);
        const std::string_view id = textOf(resource, name::id);
        if (id.empty()) continue;
        const std::string_view type = model_->type(resource.type()).name;
        const auto key = arena_->array<char>(type.size() + 1 + id.size());
        std::ranges::copy(type, key.begin());
        key[type.size()] = '/';
        std::ranges::copy(id, key.begin() + static_cast<std::ptrdiff_t>(type.size() + 1));
        add({key.data(), key.size()}, resource);
    }
}

tree::Element MessageIndex::look(std::string_view key) const {
    if (slots_.empty()) return {};
    std::size_t at = std::hash<std::string_view>()(key) & (slots_.size() - 1);
    for (; slots_[at].resource; at = (at + 1) & (slots_.size() - 1)) {
        if (slots_[at].key == key) return slots_[at].resource;
    }
    return {};
}

tree::Element MessageIndex::contained(std::string_view id, tree::Element from) const {
    tree::Element holder = resourceOf(from, *model_);
    if (holder && holder.name() == name::contained) holder = resourceOf(holder.parent(), *model_);
    if (!holder || id.empty()) return holder;
    for (tree::Element each = holder.child(name::contained); each; each = each.nextSame()) {
        if (textOf(each, name::id) == id) return each;
    }
    return {};
}

tree::Element MessageIndex::find(std::string_view reference, tree::Element from) {
    if (reference.empty()) return {};
    if (reference.front() == '#') return contained(reference.substr(1), from);
    if (!built_) build();
    if (slots_.empty()) return {};
    if (const tree::Element found = look(reference)) return found;
    const std::string_view plain = withoutVersion(reference);
    if (isAbsolute(plain)) return plain == reference ? tree::Element() : look(plain);
    if (typeAndId(plain).empty() && plain.find('/') == std::string_view::npos) return {};
    // A relative reference belongs to the server that its entry's fullUrl names.
    const tree::Element entry = entryOf(from);
    const std::string_view url = entry ? textOf(entry, name::fullUrl) : std::string_view();
    const std::string_view own = typeAndId(url);
    if (isAbsolute(url) && !own.empty() && !url.starts_with("urn:")) {
        const std::size_t base = url.size() - own.size();
        const auto absolute = arena_->array<char>(base + plain.size());
        std::ranges::copy(url.substr(0, base), absolute.begin());
        std::ranges::copy(plain, absolute.begin() + static_cast<std::ptrdiff_t>(base));
        if (const tree::Element found = look({absolute.data(), absolute.size()})) return found;
    }
    return look(plain);
}

}  // namespace waymark::path
