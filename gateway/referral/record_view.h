// The link-worker referral as it stands: what was mapped in, and what the gateway fills from the
// journal (id, received, links, progress, assignment, recipient; mappings/README.md). One call; one
// thread.
#pragma once

#include "config/config.h"
#include "fhir/tree/builder.h"
#include "gateway/referral/dossier.h"
#include "gateway/referral/practice_copy.h"
#include "mappings/set.h"

namespace waymark::referral {

class RecordView {
public:
    /// All must outlive it. `builder` builds in the model of `set`.
    RecordView(const mappings::Set& set, const config::Config& config, tree::Builder& builder)
        : set_(set), config_(config), builder_(builder) {}

    /// `mapped` without a root: the referral was set aside, and the rest is all that is known.
    [[nodiscard]] tree::Node* make(tree::Element mapped, const ReferralId& id, const State& state);
    /// Where the practice reads the resources of its message.
    void addLinks(tree::Node* record, const Message& message, PracticeCopy& copy);
    /// Whom this copy is for.
    void addRecipient(tree::Node* record, const Assignment& assignment);

private:
    void addProgress(tree::Node* record, const State& state);
    void fillAssignment(tree::Node* to, const Assignment& assignment);
    void addChange(tree::Node* to, std::string_view businessStatus, std::string_view reasonCode,
                   const Detail& detail);
    void addConcept(tree::Node* to, std::string_view name, std::string_view system,
                    std::string_view code, std::string_view text);
    void addText(tree::Node* to, std::string_view name, std::string_view text);

    const mappings::Set& set_;
    const config::Config& config_;
    tree::Builder& builder_;
};

}  // namespace waymark::referral
