#include "world.h"

#include <unistd.h>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

#include "gateway/crypto/random.h"

namespace waymark::store::tests {

using referral::Actor;
using referral::Event;
using referral::EventType;

Result<Committed> commitNow(Store& store, Commit commit) {
    auto promise = std::make_shared<std::promise<Result<Committed>>>();
    auto future = promise->get_future();
    store.commit(std::move(commit),
                 [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
    return future.get();
}

Commit World::accepted(std::string organisation, std::string client, std::string provider) {
    const auto referral = id<ReferralId>();
    const auto assignment = id<AssignmentId>();
    const std::string name = referral.get().text();
    Commit commit;
    commit.referral = referral;
    commit.create = NewReferral{.organisation = organisation,
                                .client = client,
                                .origin = referral::Origin::BarsMessage,
                                .route = "social",
                                .setVersion = "2026.11.1",
                                .contentType = "application/fhir+json",
                                .body = R"({"resourceType":"Bundle","id":")" + name + R"("})",
                                .record = R"({"person":")" + name + R"("})",
                                .nhsNumber = "9990000018",
                                .identifiers = {{"urn:ubrn", name}},
                                .patientId = name + "-2",
                                .authored = "2026-11-20T10:00:00+00:00"};
    commit.events.push_back(Event{.type = EventType::Received,
                                  .at = now(),
                                  .actor = Actor::Practice,
                                  .actorId = organisation});
    Event asked{.type = EventType::Asked, .at = now()};
    asked.assignment = assignment;
    asked.provider = provider;
    asked.detail.note = "please ring after ten";
    commit.events.push_back(asked);
    commit.deliveries.push_back(NewDelivery{.id = id<DeliveryId>(),
                                            .assignment = assignment,
                                            .provider = provider,
                                            .due = now(),
                                            .deadline = now() + std::chrono::hours(24)});
    commit.clock = ClockChange{.kind = "delivered-within", .due = now() + std::chrono::hours(24)};
    commit.verdicts.push_back(Verdict{.key = "key-" + name,
                                      .fingerprint = "print-" + name,
                                      .status = 201,
                                      .contentType = {},
                                      .body = {},
                                      .referral = referral});
    commit.audit.push_back(AuditEntry{.at = now(),
                                      .actor = client,
                                      .action = "create",
                                      .subject = name,
                                      .outcome = "ok",
                                      .request = "request-1"});
    return commit;
}

Commit World::moved(const referral::Dossier& dossier, referral::Status status,
                    std::string reasonCode) {
    clock_.advance(Milliseconds(1));
    const auto& assignment = dossier.state.assignments.back();
    Commit commit;
    commit.lane = Lane::Status;
    commit.referral = dossier.id;
    commit.expectedVersion = dossier.state.version;
    Event event{.type = EventType::StatusChanged, .at = now(), .actor = Actor::Provider};
    event.actorId = assignment.provider;
    event.assignment = assignment.id;
    event.provider = assignment.provider;
    event.status = status;
    event.reasonCode = std::move(reasonCode);
    event.detail.workerName = "Sam Carter";
    commit.events.push_back(event);
    return commit;
}

const crypto::KeyRing& testRing() {
    static waymark::tests::SeededRandom random(99);
    static const auto ring = crypto::KeyRing::fresh(random);
    return ring;
}

std::unique_ptr<SqliteStore> openSqlite(SqliteOptions options) {
    static crypto::SystemRandom random;
    auto store = SqliteStore::open(std::move(options), testRing(), random);
    if (!store) throw std::runtime_error(std::string(store.error().text()));
    return std::move(*store);
}

std::unique_ptr<SqliteStore> openSqlite(const std::filesystem::path& path) {
    SqliteOptions options;
    options.path = path;
    return openSqlite(std::move(options));
}

AssignmentId assignmentOf(const Commit& commit) {
    for (const auto& event : commit.events) {
        if (event.type == EventType::Asked) return *event.assignment;
    }
    throw std::logic_error("the commit begins no assignment");
}

Folder::Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "waymark-store-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace waymark::store::tests
