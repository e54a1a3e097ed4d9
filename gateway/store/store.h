// The store port: everything that must survive. commit() is asynchronous and durable: its callback
// runs after the fsync. Reads are synchronous and see every commit whose callback has run. Any
// thread. Bodies, records, event details and payloads are sealed at rest with a key per referral;
// NHS number and identifiers are kept as keyed hashes only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/referral/dossier.h"
#include "gateway/referral/event.h"
#include "gateway/referral/ids.h"
#include "gateway/referral/state.h"
#include "gateway/store/oversight.h"

namespace waymark::store {

using referral::AssignmentId;
using referral::DeliveryId;
using referral::ReferralId;

/// Doors are answered 503 when their share of the queue is full; delivery results and status have
/// room of their own.
enum class Lane : std::uint8_t { Door, Status, Delivery };

/// `ServiceRequest.identifier` and the like; kept as a keyed hash of both parts.
struct Identifier {
    std::string system{};
    std::string value{};
};

struct NewReferral {
    std::string organisation{};  ///< ODS code of the owner
    std::string client{};        ///< id of the client that sent it
    referral::Origin origin = referral::Origin::ServiceRequest;
    std::string route{};
    std::string setVersion{};
    std::string contentType{};
    std::string body{};       ///< the message's bytes as received
    std::string record{};     ///< the link-worker referral as JSON
    std::string nhsNumber{};  ///< ten digits or empty
    std::vector<Identifier> identifiers{};
    std::string patientId{};  ///< id of the Patient the practice sees; empty when contained
    std::string authored{};   ///< ServiceRequest.authoredOn as written
};

enum class DeliveryKind : std::uint8_t {
    Created,
    Updated,
    Cancelled,
    Notified,  ///< to somebody who is told of a change: a practice
};

struct NewDelivery {
    DeliveryId id{};
    AssignmentId assignment{};
    std::string provider{};
    DeliveryKind kind = DeliveryKind::Created;
    Instant due{};
    Instant deadline{};  ///< "delivered within"
    /// Notified: which event it is, in words of whoever asked for it.
    std::string remote{};
};

/// Something of the gateway's own that stands beside the referrals, such as a practice's
/// Subscription. Sealed with the store's key; a few thousand at most.
struct Record {
    std::string kind{};
    Uuid id{};
    std::string body{};  ///< empty: it goes
};

/// One event that somebody's list counts: `number` has no gaps, its list is a Subscription.
struct Notice {
    Uuid list{};
    std::uint64_t number = 0;
    ReferralId referral{};
    std::uint32_t version = 0;  ///< shownVersion of the referral
    Instant at{};
};

/// A referral that changed, in the order of commits.
struct Change {
    std::int64_t place = 0;  ///< grows; only the last change of a referral has a place
    ReferralId referral{};
};

/// A change to a delivery; only set parts are written.
struct DeliveryChange {
    DeliveryId id{};
    std::optional<DeliveryState> state{};
    /// Conflict (kDeliveryMoved) and nothing committed when its state is another by then.
    std::optional<DeliveryState> expected{};
    std::optional<Instant> due{};
    std::optional<Instant> deadline{};
    std::optional<std::uint32_t> attempts{};
    std::string lastProblem{};  ///< class and status, no patient data
    /// Committed once, before the first send; later attempts send these bytes.
    std::optional<std::string> payload{};
    std::optional<std::string> contentType{};
    std::optional<std::string> remote{};  ///< where the provider keeps it: "Task/123"
};

/// A stored message was mapped again: what the referral records of it. The record itself is in the
/// commit's event of type Mapped.
struct Remapped {
    std::string route{};
    std::string setVersion{};
};

/// The one clock of an open referral; nullopt in Commit leaves it, `cleared` removes it.
struct ClockChange {
    bool cleared = false;
    std::string kind{};  ///< "delivered-within", "answered-within", ...
    Instant due{};
};

/// The answer to a repeatable request, replayed when it comes again.
struct Verdict {
    std::string key{};  ///< scope and key, e.g. "rest|client|Idempotency-Key"; kept as a hash
    std::string fingerprint{};  ///< of the request's content; other content is a conflict
    unsigned status = 0;        ///< HTTP
    std::string contentType{};
    std::string body{};  ///< sealed; empty when it is rendered from the referral
    std::optional<ReferralId> referral{};
};

/// Who did what to what, without patient data.
struct AuditEntry {
    Instant at{};
    std::string actor{};    ///< client or provider id, "gateway", "operator"
    std::string action{};   ///< "create", "read", "refused", ...
    std::string subject{};  ///< a referral's or assignment's id, or empty
    std::string outcome{};  ///< "ok" or a kind of refusal
    std::string request{};  ///< our request id
};

struct Commit {
    Lane lane = Lane::Door;
    std::optional<ReferralId> referral{};
    std::uint32_t expectedVersion = 0;    ///< of `referral`; Conflict when it has moved
    std::optional<NewReferral> create{};  ///< with expectedVersion 0
    std::vector<referral::Event> events{};
    /// One of kind Cancelled takes the place of what is still due or held to its assignment.
    std::vector<NewDelivery> deliveries{};
    std::vector<DeliveryChange> changes{};
    std::optional<ClockChange> clock{};
    std::optional<Remapped> remapped{};
    /// All keys must be new: a Conflict, and nothing committed, when one is known already.
    std::vector<Verdict> verdicts{};
    std::vector<AuditEntry> audit{};
    std::vector<Record> records{};  ///< each takes the place of what has its kind and id
    std::vector<Notice> notices{};
};

struct Committed {
    std::uint32_t version = 0;  ///< of the referral; 0 when none was touched
};

/// Runs on the writer's thread after the fsync: it hands over and returns.
using Done = std::function<void(Result<Committed>)>;

/// Who looks: sees referrals of these organisations, and those that this client sent.
struct Viewer {
    std::string client{};
    std::vector<std::string> organisations{};
};

struct SearchQuery {
    Viewer viewer{};
    std::optional<ReferralId> id{};
    std::optional<std::string> nhsNumber{};
    std::optional<Identifier>
        identifier;  ///< empty system: any system is not searchable, exact only
    std::optional<std::string> patientId{};
    std::vector<referral::Status> statuses{};
    std::optional<std::pair<Instant, Instant>> updated{};  ///< [from, to)
    std::optional<std::pair<std::string, std::string>>
        authored{};  ///< [from, to) ISO prefixes, UTC
    std::uint32_t count = 50;
    std::string cursor{};  ///< opaque, from the page before
};

struct SearchPage {
    std::vector<ReferralId> ids{};  ///< newest change first
    std::string next{};             ///< empty at the end
    std::uint64_t total = 0;
};

struct Delivery {
    DeliveryId id{};
    ReferralId referral{};
    AssignmentId assignment{};
    std::string provider{};
    DeliveryKind kind = DeliveryKind::Created;
    DeliveryState state = DeliveryState::Due;
    Instant due{};
    Instant deadline{};
    std::uint32_t attempts = 0;
    std::string lastProblem{};
    std::string payload{};  ///< empty until it was made
    std::string contentType{};
    std::string remote{};
};

struct DueClock {
    ReferralId referral{};
    std::string kind{};
    Instant due{};
};

struct AssignmentQuery {
    std::string provider{};
    std::vector<referral::Status> statuses{};
    std::optional<Instant> since{};
    std::uint32_t limit = 50;
    std::string cursor{};
};
struct AssignmentPage {
    struct Row {
        AssignmentId id;
        ReferralId referral;
        referral::Status status = referral::Status::Requested;
        std::uint32_t version = 0;
        Instant updated{};
    };
    std::vector<Row> rows{};  ///< oldest change first
    std::string next{};
};

struct Counts {
    std::uint64_t referrals = 0;
    std::uint64_t open = 0;
    std::uint64_t deliveriesDue = 0;
    std::uint64_t deliveriesDead = 0;
    std::uint64_t queued = 0;  ///< commits waiting in the writer's queue
};

class Store {
public:
    virtual ~Store() = default;

