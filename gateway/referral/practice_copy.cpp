#include "gateway/referral/practice_copy.h"

#include <fmt/format.h>

#include <algorithm>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"
#include "gateway/referral/resource_id.h"
#include "gateway/referral/tree_edit.h"

namespace waymark::referral {
namespace {

namespace name = model::name;
namespace type = model::type;

/// The alternative of a choice that the element is, or the only definition of its name.
const model::ElementDef& definitionOf(tree::Element child, const model::Model& model) {
    const auto all = model.elements(child.parent().type(), child.name());
    check(!all.empty(), "an element of a tree is known to the model");
    const auto exact = std::find_if(all.begin(), all.end(), [&](const model::ElementDef& def) {
        return def.type == child.type();
    });
    return exact == all.end() ? all.front() : *exact;
}

}  // namespace

PracticeCopy::PracticeCopy(const Message& message, const ReferralId& referral,
                           tree::Builder& builder)
    : message_(message), builder_(builder) {
    references_.reserve(message.entries().size());
    for (const Message::Entry& entry : message.entries()) {
        ResourceId id{.referral = referral, .entry = entry.place};
        if (entry.resource.type() == type::ServiceRequest) id.entry.reset();
        references_.push_back(
            fmt::format("{}/{}", builder.model().type(entry.resource.type()).name, print(id)));
    }
}

std::string_view PracticeCopy::referenceTo(const Message::Entry& entry) const {
    return references_.at(static_cast<std::size_t>(&entry - message_.entries().data()));
}

std::string_view PracticeCopy::idOf(const Message::Entry& entry) const {
    const std::string_view reference = referenceTo(entry);
    return reference.substr(reference.find('/') + 1);
}

tree::Node* PracticeCopy::resource(const Message::Entry& entry, const Meta& meta) {
    tree::Node* const root = builder_.root(entry.resource.type());
    fill(entry, root, &meta);
    return root;
}

tree::Node* PracticeCopy::bundle(std::string_view base) {
    check(message_.isBundle(), "only a Bundle is copied whole");
    tree::Node* const root = builder_.root(type::Bundle);
    auto known = message_.entries().begin();
    std::uint32_t place = 0;
    for (const tree::Element child : message_.root().children()) {
        if (child.name() != name::entry) {
            copyChild(child, root);
            continue;
        }
        const bool hasResource = known != message_.entries().end() && known->place == place;
        addEntry(child, hasResource ? &*known : nullptr, root, base);
        if (hasResource) ++known;
        ++place;
    }
    return root;
}

tree::Node* PracticeCopy::element(tree::Element from, tree::Node* parent,
                                  std::string_view jsonName) {
    tree::Node* const copied = builder_.copy(from, parent, jsonName);
    rewrite(tree::view(copied));
    return copied;
}

void PracticeCopy::addEntry(tree::Element sent, const Message::Entry* known, tree::Node* bundle,
                            std::string_view base) {
    tree::Node* const entry = builder_.add(bundle, "entry");
    if (known != nullptr) {
        builder_.value(entry, "fullUrl", fmt::format("{}/{}", base, referenceTo(*known)));
    }
    for (const tree::Element child : sent.children()) {
        if (child.name() == name::resource) {
            const std::string_view typeName = builder_.model().type(child.type()).name;
            fill(*known, builder_.add(entry, "resource", typeName), nullptr);
        } else if (child.name() != name::fullUrl || known == nullptr) {
            copyChild(child, entry);
        }
    }
}

void PracticeCopy::fill(const Message::Entry& entry, tree::Node* to, const Meta* meta) {
    builder_.value(to, "id", idOf(entry));
    if (meta != nullptr) addMeta(entry.resource.child(name::meta), to, *meta);
    for (const tree::Element child : entry.resource.children()) {
        if (child.name() == name::id) continue;
        if (child.name() == name::meta && meta != nullptr) continue;
        copyChild(child, to);
    }
}

void PracticeCopy::addMeta(tree::Element sent, tree::Node* to, const Meta& meta) {
    tree::Node* const made = builder_.add(to, "meta");
    builder_.value(made, "versionId", meta.versionId);
    builder_.value(made, "lastUpdated", meta.lastUpdated);
    if (!sent) return;
    for (const tree::Element child : sent.children()) {
        if (child.name() == name::versionId || child.name() == name::lastUpdated) continue;
        copyChild(child, made);
    }
}

void PracticeCopy::copyChild(tree::Element child, tree::Node* to) {
    rewrite(tree::view(builder_.copy(child, to, definitionOf(child, builder_.model()))));
}

void PracticeCopy::rewrite(tree::Element copied) {
    if (copied.type() == type::Reference) rewriteReference(copied.child(name::reference));
    if (copied.type() == type::url || copied.type() == type::uri) rewriteUrl(copied);
    for (const tree::Element child : copied.children()) rewrite(child);
}

void PracticeCopy::rewriteReference(tree::Element text) {
    if (!text || !text.hasValue()) return;
    const std::string_view was = text.text();
    const Message::Entry* const entry = message_.entryAt(was);
    if (entry == nullptr) return;
    const std::string_view is = referenceTo(*entry);
    const std::size_t hash = was.find('#');
    if (hash == std::string_view::npos) {
        builder_.setText(ours(text), is);
    } else {
        builder_.setText(ours(text), fmt::format("{}{}", is, was.substr(hash)));
    }
}

// An Attachment may point at a Binary of the same Bundle (FHIR R4 section 3.1.0.11.2). Other uris
// are names and not places, but for those that can only be an entry's.
void PracticeCopy::rewriteUrl(tree::Element text) {
    if (!text.hasValue()) return;
    if (text.type() == type::uri && !text.text().starts_with("urn:")) return;
    const Message::Entry* const entry = message_.entryAtUrl(text.text());
    if (entry != nullptr) builder_.setText(ours(text), referenceTo(*entry));
}

}  // namespace waymark::referral
