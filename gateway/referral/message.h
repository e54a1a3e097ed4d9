// The resources of one message and what the references between them mean. A view of the message's
// tree; lives as long as its arena. One thread.
// FHIR R4 section 3.4 (Bundle, resolving references) and section 2.3.0.1 (contained resources).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/model.h"
#include "fhir/tree/element.h"

namespace waymark::referral {

class Message {
public:
    struct Entry {
        tree::Element resource;
        std::string_view fullUrl;
        std::uint32_t place = 0;  ///< index of the Bundle entry; 0 for a lone resource
    };

    /// `root`: a Bundle, or one resource that is the whole message.
    Message(tree::Element root, const model::Model& model);

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    [[nodiscard]] bool isBundle() const { return bundle_; }
    [[nodiscard]] tree::Element root() const { return root_; }
    [[nodiscard]] const model::Model& model() const { return model_; }

    /// The only ServiceRequest; nullptr when there is none or more than one.
    [[nodiscard]] const Entry* serviceRequest() const;
    /// How many entries are of this type.
    [[nodiscard]] std::size_t count(model::TypeId type) const;
    /// The first entry of this type; nullptr when there is none.
    [[nodiscard]] const Entry* first(model::TypeId type) const;

    /// The entry that a literal reference names: by fullUrl, by "Type/id", with or without a
    /// version, and before "#fragment". nullptr for contained ("#x") and for what is not here.
    [[nodiscard]] const Entry* entryAt(std::string_view reference) const;
    /// The entry whose fullUrl this is, to the letter; nullptr when there is none.
    [[nodiscard]] const Entry* entryAtUrl(std::string_view url) const;
    /// The resource that a Reference means where it stands: an entry's or a contained one.
    [[nodiscard]] tree::Element resolve(tree::Element reference) const;

private:
    using UrlKey = std::pair<std::string_view, std::uint32_t>;
    struct NameKey {
        std::string_view type;
        std::string_view id;
        std::uint32_t entry = 0;
    };

    void index();
    void add(tree::Element resource, std::string_view fullUrl, std::uint32_t place);

    tree::Element root_;
    const model::Model& model_;
    bool bundle_ = false;
    std::vector<Entry> entries_;
    std::vector<UrlKey> byUrl_;    ///< sorted
    std::vector<NameKey> byName_;  ///< sorted
};

/// The text of a primitive child; empty when there is none.
[[nodiscard]] std::string_view textOf(tree::Element parent, model::NameId child);
/// The resource that holds the element: the entry's one for what is inside a contained resource.
[[nodiscard]] tree::Element holderOf(tree::Element element, const model::Model& model);
/// "Patient/123" (perhaps with a base before and a version behind) as type and id; nullopt when
/// the reference has no such end.
struct TypeAndId {
    std::string_view type;
    std::string_view id;
};
[[nodiscard]] std::optional<TypeAndId> typeAndId(std::string_view reference);

}  // namespace waymark::referral
