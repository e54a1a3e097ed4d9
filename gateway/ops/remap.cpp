#include "gateway/ops/remap.h"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "fhir/json/writer.h"
#include "fhir/model/r4_ids.h"
#include "gateway/doors/visit.h"
#include "gateway/ops/answer.h"
#include "gateway/referral/clock.h"
#include "gateway/referral/message.h"
#include "gateway/referral/resource_id.h"
#include "gateway/referral/stored.h"

namespace waymark::ops {
namespace {

using boost::asio::awaitable;
using doors::Services;
using doors::Visit;
using referral::Dossier;
using referral::ReferralId;

constexpr std::uint32_t kSetAsideMax = 10'000;
constexpr int kTriesMax = 10;

/// What the set that runs now makes of a stored message.
struct Tried {
    Dossier dossier;
    std::string version;  ///< of the set that was tried
    /// Nothing when the checks or the map refuse it; `why` says which rule.
    std::optional<referral::Accepted> accepted;
    std::string why;
    Instant now{};
};

/// The Patient of an earlier message that the subject names, if it names one and the same sender
/// may see it. On the pool.
Result<tree::Element> earlierPatient(Services& services, const doors::Snapshot& snapshot,
                                     const Dossier& dossier, tree::Element request,
                                     std::optional<Dossier>& keep, tree::Arena& arena) {
    const tree::Element subject = request.child(model::name::subject);
    const auto named = subject
                           ? referral::typeAndId(referral::textOf(subject, model::name::reference))
                           : std::nullopt;
    if (!named || named->type != "Patient") return tree::Element();
    const auto id = referral::parseResourceId(named->id);
    if (!id) return tree::Element();
    const store::Viewer viewer{.client = dossier.client, .organisations = {dossier.organisation}};
    auto found = services.store.referral(id->referral, &viewer);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found) return tree::Element();
    keep = std::move(**found);
    auto patient =
        snapshot.presenter->resource(*keep, "Patient", named->id, 0, arena, services.random);
    return patient ? *patient : tree::Element();
}

/// On the pool. NotFound when there is no such referral. `forComparison`: as of when it came.
Result<Tried> tryAgain(Services& services, const doors::Snapshot& snapshot, const ReferralId& id,
                       bool forComparison) {
    auto found = services.store.referral(id, nullptr);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found) {
        return fail(Kind::NotFound, IssueType::NotFound, "There is no referral with this id.");
    }
    Tried tried;
    tried.dossier = std::move(**found);
    tried.version = snapshot.set->version();
    tried.now = services.clock.now();
    tree::Arena arena;
    const auto document = referral::readStoredMessage(tried.dossier, *snapshot.set, arena);
    if (!document) return std::unexpected(document.error());
    referral::Submission submission;
    submission.origin = tried.dossier.origin;
    submission.document = &*document;
    submission.organisation = tried.dossier.organisation;
    submission.actsFor = {tried.dossier.organisation};
    submission.client = tried.dossier.client;
    submission.id = tried.dossier.id;
    submission.now = forComparison ? tried.dossier.state.received : tried.now;
    std::optional<Dossier> earlier;
    if (submission.origin == referral::Origin::ServiceRequest) {
        const auto patient =
            earlierPatient(services, snapshot, tried.dossier, document->root, earlier, arena);
        if (!patient) return std::unexpected(patient.error());
        submission.patient = *patient;
    }
    auto accepted = snapshot.intake->accept(submission, arena, services.random);
    if (!accepted) {
        tried.why = accepted.error().text();
        return tried;
    }
    const auto& last = accepted->events.back();
    if (last.type == referral::EventType::SetAside) tried.why = last.detail.note;
    tried.accepted = std::move(*accepted);
    return tried;
}

bool isMendable(const Tried& tried) {
    return tried.dossier.state.setAside && !referral::isFinal(tried.dossier.state.status) &&
           tried.accepted && tried.why.empty();
}

/// The record of this mapping, and who is asked now.
store::Commit commitFor(Tried& tried, Services& services, const std::string& actor) {
    store::Commit commit;
    commit.lane = store::Lane::Status;
    commit.referral = tried.dossier.id;
    commit.expectedVersion = tried.dossier.state.version;
    commit.remapped = store::Remapped{.route = tried.accepted->route, .setVersion = tried.version};
    referral::Event& mapped = commit.events.emplace_back();
    mapped.type = referral::EventType::Mapped;
    mapped.at = tried.now;
    mapped.detail.record = std::move(tried.accepted->record);
    for (referral::Event& event : tried.accepted->events) {
        if (event.type != referral::EventType::Asked) continue;
        commit.deliveries.push_back(
            {.id = referral::DeliveryId(Uuid::version7(tried.now, services.random)),
             .assignment = *event.assignment,
             .provider = event.provider,
             .kind = store::DeliveryKind::Created,
             .due = tried.now,
             .deadline = tried.accepted->clockDue});
        commit.events.push_back(std::move(event));
    }
    commit.clock = store::ClockChange{
        .cleared = false, .kind = tried.accepted->clock, .due = tried.accepted->clockDue};
    commit.audit.push_back({.at = tried.now,
                            .actor = actor,
                            .action = "remap",
                            .subject = tried.dossier.id.get().text(),
                            .outcome = "ok",
                            .request = {}});
    return commit;
}

