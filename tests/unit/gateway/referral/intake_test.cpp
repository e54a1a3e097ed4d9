#include "gateway/referral/intake.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fhir/json/value.h"
#include "gateway/referral/clock.h"
#include "gateway/referral/vocabulary.h"
#include "journal.h"
#include "sample.h"
#include "world.h"

namespace waymark::referral {
namespace {

using tests::with;

const ReferralId kReferral = tests::referralId(7);

struct TakingIn : ::testing::Test {
    config::Config config = tests::smallConfig();
    tests::Reading reading{tests::shippedSet()->model()};
    tests::SeededRandom random{9};
    Submission submission;

    TakingIn() {
        submission.id = kReferral;
        submission.now = tests::kStart;
        submission.anyOrganisation = true;
        submission.client = "supplier";
    }

    std::shared_ptr<const Intake> intake() {
        auto made =
            Intake::make(tests::shippedSet(), std::make_shared<const config::Config>(config));
        if (!made) {
            ADD_FAILURE() << made.error().text();
            throw std::runtime_error("no intake");
        }
        return *made;
    }
    Result<Accepted> accept(std::string text, Origin origin) {
        submission.origin = origin;
        submission.document = &reading.read(std::move(text));
        return intake()->accept(submission, reading.arena(), random);
    }
    Accepted accepted(std::string text, Origin origin = Origin::ServiceRequest) {
        Result<Accepted> result = accept(std::move(text), origin);
        if (!result) {
            ADD_FAILURE() << result.error().text();
            return {};
        }
        return *result;
    }
    Failure refused(std::string text, Origin origin = Origin::ServiceRequest) {
        const Result<Accepted> result = accept(std::move(text), origin);
        if (result) {
            ADD_FAILURE() << "it was not refused";
            return Failure(Kind::Fault);
        }
        return result.error();
    }
};

json::Value recordOf(const Accepted& accepted) {
    Result<json::Value> value = json::Value::parse(accepted.record);
    if (!value) {
        ADD_FAILURE() << value.error().text();
        return {};
    }
    return *value;
}

std::string one() {
    return std::string(tests::kServiceRequest);
}
std::string bundle() {
    return std::string(tests::kTransaction);
}

TEST_F(TakingIn, TakesAServiceRequestWithAContainedPatient) {
    const Accepted taken = accepted(one());
    EXPECT_EQ(taken.organisation, "A11111");
    EXPECT_EQ(taken.route, "everybody");
    EXPECT_EQ(taken.provider, "hope");
    EXPECT_EQ(taken.nhsNumber, "9990000018");
    EXPECT_EQ(taken.patientId, "");
    EXPECT_EQ(taken.authored, "2026-11-19T10:00:00+00:00");
    ASSERT_EQ(taken.identifiers.size(), 1U);
    EXPECT_EQ(taken.identifiers[0].second, "R-1");
    EXPECT_TRUE(taken.warnings.empty());
    ASSERT_EQ(taken.events.size(), 2U);
    EXPECT_EQ(taken.events[0].type, EventType::Received);
    EXPECT_EQ(taken.events[0].actorId, "A11111");
    EXPECT_EQ(taken.events[1].type, EventType::Asked);
    EXPECT_EQ(taken.events[1].provider, "hope");
    EXPECT_EQ(taken.clock, clock::kDeliveredWithin);
    EXPECT_EQ(taken.clockDue, tests::kStart + std::chrono::hours(10));
    EXPECT_EQ(fold(taken.events).status, Status::Requested);
    const json::Value record = recordOf(taken);
    EXPECT_EQ(record["person"]["nhsNumber"]["value"].text(), "9990000018");
    EXPECT_TRUE(record["person"]["nhsNumber"]["unverified"].isNull());
    EXPECT_EQ(record["need"].items()[0]["category"]["code"].text(), "loneliness");
}

TEST_F(TakingIn, TakesATransaction) {
    const Accepted taken = accepted(bundle(), Origin::Transaction);
    EXPECT_EQ(taken.organisation, "B22222");
    EXPECT_EQ(taken.patientId, kReferral.get().text() + "-0");
    EXPECT_EQ(taken.nhsNumber, "9990000026");
    ASSERT_EQ(taken.identifiers.size(), 2U);
    EXPECT_EQ(taken.identifiers[0].first, "");
    EXPECT_EQ(recordOf(taken)["person"]["name"].items()[0]["family"].text(), "Test");
}

TEST_F(TakingIn, TakesAPatientOfAnEarlierMessage) {
    const std::string patient = R"({"resourceType":"Patient","id":"earlier-3",
        "identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"999 000 0034"}],
        "name":[{"family":"Known"}]})";
    submission.patient = reading.read(patient).root;
    const std::string request = with(one(), R"("subject": {"reference": "#p1"})",
                                     R"("subject": {"reference": "Patient/earlier-3"})");
    const Accepted taken = accepted(request);
    EXPECT_EQ(taken.patientId, "earlier-3");
    EXPECT_EQ(taken.nhsNumber, "9990000034");
    EXPECT_EQ(recordOf(taken)["person"]["name"].items()[0]["family"].text(), "Known");

