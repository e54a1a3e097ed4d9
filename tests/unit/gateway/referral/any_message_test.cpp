// Whatever a sender writes: it is accepted or refused with issues, and what was accepted can be
// shown to practice and provider. Messages are made odd by exchanging their texts.
#include <gtest/gtest.h>

#include "gateway/referral/intake.h"
#include "gateway/referral/presenter.h"
#include "gateway/referral/resource_id.h"
#include "journal.h"
#include "sample.h"
#include "world.h"

namespace waymark::referral {
namespace {

const ReferralId kReferral = tests::referralId(7);

/// Where the string literals of a JSON text are: begin and length, quotes included.
std::vector<std::pair<std::size_t, std::size_t>> literals(std::string_view text) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    std::size_t at = text.find('"');
    while (at != std::string_view::npos) {
        const std::size_t end = text.find('"', at + 1);
        if (end == std::string_view::npos) break;
        found.emplace_back(at, end + 1 - at);
        at = text.find('"', end + 1);
    }
    return found;
}

/// One literal becomes a copy of another one.
std::string odd(const std::string& text, tests::SeededRandom& chance) {
    const auto all = literals(text);
    const auto to = all[chance.below(all.size())];
    const auto from = all[chance.below(all.size())];
    std::string out = text;
    out.replace(to.first, to.second, text.substr(from.first, from.second));
    return out;
}

struct Outcome {
    int read = 0;
    int accepted = 0;
};

void present(const Presenter& presenter, const std::string& body, Origin origin,
             const Accepted& taken, tests::SeededRandom& chance) {
    Dossier dossier;
    dossier.id = kReferral;
    dossier.origin = origin;
    dossier.body = body;
    dossier.route = taken.route;
    dossier.record = taken.record;
    dossier.events = taken.events;
    dossier.state = fold(taken.events);
    const std::string id = kReferral.get().text();
    tree::Arena arena;
    EXPECT_TRUE(presenter.resource(dossier, "Task", id, 0, arena, chance).has_value()) << body;
    EXPECT_TRUE(presenter.resource(dossier, "ServiceRequest", id, 0, arena, chance).has_value())
        << body;
    if (!taken.patientId.empty() && parseResourceId(taken.patientId)) {
        EXPECT_TRUE(
            presenter.resource(dossier, "Patient", taken.patientId, 0, arena, chance).has_value());
    }
    if (origin != Origin::ServiceRequest) {
        EXPECT_TRUE(presenter.resources(dossier, arena, chance).has_value());
    }
    for (const Assignment& assignment : dossier.state.assignments) {
        const auto payload =
            presenter.payload(dossier, assignment.id, "referral.created", tests::kStart, chance);
        EXPECT_TRUE(payload.has_value()) << payload.error().text() << "\n" << body;
    }
}

Outcome tryMany(std::string_view sample, Origin origin, int rounds) {
    const auto set = tests::shippedSet();
    const auto config = std::make_shared<const config::Config>(tests::smallConfig());
    const auto intake = *Intake::make(set, config);
    const Presenter presenter(set, config);
    Outcome outcome;
    for (int seed = 0; seed < rounds; ++seed) {
        tests::SeededRandom chance(static_cast<std::uint64_t>(seed));
        std::string body(sample);
        for (std::uint64_t i = 0; i <= chance.below(3); ++i) body = odd(body, chance);
        tree::Arena arena;
        const auto document = tree::readJson(body, set->model(), arena);
        if (!document) continue;
        ++outcome.read;
        Submission submission;
        submission.origin = origin;
        submission.document = &*document;
        submission.anyOrganisation = true;
        submission.organisation = "A11111";
        submission.id = kReferral;
        submission.now = tests::kStart;
        const auto taken = intake->accept(submission, arena, chance);
        if (!taken) {
            EXPECT_FALSE(taken.error().issues.empty());
            continue;
        }
        ++outcome.accepted;
        EXPECT_FALSE(taken->clock.empty());
        EXPECT_FALSE(taken->provider.empty()) << body << "\n" << taken->events[1].detail.note;
        present(presenter, body, origin, *taken, chance);
    }
    return outcome;
}

TEST(AnyMessage, IsAcceptedAndShownOrRefusedAsAServiceRequest) {
    const Outcome outcome = tryMany(tests::kServiceRequest, Origin::ServiceRequest, 400);
    EXPECT_GT(outcome.read, 40);
    EXPECT_GT(outcome.accepted, 20);
}

TEST(AnyMessage, IsAcceptedAndShownOrRefusedAsATransaction) {
    const Outcome outcome = tryMany(tests::kTransaction, Origin::Transaction, 400);
    EXPECT_GT(outcome.read, 40);
    EXPECT_GT(outcome.accepted, 20);
}

}  // namespace
}  // namespace waymark::referral
