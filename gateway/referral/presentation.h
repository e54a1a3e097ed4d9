// Everything that is made from one dossier in one call, with what it is made from: the message, the
// record, the builder. Lives on the stack of the call; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/builder.h"
#include "gateway/referral/dossier.h"
#include "gateway/referral/message.h"
#include "gateway/referral/practice_copy.h"
#include "gateway/referral/record_view.h"
#include "mappings/set.h"

namespace waymark::referral {

class Presentation {
public:
    /// All must outlive it, and what it makes points into the dossier and the arena.
    Presentation(const mappings::Set& set, const config::Config& config, const Dossier& dossier,
                 const State& state, tree::Arena& arena);

    /// Reads the stored message and record. Fault when that cannot be done.
    [[nodiscard]] Result<void> read();

    [[nodiscard]] const mappings::Set& set() const { return set_; }
    [[nodiscard]] const Message& message() const { return *message_; }
    [[nodiscard]] PracticeCopy& copy() { return *copy_; }
    [[nodiscard]] tree::Builder& builder() { return builder_; }
    [[nodiscard]] const Dossier& dossier() const { return dossier_; }
    [[nodiscard]] const State& state() const { return state_; }

    /// The record as it stands, with links.
    [[nodiscard]] tree::Node* record();
    /// The same, made for one assignment.
    [[nodiscard]] tree::Node* recordFor(const Assignment& assignment);

    [[nodiscard]] Result<tree::Element> serviceRequest(Random& random);
    /// Of the referral, or of one assignment.
    [[nodiscard]] Result<tree::Element> task(const Assignment* assignment, Random& random);
    /// Any other resource of the message; its only version is the first.
    [[nodiscard]] tree::Element resource(const Message::Entry& entry);

    /// Runs a map of the set; Fault when it fails, because what comes out of us is ours to mend.
    [[nodiscard]] Result<tree::Element> transform(std::string_view map,
                                                  std::initializer_list<tree::Element> inputs,
                                                  Random& random, tree::Node* target = nullptr);

private:
    [[nodiscard]] PracticeCopy::Meta currentMeta() const;
    void stamp(tree::Node* task, const Uuid& id);
    void bringContained(tree::Node* task);

    const mappings::Set& set_;
    const config::Config& config_;
    const Dossier& dossier_;
    const State& state_;
    tree::Arena& arena_;
    tree::Builder builder_;
    RecordView view_;
    tree::Element mapped_;
    std::optional<Message> message_;
    std::optional<PracticeCopy> copy_;
};

}  // namespace waymark::referral
