// A referral at any point of its life and the lifecycle that decides about it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "gateway/referral/clock.h"
#include "gateway/referral/lifecycle.h"
#include "journal.h"
#include "world.h"

namespace waymark::referral {

using tests::assignmentId;
using tests::Journal;
using tests::kStart;

inline const AssignmentId kFirst = assignmentId(1);
inline constexpr std::string_view kRecord =
    R"({"person":{"address":[{"postalCode":"LS10 4YU"}]},"consent":[{"basis":"implied"}]})";
inline constexpr std::string_view kExplicit =
    R"({"person":{"address":[{"postalCode":"NE1 4ST"}]},
        "consent":[{"basis":"explicit","decision":"permit","status":"active"}]})";
inline const Instant kNow = kStart + std::chrono::hours(48);

inline Dossier dossierOf(const Journal& journal, std::string_view route = "debt",
                         std::string_view record = kRecord) {
    Dossier dossier;
    dossier.id = tests::referralId(1);
    dossier.organisation = "A11111";
    dossier.route = route;
    dossier.record = record;
    dossier.events = journal.events;
    dossier.state = fold(journal.events);
    return dossier;
}

/// As the store does.
inline Dossier after(Dossier dossier, const Decision& decision) {
    for (const Event& event : decision.events) {
        apply(dossier.state, event);
        dossier.events.push_back(event);
    }
    return dossier;
}

struct Living : ::testing::Test {
    Lifecycle lifecycle{tests::shippedSet(),
                        std::make_shared<const config::Config>(tests::smallConfig())};
    tests::SeededRandom random{42};

    Dossier asked(std::string provider = "choir") {
        Journal journal;
        journal.received().asked(kFirst, std::move(provider));
        return dossierOf(journal);
    }
    Dossier standing(Status status) {
        Journal journal;
        journal.received().asked(kFirst, "choir").delivered(kFirst);
        using enum Status;
        if (status == EnteredInError) {
            journal.moved(kFirst, EnteredInError, Actor::Practice);
        } else if (status != Requested) {
            if (status != Rejected && status != Cancelled && status != Accepted) {
                journal.moved(kFirst, Accepted);
            }
            journal.moved(kFirst, status, Actor::Provider, needsReason(status) ? "other" : "");
        }
        return dossierOf(journal);
    }
    StatusReport report(Status status) {
        StatusReport made;
        made.assignment = kFirst;
        made.provider = "choir";
        made.status = status;
        if (needsReason(status)) made.reasonCode = "other";
        return made;
    }
    Decision decide(const Dossier& dossier, const StatusReport& report) {
        Result<Decision> decision = lifecycle.report(dossier, report, kNow, random);
        if (!decision) {
            ADD_FAILURE() << decision.error().text();
            return {};
        }
        return *decision;
    }
    Failure refused(const Dossier& dossier, const StatusReport& report) {
        const Result<Decision> decision = lifecycle.report(dossier, report, kNow, random);
        if (decision) {
            ADD_FAILURE() << "it was not refused";
            return Failure(Kind::Fault);
        }
        return decision.error();
    }
};

inline constexpr Status kAll[] = {Status::Requested,  Status::Accepted, Status::Rejected,
                                  Status::InProgress, Status::OnHold,   Status::Completed,
                                  Status::Cancelled,  Status::Failed,   Status::EnteredInError};

}  // namespace waymark::referral
