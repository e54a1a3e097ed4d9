#include <gtest/gtest.h>

#include <iterator>
#include <map>

#include "living.h"

namespace waymark::referral {
namespace {

std::shared_ptr<const config::Config> plain() {
    return std::make_shared<const config::Config>(tests::smallConfig());
}

std::shared_ptr<const config::Config> withSteps() {
    using enum config::ClockStep;
    config::Config config = tests::smallConfig();
    config::Route& route = config.routes.front();
    route.ifNotAnswered = {Remind, Tell, Next};
    route.firstContact = config::ClockRule{std::chrono::hours(24 * 14), {Remind, Tell}};
    route.news.then = {Tell, Next};
    route.workingTime = true;
    return std::make_shared<const config::Config>(std::move(config));
}

std::shared_ptr<const config::Config> severalAtOnce() {
    config::Config config = tests::smallConfig();
    config.routes.front().askAtOnce = 2;
    return std::make_shared<const config::Config>(std::move(config));
}

// Whatever comes in whatever order: no impossible edge, no final state left, and every open
// referral has the one clock that belongs to its state.
TEST_F(Living, KeepsItsPromisesUnderRandomEvents) {
    const std::shared_ptr<const config::Config> kinds[] = {plain(), withSteps(), severalAtOnce()};
    int ended = 0;
    std::map<Status, int> seen;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        tests::SeededRandom chance(seed);
        const auto& config = kinds[seed % std::size(kinds)];
        const Lifecycle deciding(tests::shippedSet(), config);
        const config::Route& route = *config->route("debt");
        Journal journal;
        journal.received().asked(kFirst, "advice");
        Dossier dossier = dossierOf(journal, "debt", kExplicit);
        std::string running(clock::kDeliveredWithin);
        Instant now = kNow;
        for (int step = 0; step < 25; ++step) {
            now += std::chrono::hours(1);
            const auto& assignments = dossier.state.assignments;
            const Assignment some = assignments[chance.below(assignments.size())];
            Result<Decision> decision = Decision{};
            const std::uint64_t what = chance.below(13);
            if (what < 6) {
                StatusReport any;
                any.assignment = some.id;
                any.provider = some.provider;
                any.status = kAll[chance.below(9)];
                const char* const reasons[] = {"", "other", "died", "at-capacity"};
                any.reasonCode = reasons[chance.below(4)];
                if (chance.below(3) == 0) any.businessStatus = "seen";
                if (chance.below(3) == 0) any.detail.note = std::to_string(step);
                decision = deciding.report(dossier, any, now, chance);
            } else if (what < 8) {
                decision = deciding.delivered(dossier, some.id, now);
            } else if (what == 8) {
                decision = deciding.undeliverable(dossier, some.id, "no", now, chance);
            } else if (what == 9) {
                const Status wanted = kAll[chance.below(9)];
                decision =
                    deciding.withdraw(dossier, {.status = wanted, .organisation = "A11111"}, now);
            } else if (what == 10) {
                decision =
                    deciding.told(dossier, static_cast<std::uint32_t>(chance.below(30)), now);
            } else if (!running.empty()) {
                decision = deciding.clockRanOut(dossier, running, now, chance);
            }
            if (!decision) continue;
            const State before = dossier.state;
            dossier = after(std::move(dossier), *decision);
            if (decision->clockCleared) running.clear();
            if (!decision->clock.empty()) {
                running = decision->clock;
                EXPECT_GT(decision->clockDue, now);
            }
            const State& state = dossier.state;
            const auto stays = [](Status was, Status is) {
                return !isFinal(was) || is == was || is == Status::EnteredInError;
            };
            EXPECT_TRUE(stays(before.status, state.status)) << "seed " << seed;
            EXPECT_EQ(running, clock::kindFor(state, route).value_or("")) << "seed " << seed;
            const bool finalAndTold =
                isFinal(state.status) && state.toldVersion >= state.shownVersion;
            EXPECT_EQ(finalAndTold, running.empty()) << "seed " << seed;
            for (const Assignment& was : before.assignments) {
                EXPECT_TRUE(stays(was.status, state.find(was.id)->status)) << "seed " << seed;
            }
            EXPECT_EQ(state.own.value_or(overall(state.assignments)), state.status);
            for (const AssignmentId& each : decision->toWithdraw) {
                EXPECT_TRUE(isFinal(state.find(each)->status));
            }
            ++seen[state.status];
        }
        EXPECT_EQ(fold(dossier.events).status, dossier.state.status);
        if (isFinal(dossier.state.status)) ++ended;
    }
    EXPECT_GT(ended, 200);
    for (const Status status :
         {Status::Requested, Status::Accepted, Status::InProgress, Status::OnHold,
          Status::Completed, Status::Rejected, Status::Cancelled, Status::Failed}) {
        EXPECT_GT(seen[status], 0) << code(status);
    }
}

}  // namespace
}  // namespace waymark::referral