    // The same for a transaction whose subject is not in it.
    const std::string transaction =
        with(bundle(), R"("reference": "urn:uuid:11111111-1111-4111-8111-111111111111")",
             R"("reference": "Patient/earlier-3")");
    const Accepted again = accepted(transaction, Origin::Transaction);
    EXPECT_EQ(again.patientId, "earlier-3");
    EXPECT_EQ(recordOf(again)["person"]["name"].items()[0]["family"].text(), "Known");
}

TEST_F(TakingIn, RefusesWhatTheSenderCanMend) {
    const struct {
        const char* name;
        std::string text;
        Origin origin;
        Kind kind;
        const char* expression;
    } cases[] = {
        {"a draft", with(one(), R"("status": "active")", R"("status": "draft")"),
         Origin::ServiceRequest, Kind::Unprocessable, "ServiceRequest.status"},
        {"an option", with(one(), R"("intent": "order")", R"("intent": "option")"),
         Origin::ServiceRequest, Kind::Unprocessable, "ServiceRequest.intent"},
        {"not to be done",
         with(one(), R"("intent": "order")", R"("intent": "order", "doNotPerform": true)"),
         Origin::ServiceRequest, Kind::Unprocessable, "ServiceRequest.doNotPerform"},
        {"a subject that is nowhere",
         with(one(), R"("reference": "#p1")", R"("reference": "Patient/9")"),
         Origin::ServiceRequest, Kind::Unprocessable, "ServiceRequest.subject"},
        {"a subject that is no Patient",
         with(one(), R"("subject": {"reference": "#p1"})", R"("subject": {"reference": "#org"})"),
         Origin::ServiceRequest, Kind::Unprocessable, "ServiceRequest.subject"},
        {"a Bundle where one ServiceRequest belongs", bundle(), Origin::ServiceRequest,
         Kind::Unprocessable, ""},
        {"a ServiceRequest where a Bundle belongs", one(), Origin::Transaction, Kind::Unprocessable,
         "Bundle.type"},
        {"a batch", with(bundle(), R"("type": "transaction")", R"("type": "batch")"),
         Origin::Transaction, Kind::Unprocessable, "Bundle.type"},
        {"no ServiceRequest",
         R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":
             {"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]})",
         Origin::Transaction, Kind::Unprocessable, "Bundle.entry.resource"},
    };
    for (const auto& each : cases) {
        submission.organisation = "A11111";
        const Failure failure = refused(each.text, each.origin);
        EXPECT_EQ(failure.kind, each.kind) << each.name;
        ASSERT_FALSE(failure.issues.empty());
        EXPECT_EQ(failure.issues.front().expression, each.expression) << each.name;
        EXPECT_FALSE(failure.issues.front().text.empty());
    }
}

TEST_F(TakingIn, TellsAllFaultsOfARequestAtOnce) {
    const Failure failure =
        refused(with(with(one(), R"("status": "active")", R"("status": "draft")"),
                     R"("reference": "#p1")", R"("reference": "#nobody")"));
    EXPECT_EQ(failure.issues.size(), 2U);
}

TEST_F(TakingIn, FlagsAnNhsNumberThatFailsItsCheckDigit) {
    const std::string text = with(one(), "9990000018", "9990000019");
    const Accepted taken = accepted(text);
    ASSERT_EQ(taken.warnings.size(), 1U);
    EXPECT_EQ(taken.warnings[0].severity, Severity::Warning);
    EXPECT_EQ(taken.warnings[0].expression, "ServiceRequest.contained[0].identifier[0].value");
    EXPECT_EQ(taken.warnings[0].text.find("9990000019"), std::string::npos);
    EXPECT_EQ(taken.nhsNumber, "9990000019");
    EXPECT_EQ(recordOf(taken)["person"]["nhsNumber"]["unverified"].asBoolean(), true);

    config.strictNhsNumber = true;
    const Failure failure = refused(text);
    EXPECT_EQ(failure.kind, Kind::Unprocessable);
    EXPECT_EQ(failure.text().find("9990000019"), std::string_view::npos);
    EXPECT_EQ(accepted(one()).nhsNumber, "9990000018");
}

TEST_F(TakingIn, TakesANumberThatIsNoNumberAsUnverified) {
    const Accepted taken = accepted(with(one(), "9990000018", "unknown"));
    EXPECT_EQ(taken.warnings.size(), 1U);
    EXPECT_EQ(taken.nhsNumber, "");
}

const std::string kDebt = "160932005";  // Financial problem

TEST_F(TakingIn, RoutesByNeed) {
    const Accepted taken = accepted(with(one(), "422650009", kDebt));
    EXPECT_EQ(taken.route, "debt");
    // advice needs explicit consent, which this message does not give.
    EXPECT_EQ(taken.provider, "choir");
}

TEST_F(TakingIn, NeverBringsImpliedConsentWhereExplicitIsNeeded) {
    const std::string debt = with(one(), "422650009", kDebt);
    config.routes[0].providers = {"advice"};
    // Nobody of the route may be asked: it falls to the link-worker service.
    Accepted taken = accepted(debt);
    EXPECT_EQ(taken.route, "everybody");
    EXPECT_EQ(taken.provider, "hope");

    const std::string consented = with(debt, R"({"resourceType": "Organization")",
                                       R"({"resourceType":"Consent","id":"c1","status":"active",
                 "scope":{"coding":[{"code":"patient-privacy"}]},
                 "category":[{"coding":[{"code":"DRC"}]}],"patient":{"reference":"#p1"},
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"OPTIN"}]},
                 "provision":{"type":"permit"}},
                {"resourceType": "Organization")");
    taken = accepted(consented);
    EXPECT_EQ(taken.route, "debt");
    EXPECT_EQ(taken.provider, "advice");

    const Failure failure =
        refused(with(with(consented, "OPTIN", "OPTOUT"), R"("type":"permit")", R"("type":"deny")"));
    EXPECT_EQ(failure.kind, Kind::Unprocessable);
    EXPECT_NE(failure.text().find("objects"), std::string_view::npos);
}

TEST_F(TakingIn, SaysSoWhenNobodyCanTakeIt) {
    config.routes[1].providers = {"advice"};
    const Failure failure = refused(one());
    EXPECT_EQ(failure.kind, Kind::Unprocessable);
    EXPECT_EQ(failure.issues.front().type, IssueType::NotSupported);
}

TEST_F(TakingIn, RoutesByTheOwnersNetworkAndCode) {
    config.routes[0].when = "%pcn = 'U22222' and %organisation = 'A11111'";
    EXPECT_EQ(accepted(one()).route, "debt");
    submission.organisation = "C33333";
    EXPECT_EQ(accepted(with(one(), R"("requester": {"reference": "#org"},)", "")).route,
              "everybody");
}

TEST_F(TakingIn, SkipsAProviderThatServesAnotherPlace) {
    config.routes[0].when = "true";
    config.routes[0].providers = {"north", "choir"};
    EXPECT_EQ(accepted(one()).provider, "choir");
    EXPECT_EQ(accepted(with(one(), "LS10 4YU", "NE1 4ST")).provider, "north");
    EXPECT_EQ(accepted(with(one(), "LS10 4YU", "ZZ99 3VZ")).provider, "north");
}

TEST_F(TakingIn, SetsAsideWhatARuleCannotDecide) {
    config.routes[0].when = "person.address.postalCode.single() = 'x'";
    const std::string two = with(one(), R"([{"postalCode": "LS10 4YU"}])",
                                 R"([{"postalCode": "LS10 4YU"}, {"postalCode": "LS1 1AA"}])");
    const Accepted taken = accepted(two);
    EXPECT_TRUE(taken.provider.empty());
    ASSERT_EQ(taken.events.size(), 2U);
    EXPECT_EQ(taken.events[1].type, EventType::SetAside);
    EXPECT_EQ(taken.events[1].reasonCode, vocabulary::kNotProcessed);
    EXPECT_NE(taken.events[1].detail.note.find("debt"), std::string::npos);
    EXPECT_EQ(taken.clock, clock::kMendedWithin);
    EXPECT_GT(taken.clockDue, tests::kStart);
    EXPECT_EQ(taken.route, "everybody");
    EXPECT_EQ(fold(taken.events).setAside, true);
}

TEST_F(TakingIn, RefusesAnOrganisationThatIsNotTheClients) {
    submission.anyOrganisation = false;
    submission.actsFor = {"Z99999"};
    EXPECT_EQ(refused(one()).kind, Kind::Forbidden);
    submission.actsFor = {"A11111"};
    EXPECT_EQ(accepted(one()).organisation, "A11111");
}

TEST_F(TakingIn, GivesTheSameForTheSameSeed) {
    tests::SeededRandom first(3);
    tests::SeededRandom second(3);
    submission.origin = Origin::ServiceRequest;
    submission.document = &reading.read(one());
    const auto taken = intake()->accept(submission, reading.arena(), first);
    const auto again = intake()->accept(submission, reading.arena(), second);
    ASSERT_TRUE(taken && again);
    EXPECT_EQ(taken->record, again->record);
    EXPECT_EQ(taken->events[1].assignment, again->events[1].assignment);
}

TEST_F(TakingIn, ListsTheCandidatesOfARoute) {
    const Accepted taken = accepted(one());
    tree::ReadOptions options;
    options.root = tests::shippedSet()->referralType();
    const auto record =
        tree::readJson(taken.record, tests::shippedSet()->model(), reading.arena(), options);
    ASSERT_TRUE(record.has_value());
    const auto providers = intake()->candidates("debt", record->root);
    ASSERT_EQ(providers.size(), 1U);
    EXPECT_EQ(providers[0]->id, "choir");
}

TEST_F(TakingIn, ReportsEveryRuleAndFormatThatDoesNotCompileAtItsPlace) {
    config.routes[0].when = "need.where(categry.code = 'x').exists()";
    config.routes[1].when = "person.\nnames = ";
    config.providers[2].format = "https://example.org/none";
    config.providers[2].formatPlace = {.file = "providers/choir.toml",
                                       .at = {.line = 7, .column = 10}};
    const auto made =
        Intake::make(tests::shippedSet(), std::make_shared<const config::Config>(config));
    ASSERT_FALSE(made.has_value());
    const auto& issues = made.error().issues;
    ASSERT_GE(issues.size(), 3U);
    EXPECT_EQ(issues[0].file, "providers/choir.toml");
    EXPECT_EQ(issues[0].at, (Position{.line = 7, .column = 10}));
    EXPECT_EQ(issues[1].file, "routes/debt.toml");
    EXPECT_EQ(issues[1].at, (Position{.line = 3, .column = 9 + 11}));
    EXPECT_EQ(issues[2].file, "routes/everybody.toml");
    EXPECT_EQ(issues[2].at.line, 4U);
}

/// The shipped mappings with one text of one map changed.
std::shared_ptr<const mappings::Set> setWith(const char* map, std::string_view from,
                                             std::string_view to) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path(::testing::TempDir()) /
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const char* const part : {"models", "codes", "maps"}) {
        fs::copy(fs::path("mappings") / part, folder / part, fs::copy_options::recursive);
    }
    std::stringstream text;
    text << std::ifstream(folder / "maps" / map).rdbuf();
    std::ofstream(folder / "maps" / map) << with(text.str(), from, to);
    auto set = mappings::Set::load(folder);
    fs::remove_all(folder);
    if (!set) throw std::runtime_error(std::string(set.error().text()));
    return *set;
}

constexpr const char* kMap = "servicerequest-to-referral.map";
constexpr std::string_view kRule = "  request then Request(request, record) \"request\";";

TEST_F(TakingIn, RefusesWhatAMapsCheckRefuses) {
    const auto set = setWith(kMap, kRule,
                             "  request check (identifier.exists()) then "
                             "Request(request, record) \"request\";");
    const auto intake = Intake::make(set, std::make_shared<const config::Config>(config));
    ASSERT_TRUE(intake.has_value());
    submission.document = &reading.read(one());
    EXPECT_TRUE((*intake)->accept(submission, reading.arena(), random).has_value());
    submission.document = &reading.read(
        with(one(),
             R"("identifier": [{"system": "https://example.org/referral", "value": "R-1"}],)", ""));
    const auto taken = (*intake)->accept(submission, reading.arena(), random);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().kind, Kind::Unprocessable);
    EXPECT_NE(taken.error().text().find("request"), std::string_view::npos);
}

TEST_F(TakingIn, SetsAsideWhatItsOwnMapCannotDo) {
    const auto set = setWith(kMap, kRule,
                             "  request where (reasonCode.single().exists()) then "
                             "Request(request, record) \"request\";");
    const auto intake = Intake::make(set, std::make_shared<const config::Config>(config));
    ASSERT_TRUE(intake.has_value());
    submission.document =
        &reading.read(with(one(), R"("reasonCode": [)", R"("reasonCode": [{"text": "more"}, )"));
    const auto taken = (*intake)->accept(submission, reading.arena(), random);
    ASSERT_TRUE(taken.has_value()) << taken.error().text();
    EXPECT_EQ(taken->events.back().type, EventType::SetAside);
    EXPECT_TRUE(taken->provider.empty());
    EXPECT_TRUE(taken->record.empty());
    EXPECT_EQ(taken->clock, clock::kMendedWithin);
    // What the sender searches by is known all the same.
    EXPECT_EQ(taken->nhsNumber, "9990000018");
    EXPECT_EQ(taken->identifiers.size(), 1U);
}

/// ../shared/examples beside the checkout.
std::optional<std::string> sharedExample(const char* name) {
    const std::filesystem::path path = std::filesystem::path("../shared/examples") / name;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST_F(TakingIn, TakesThePublishedBarsExample) {
    const auto text = sharedExample("social-prescribing-bars.json");
    if (!text) GTEST_SKIP() << "../shared/examples is not beside this checkout";
    const Accepted taken = accepted(*text, Origin::BarsMessage);
    EXPECT_EQ(taken.organisation, "RND");
    EXPECT_EQ(taken.provider.empty(), false);
    EXPECT_EQ(taken.nhsNumber, "3478526985");
    ASSERT_EQ(taken.warnings.size(), 1U);
    EXPECT_EQ(taken.warnings[0].expression, "Bundle.entry[5].resource.identifier[0].value");
    EXPECT_EQ(taken.patientId, kReferral.get().text() + "-5");
    EXPECT_EQ(taken.identifiers[0].second, "SP-2026-000123");
    const json::Value record = recordOf(taken);
    EXPECT_EQ(record["person"]["nhsNumber"]["unverified"].asBoolean(), true);
    EXPECT_EQ(record["registeredPractice"]["ods"].text(), "G82080");
    EXPECT_EQ(record["sender"]["ods"].text(), "RND");
    EXPECT_EQ(record["need"].items().size(), 2U);
    EXPECT_EQ(record["consent"].items()[0]["basis"].text(), "implied");
    // Debt is asked for, and implied consent does not reach advice.
    EXPECT_EQ(taken.route, "debt");
    EXPECT_EQ(taken.provider, "choir");
}

}  // namespace
}  // namespace waymark::referral
