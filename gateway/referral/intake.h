// From a read message to what the store commits: checks, the map in, consent, routing. Pure: no
// store, no clock of its own. Immutable and shared between threads; one per configuration and set.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/json_reader.h"
#include "gateway/referral/dossier.h"
#include "mappings/set.h"

namespace waymark::referral {

struct Submission {
    Origin origin = Origin::ServiceRequest;
    const tree::Document* document = nullptr;
    /// Organisation that the client says it acts for (a header), or its only one; empty: taken
    /// from the message's requester or sender organisation.
    std::string organisation{};
    /// Organisations that the client may act for; empty with `anyOrganisation`.
    std::vector<std::string> actsFor{};
    bool anyOrganisation = false;
    std::string client{};
    ReferralId id{};
    Instant now{};
    /// A Patient from an earlier message of the same owner, when the ServiceRequest's subject is
    /// `Patient/{id}`: the door has looked it up.
    tree::Element patient{};
    /// A wrong NHS number is refused, not flagged: the sender's policy. The configuration may say
    /// so for all.
    bool strictNhsNumber = false;
};

/// The decision to take a referral in. Everything the first commit needs but the bytes.
struct Accepted {
    std::string organisation{};
    std::string route{};
    std::string provider{};       ///< the first to be asked; empty when set aside
    std::string record{};         ///< the link-worker referral as JSON
    std::vector<Event> events{};  ///< Received, then Asked (or SetAside)
    std::string clock{};          ///< kind of the one clock that runs now
    Instant clockDue{};
    std::string nhsNumber{};
    std::vector<std::pair<std::string, std::string>> identifiers{};  ///< system, value
    std::string patientId{};
    std::string authored{};
    std::vector<Issue> warnings{};  ///< e.g. NHS number fails modulus 11
};

class Intake {
public:
    /// Compiles every route's `when` against the LinkWorkerReferral; fails with all faults, each at
    /// its place in its file.
    static Result<std::shared_ptr<const Intake>> make(std::shared_ptr<const mappings::Set> set,
                                                      std::shared_ptr<const config::Config> config);

    /// Fails with what the sender can mend (no subject, no route, no consent, wrong NHS number when
    /// strict, organisation not its own). What only we can mend (a map's limit) is accepted with
    /// SetAside and a clock.
    [[nodiscard]] Result<Accepted> accept(const Submission& submission, tree::Arena& arena,
                                          Random& random) const;

    /// The providers of the route that may be asked about this record, in order.
    [[nodiscard]] std::vector<const config::Provider*> candidates(std::string_view route,
                                                                  tree::Element record) const;

private:
    struct Parts;
    explicit Intake(std::shared_ptr<const Parts> parts);
    std::shared_ptr<const Parts> parts_;
};

}  // namespace waymark::referral