    /// Refuses at once through `done` with Unavailable (and retryAfter) when the lane's queue is
    /// full or the store is not writable; Conflict when the version moved (code kVersionMoved of
    /// refusal.h: read again, decide again) or a verdict's key exists (kVerdictExists).
    virtual void commit(Commit commit, Done done) = 0;

    /// One read whether it is absent or another's: nullopt for both. `viewer` null: the gateway.
    virtual Result<std::optional<referral::Dossier>> referral(const ReferralId& id,
                                                              const Viewer* viewer) = 0;
    /// The referral of an assignment; nullopt also when it is another provider's.
    virtual Result<std::optional<referral::Dossier>> assignment(const AssignmentId& id,
                                                                std::string_view provider) = 0;
    /// The same for a practice's client that reads the assignment's Task.
    virtual Result<std::optional<referral::Dossier>> assignment(const AssignmentId& id,
                                                                const Viewer& viewer) = 0;
    virtual Result<SearchPage> search(const SearchQuery& query) = 0;
    virtual Result<AssignmentPage> assignments(const AssignmentQuery& query) = 0;
    virtual Result<std::optional<Verdict>> verdict(std::string_view key) = 0;

    /// Due at or before `now`, oldest first; at most `limit` per provider, none of the providers in
    /// `skip`, and of each assignment only its oldest delivery in state Due: a later one waits for
    /// it.
    virtual Result<std::vector<Delivery>> dueDeliveries(Instant now, std::uint32_t limit,
                                                        const std::vector<std::string>& skip) = 0;
    /// The earliest instant strictly after `after` at which a delivery in state Due or a clock
    /// falls due; nullopt when there is none. What is overdue does not count: who waits has it
    /// already.
    virtual Result<std::optional<Instant>> nextDue(Instant after) = 0;
    virtual Result<std::vector<DueClock>> dueClocks(Instant now, std::uint32_t limit) = 0;
    /// Deliveries of a referral, oldest first.
    virtual Result<std::vector<Delivery>> deliveries(const ReferralId& id) = 0;
    /// Delivered with a `remote`, assignment not final: what is polled. In the order of their ids,
    /// those after `after` (nil: from the first). Payloads are left empty.
    virtual Result<std::vector<Delivery>> pollable(std::string_view provider,
                                                   const DeliveryId& after,
                                                   std::uint32_t limit) = 0;

