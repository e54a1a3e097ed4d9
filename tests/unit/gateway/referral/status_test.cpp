#include "gateway/referral/status.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace waymark::referral {
namespace {

const std::vector<Status> kAll{Status::Requested,  Status::Accepted, Status::Rejected,
                               Status::InProgress, Status::OnHold,   Status::Completed,
                               Status::Cancelled,  Status::Failed,   Status::EnteredInError};
const std::vector<Actor> kActors{Actor::Practice, Actor::Provider, Actor::Gateway};

// The table of the design, as it is written there: from, to and who may (P practice, V provider,
// G gateway). Whatever is not here is refused.
const std::map<std::string, std::map<std::string, std::string>> kDesign{
    {"requested",
     {{"accepted", "V"},
      {"rejected", "V"},
      {"cancelled", "PVG"},
      {"failed", "G"},
      {"entered-in-error", "P"}}},
    {"accepted",
     {{"in-progress", "V"},
      {"on-hold", "V"},
      {"completed", "V"},
      {"failed", "VG"},
      {"cancelled", "PVG"},
      {"entered-in-error", "P"}}},
    {"in-progress",
     {{"on-hold", "V"},
      {"completed", "V"},
      {"failed", "VG"},
      {"cancelled", "PVG"},
      {"entered-in-error", "P"}}},
    {"on-hold",
     {{"in-progress", "V"},
      {"completed", "V"},
      {"failed", "VG"},
      {"cancelled", "PVG"},
      {"entered-in-error", "P"}}},
    {"rejected", {{"entered-in-error", "P"}}},
    {"completed", {{"entered-in-error", "P"}}},
    {"cancelled", {{"entered-in-error", "P"}}},
    {"failed", {{"entered-in-error", "P"}}},
    {"entered-in-error", {}},
};

char letter(Actor actor) {
    return actor == Actor::Practice ? 'P' : actor == Actor::Provider ? 'V' : 'G';
}

TEST(Status, MovesExactlyAsTheDesignSays) {
    int legal = 0;
    for (const Status from : kAll) {
        for (const Status to : kAll) {
            for (const Actor actor : kActors) {
                const auto& row = kDesign.at(std::string(code(from)));
                const auto cell = row.find(std::string(code(to)));
                const bool may =
                    cell != row.end() && cell->second.find(letter(actor)) != std::string::npos;
                EXPECT_EQ(mayMove(from, to, actor), may)
                    << code(from) << " -> " << code(to) << " by " << code(actor);
                if (may) ++legal;
            }
        }
    }
    EXPECT_EQ(legal, 36);
}

TEST(Status, OnlyTheGatewayBeginsAnAssignmentAndOnlyAsRequested) {
    for (const Status to : kAll) {
        for (const Actor actor : kActors) {
            EXPECT_EQ(mayMove(std::nullopt, to, actor),
                      to == Status::Requested && actor == Actor::Gateway);
        }
    }
}

TEST(Status, IsLeftByNobodyOnceFinalExceptAsEnteredInError) {
    for (const Status from : kAll) {
        if (!isFinal(from)) continue;
        for (const Status to : kAll) {
            for (const Actor actor : kActors) {
                if (to == Status::EnteredInError && actor == Actor::Practice) continue;
                EXPECT_FALSE(mayMove(from, to, actor)) << code(from) << " -> " << code(to);
            }
        }
    }
}

TEST(Status, IsFinalForFiveOfNine) {
    std::set<std::string> finals;
    for (const Status status : kAll) {
        if (isFinal(status)) finals.emplace(code(status));
    }
    EXPECT_EQ(finals, (std::set<std::string>{"rejected", "cancelled", "completed", "failed",
                                             "entered-in-error"}));
}

TEST(Status, NeedsAReasonWhenThePersonIsNotBeingHelped) {
    std::set<std::string> needing;
    for (const Status status : kAll) {
        if (needsReason(status)) needing.emplace(code(status));
    }
    EXPECT_EQ(needing, (std::set<std::string>{"rejected", "cancelled", "on-hold", "failed"}));
}

TEST(Status, PrintsAndReadsItsCode) {
    std::set<std::string> codes;
    for (const Status status : kAll) {
        EXPECT_EQ(statusFrom(code(status)), status);
        codes.emplace(code(status));
    }
    EXPECT_EQ(codes.size(), kAll.size());
    for (const char* const other : {"", "draft", "ready", "received", "Requested", "in_progress"}) {
        EXPECT_EQ(statusFrom(other), std::nullopt) << other;
    }
}

TEST(Actor, PrintsAndReadsItsCode) {
    for (const Actor actor : kActors) EXPECT_EQ(actorFrom(code(actor)), actor);
    EXPECT_EQ(actorFrom("operator"), std::nullopt);
}

}  // namespace
}  // namespace waymark::referral
