// The message as the practice reads it back: every resource with the id that we gave it, every
// reference that resolved inside the message rewritten to "Type/id". Contained resources stay, and
// what pointed outside stays as it was sent. One call; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/tree/builder.h"
#include "gateway/referral/ids.h"
#include "gateway/referral/message.h"

namespace waymark::referral {

class PracticeCopy {
public:
    /// What meta says; the sender's profiles, tags and labels stay.
    struct Meta {
        std::string versionId{};
        std::string lastUpdated{};
    };

    /// All must outlive it. The trees that it makes share texts with the message.
    PracticeCopy(const Message& message, const ReferralId& referral, tree::Builder& builder);

    /// "Type/id".
    [[nodiscard]] std::string_view referenceTo(const Message::Entry& entry) const;
    [[nodiscard]] std::string_view idOf(const Message::Entry& entry) const;

    /// A copy of its own.
    [[nodiscard]] tree::Node* resource(const Message::Entry& entry, const Meta& meta);
    /// The whole Bundle; fullUrl is `base`/Type/id, meta as it was sent.
    [[nodiscard]] tree::Node* bundle(std::string_view base);
    /// A copy of an element of the message under `parent`, references rewritten.
    tree::Node* element(tree::Element from, tree::Node* parent, std::string_view jsonName);

private:
    void fill(const Message::Entry& entry, tree::Node* to, const Meta* meta);
    void addMeta(tree::Element sent, tree::Node* to, const Meta& meta);
    /// `known`: the entry as the message knows it; nullptr when it has no resource.
    void addEntry(tree::Element sent, const Message::Entry* known, tree::Node* bundle,
                  std::string_view base);
    void copyChild(tree::Element child, tree::Node* to);
    void rewrite(tree::Element copied);
    void rewriteReference(tree::Element text);
    void rewriteUrl(tree::Element text);

    const Message& message_;
    tree::Builder& builder_;
    std::vector<std::string> references_;  ///< by entry
};

}  // namespace waymark::referral