    /// For operators: in the order of their ids, payloads left empty.
    virtual Result<std::vector<Delivery>> findDeliveries(const DeliveryQuery& query) = 0;
    /// Of what came in at or after `from` and before `to`. Reads every such referral.
    virtual Result<Account> account(Instant from, Instant to) = 0;
    /// Referrals whose one clock is of this kind, oldest first.
    virtual Result<std::vector<DueClock>> clocksOf(std::string_view kind, std::uint32_t limit) = 0;
    /// Versions of the mapping sets that open referrals record.
    virtual Result<std::set<std::string>> openSetVersions() = 0;
    virtual Result<std::vector<Record>> records(std::string_view kind) = 0;
    /// Of a list, those from number `from` to `until`, both included.
    virtual Result<std::vector<Notice>> notices(const Uuid& list, std::uint64_t from,
                                                std::uint64_t until, std::uint32_t limit) = 0;
    /// 0 when nothing was counted.
    virtual Result<std::uint64_t> lastNotice(const Uuid& list) = 0;
    /// Referrals whose last shown change has a place after `after`, in their order.
    virtual Result<std::vector<Change>> changes(std::int64_t after, std::uint32_t limit) = 0;

    virtual Result<Counts> counts() = 0;
    /// Whether writes are accepted; false for good after a failed fsync.
    [[nodiscard]] virtual bool writable() const = 0;
};

}  // namespace waymark::store
