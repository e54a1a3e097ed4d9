// What others see of a referral, made from its dossier by the maps of the set: the ServiceRequest
// and Tasks that the practice reads, every resource of its message with our ids and references that
// resolve, the message echoed for BaRS, and each provider's payload. Pure; shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"
#include "fhir/tree/json_reader.h"
#include "gateway/referral/dossier.h"
#include "mappings/set.h"

namespace waymark::referral {

struct Payload {
    std::string contentType{};
    std::string body{};
    /// Parts of the record that the provider's agreement does not cover: their names.
    std::vector<std::string> withheld{};
};

class Presenter {
public:
    /// `newer`: for formats that `set`, which mapped the referral, did not have yet; may be null.
    Presenter(std::shared_ptr<const mappings::Set> set,
              std::shared_ptr<const config::Config> config,
              std::shared_ptr<const mappings::Set> newer = nullptr);

    /// `type`/`id` as the practice asked for it: its ServiceRequest, the Task of the referral or of
    /// an assignment, or any other resource of the message. NotFound when it is none of these.
    /// meta.versionId (which is the ETag) and lastUpdated of ServiceRequest and Task are the
    /// referral's; version 0 means the current one, an earlier one gives the state at that version
    /// (vread). The message's other resources never change: their only version is 1.
    /// The element points into the dossier and the arena: both must outlive it.
    [[nodiscard]] Result<tree::Element> resource(const Dossier& dossier, std::string_view type,
                                                 std::string_view id, std::uint32_t version,
                                                 tree::Arena& arena, Random& random) const;

    /// Every resource of the message Bundle, in its order, as resource() shows it.
    [[nodiscard]] Result<std::vector<tree::Element>> resources(const Dossier& dossier,
                                                               tree::Arena& arena,
                                                               Random& random) const;

    /// The message Bundle with receiver-assigned ids and rewritten references (BaRS synchronous
    /// response), from what was read when it was accepted.
    [[nodiscard]] tree::Node* message(const tree::Document& document, const ReferralId& id,
                                      tree::Arena& arena) const;

    /// The link-worker referral with its progress (status, assignments, outcome) filled in.
    [[nodiscard]] Result<tree::Element> record(const Dossier& dossier, tree::Arena& arena) const;

    /// What goes to the provider of an assignment, by the provider's format and within its
    /// agreement (sharing.h): for a webhook
    /// {"type","timestamp","data":{"id","assignment","reference",...}} with `type` one of
    /// "referral.created", "referral.updated", "referral.cancelled"; for FHIR a transaction Bundle,
    /// and NotImplemented for any type but the first. Forbidden when nothing may be
    /// shared with it; Fault when the map fails or the provider is
    /// no longer configured; NotFound for an assignment of another referral.
    [[nodiscard]] Result<Payload> payload(const Dossier& dossier, const AssignmentId& assignment,
                                          std::string_view type, Instant now, Random& random) const;

    /// The provider API's view of one assignment: the webhook's `data` with status and version.
    [[nodiscard]] Result<std::string> providerView(const Dossier& dossier,
                                                   const AssignmentId& assignment,
                                                   Random& random) const;

    /// Of the trees that it makes.
    [[nodiscard]] const model::Model& model() const { return set_->model(); }

private:
    [[nodiscard]] const mappings::Set& setFor(const Dossier& dossier,
                                              const AssignmentId& assignment) const;

    std::shared_ptr<const mappings::Set> set_;
    std::shared_ptr<const config::Config> config_;
    std::shared_ptr<const mappings::Set> newer_;
};

}  // namespace waymark::referral