awaitable<Result<store::Committed>> commit(Services* services, store::Commit work) {
    auto begin = [services, work = std::move(work)](auto done) mutable {
        services->store.commit(std::move(work), std::move(done));
    };
    auto operation = net::awaitCallback<Result<store::Committed>>(std::move(begin));
    auto committed = co_await std::move(operation);
    co_return committed;
}

struct Remapping {
    Tried tried;
    bool mended = false;
};

/// Tries it, and takes it up when that is wanted and possible.
awaitable<Result<Remapping>> remap(Services* services, Standing* standing, ReferralId id,
                                   bool apply, std::string actor) {
    for (int tries = 0; tries < kTriesMax; ++tries) {
        const auto snapshot = services->snapshot();
        auto work = [services, snapshot, id, apply] {
            return tryAgain(*services, *snapshot, id, !apply);
        };
        auto operation = services->runtime.onPool(std::move(work));
        auto tried = co_await std::move(operation);
        if (!tried) co_return std::unexpected(std::move(tried).error());
        if (!apply || !isMendable(*tried)) {
            Remapping seen{.tried = std::move(*tried), .mended = false};
            co_return seen;
        }
        auto work2 = commitFor(*tried, *services, actor);
        auto committing = commit(services, std::move(work2));
        const auto committed = co_await std::move(committing);
        if (committed) {
            --standing->setAside;
            services->log.info("referral.mended", {{"referral", id.get()}});
            services->wakeDelivery();
            Remapping done{.tried = std::move(*tried), .mended = true};
            co_return done;
        }
        if (committed.error().kind != Kind::Conflict) co_return std::unexpected(committed.error());
    }
    co_return fail(Kind::Unavailable, IssueType::LockError,
                   "The referral changed again and again while it was being mapped.");
}

std::string_view outcomeOf(const Remapping& remapping, bool differs) {
    if (remapping.mended) return "mended";
    if (!remapping.tried.why.empty()) return "set-aside";
    if (isMendable(remapping.tried)) return "would-mend";
    return differs ? "differs" : "same";
}

std::string bodyOf(const Remapping& remapping, const std::vector<Difference>& differences) {
    const Tried& tried = remapping.tried;
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("id", tried.dossier.id.get().text())
        .member("setVersion", tried.dossier.setVersion)
        .member("mappings", tried.version)
        .member("outcome", outcomeOf(remapping, !differences.empty()))
        .memberUnlessEmpty("rule", tried.why);
    writer.key("differences").beginArray();
    for (const Difference& each : differences) {
        writer.beginObject().member("path", each.path).member("change", each.change).endObject();
    }
    writer.endArray().endObject();
    return out;
}

awaitable<Result<net::Response>> remapOne(Visit* visit, Standing* standing) {
    const auto id = Uuid::parse(visit->parameter("id"));
    if (!id) {
        co_return fail(Kind::NotFound, IssueType::NotFound, "There is no referral with this id.");
    }
    bool apply = false;
    for (const auto& [name, value] : visit->request.query) {
        if (name == "apply") apply = value == "true";
    }
    auto operation = remap(&visit->services, standing, ReferralId(*id), apply, visit->principal.id);
    auto done = co_await std::move(operation);
    if (!done) co_return std::unexpected(std::move(done).error());
    std::vector<Difference> differences;
    // What was taken up has moved into the journal; there was nothing before it.
    if (!done->mended && done->tried.accepted) {
        auto found = differencesOf(done->tried.dossier.record, done->tried.accepted->record);
        if (!found) co_return std::unexpected(std::move(found).error());
        differences = std::move(*found);
    }
    co_return jsonAnswer(200, bodyOf(*done, differences));
}

}  // namespace

awaitable<std::size_t> remapSetAside(Services* services, Standing* standing, std::string actor) {
    auto work = [services] {
        return services->store.clocksOf(referral::clock::kMendedWithin, kSetAsideMax);
    };
    auto operation = services->runtime.onPool(std::move(work));
    const auto waiting = co_await std::move(operation);
    if (!waiting) {
        services->log.failure(telemetry::Level::Warning, "remap.unread", waiting.error(), {});
        co_return 0;
    }
    standing->setAside = static_cast<std::int64_t>(waiting->size());
    std::size_t mended = 0;
    for (const store::DueClock& clock : *waiting) {
        auto one = remap(services, standing, clock.referral, true, actor);
        const auto done = co_await std::move(one);
        if (!done) {
            services->log.failure(telemetry::Level::Warning, "remap.failed", done.error(),
                                  {{"referral", clock.referral.get()}});
            continue;
        }
        mended += done->mended ? 1U : 0U;
    }
    co_return mended;
}

void remapSetAsideLater(Services& services, Standing& standing) {
    auto ended = [&services](std::exception_ptr error, std::size_t) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& bug) {
            services.log.exception("remap.bug", bug);
        }
    };
    boost::asio::co_spawn(services.runtime.strand(),
                          remapSetAside(&services, &standing, "operator"), std::move(ended));
}

doors::Endpoint remapEndpoint(Standing& standing) {
    return [&standing](Visit* visit) { return remapOne(visit, &standing); };
}

}  // namespace waymark::ops
