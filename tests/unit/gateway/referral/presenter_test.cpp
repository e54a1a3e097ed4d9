#include "gateway/referral/presenter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "fhir/json/value.h"
#include "fhir/model/r4_ids.h"
#include "gateway/referral/instant_text.h"
#include "gateway/referral/intake.h"
#include "gateway/referral/message.h"
#include "gateway/referral/timeline.h"
#include "journal.h"
#include "sample.h"
#include "world.h"

namespace waymark::referral {
namespace {

using tests::with;

const ReferralId kReferral = tests::referralId(7);
const std::string kId = kReferral.get().text();

struct Presenting : ::testing::Test {
    config::Config config = tests::smallConfig();
    tests::SeededRandom random{5};
    tree::Arena arena;

    /// Accepts the message as a door would and gives the dossier that the store would.
    Dossier accept(std::string body, Origin origin) {
        tree::Arena reading;
        const auto document = tree::readJson(body, tests::shippedSet()->model(), reading);
        if (!document) throw std::runtime_error(std::string(document.error().text()));
        const auto intake =
            Intake::make(tests::shippedSet(), std::make_shared<const config::Config>(config));
        if (!intake) throw std::runtime_error(std::string(intake.error().text()));
        Submission submission;
        submission.origin = origin;
        submission.document = &*document;
        submission.anyOrganisation = true;
        submission.organisation = "A11111";
        submission.id = kReferral;
        submission.now = tests::kStart;
        const auto taken = (*intake)->accept(submission, reading, random);
        if (!taken) throw std::runtime_error(std::string(taken.error().text()));
        Dossier dossier;
        dossier.id = kReferral;
        dossier.organisation = taken->organisation;
        dossier.origin = origin;
        dossier.route = taken->route;
        dossier.record = taken->record;
        dossier.events = taken->events;
        dossier.state = fold(dossier.events);
        dossier.body = std::move(body);
        return dossier;
    }
    Presenter presenter() {
        return {tests::shippedSet(), std::make_shared<const config::Config>(config)};
    }
    tree::Element shown(const Dossier& dossier, std::string_view type, std::string_view id,
                        std::uint32_t version = 0) {
        const auto element = presenter().resource(dossier, type, id, version, arena, random);
        if (!element) {
            ADD_FAILURE() << type << "/" << id << ": " << element.error().text();
            throw std::runtime_error("not shown");
        }
        return *element;
    }
    bool has(const Dossier& dossier, std::string_view type, std::string_view id,
             std::uint32_t version = 0) {
        const auto element = presenter().resource(dossier, type, id, version, arena, random);
        if (!element) {
            EXPECT_EQ(element.error().kind, Kind::NotFound);
        }
        return element.has_value();
    }
    std::string at(tree::Element root, std::string_view path) {
        const tree::Element found = tree::follow(root, path, tests::shippedSet()->model());
        return found ? std::string(found.text()) : std::string("(none)");
    }
};

AssignmentId assignmentOf(const Dossier& dossier) {
    return dossier.state.assignments.at(0).id;
}

void add(Dossier& dossier, Event event) {
    event.at = tests::kStart + std::chrono::hours(dossier.events.size());
    apply(dossier.state, event);
    dossier.events.push_back(std::move(event));
}

void move(Dossier& dossier, Status to, std::string business = {}, std::string reason = {},
          Detail detail = {}) {
    Event event;
    event.type = EventType::StatusChanged;
    event.actor = Actor::Provider;
    event.actorId = "hope";
    event.assignment = assignmentOf(dossier);
    event.status = to;
    event.businessStatus = std::move(business);
    event.reasonCode = std::move(reason);
    event.detail = std::move(detail);
    add(dossier, std::move(event));
}

std::string one() {
    return std::string(tests::kServiceRequest);
}
std::string bundle() {
    return std::string(tests::kTransaction);
}

TEST_F(Presenting, ShowsTheSendersServiceRequestWithOurId) {
    const Dossier dossier = accept(bundle(), Origin::Transaction);
    const tree::Element request = shown(dossier, "ServiceRequest", kId);
    EXPECT_EQ(at(request, "id"), kId);
    EXPECT_EQ(at(request, "meta.versionId"), "2");
    EXPECT_EQ(at(request, "meta.lastUpdated"), instantText(tests::kStart));
    EXPECT_EQ(at(request, "status"), "active");
    EXPECT_EQ(at(request, "subject.reference"), "Patient/" + kId + "-0");
    EXPECT_EQ(at(request, "requester.reference"), "PractitionerRole/" + kId + "-2");
    EXPECT_EQ(at(request, "authoredOn"), "2026-11-18");
}

TEST_F(Presenting, ShowsEveryResourceOfTheMessageAndNothingElse) {
    const Dossier dossier = accept(bundle(), Origin::Transaction);
    EXPECT_EQ(at(shown(dossier, "Patient", kId + "-0"), "name.family"), "Test");
    EXPECT_EQ(at(shown(dossier, "Patient", kId + "-0"), "generalPractitioner.reference"),
              "Organization/" + kId + "-3");
    EXPECT_EQ(at(shown(dossier, "Binary", kId + "-5"), "contentType"), "text/plain");
    EXPECT_EQ(at(shown(dossier, "Patient", kId + "-0", 1), "meta.versionId"), "1");
    EXPECT_FALSE(has(dossier, "Patient", kId + "-0", 2));
    EXPECT_FALSE(has(dossier, "Patient", kId + "-1"));
    EXPECT_FALSE(has(dossier, "Organization", kId + "-0"));
    EXPECT_FALSE(has(dossier, "ServiceRequest", kId + "-1"));
    EXPECT_FALSE(has(dossier, "Patient", kId));
    EXPECT_FALSE(has(dossier, "Patient", kId + "-6"));
    EXPECT_FALSE(has(dossier, "Patient", tests::referralId(8).get().text() + "-0"));
    EXPECT_FALSE(has(dossier, "Task", tests::referralId(8).get().text()));
    EXPECT_FALSE(has(dossier, "Patient", "anything"));
}

TEST_F(Presenting, HasNoAddressForContainedResources) {
    const Dossier dossier = accept(one(), Origin::ServiceRequest);
    EXPECT_FALSE(has(dossier, "ServiceRequest", kId + "-0"));
    EXPECT_FALSE(has(dossier, "Patient", kId + "-0"));
    EXPECT_FALSE(has(dossier, "Patient", "p1"));
}

TEST_F(Presenting, ShowsTheReferralsTaskAndEachAssignments) {
    Dossier dossier = accept(bundle(), Origin::Transaction);
    const tree::Element task = shown(dossier, "Task", kId);
    EXPECT_EQ(at(task, "id"), kId);
    EXPECT_EQ(at(task, "status"), "requested");
    EXPECT_EQ(at(task, "intent"), "order");
    EXPECT_EQ(at(task, "focus.reference"), "ServiceRequest/" + kId);
    EXPECT_EQ(at(task, "for.reference"), "Patient/" + kId + "-0");
    EXPECT_EQ(at(task, "meta.versionId"), "2");
    const std::string assignment = assignmentOf(dossier).get().text();
    const tree::Element part = shown(dossier, "Task", assignment);
    EXPECT_EQ(at(part, "id"), assignment);
    EXPECT_EQ(at(part, "partOf.reference"), "Task/" + kId);
    EXPECT_EQ(at(part, "status"), "requested");
    EXPECT_EQ(at(part, "owner.display"), "The hope");
    EXPECT_FALSE(has(dossier, "ServiceRequest", assignment));
}

TEST_F(Presenting, ContainsWhomTheTaskIsForWhenTheRequestDoes) {
    const Dossier dossier = accept(one(), Origin::ServiceRequest);
    const tree::Element task = shown(dossier, "Task", kId);
    EXPECT_EQ(at(task, "for.reference"), "#p1");
    std::set<std::string> contained;
    for (tree::Element each = task.child(model::name::contained); each; each = each.nextSame()) {
        contained.emplace(textOf(each, model::name::id));
    }
    // The Patient, and the Organization that it and the requester name.
    EXPECT_EQ(contained, (std::set<std::string>{"org", "p1"}));
}

TEST_F(Presenting, ShowsWhatBecameOfIt) {
    Dossier dossier = accept(bundle(), Origin::Transaction);
    Detail detail;
    detail.workerName = "Sam Field";
    move(dossier, Status::Accepted, "waiting-list", "", detail);
    tree::Element task = shown(dossier, "Task", kId);
    EXPECT_EQ(at(task, "status"), "accepted");
    EXPECT_EQ(at(task, "businessStatus.coding.code"), "waiting-list");
    EXPECT_EQ(at(task, "businessStatus.coding.display"), "On the waiting list");
    EXPECT_EQ(at(task, "meta.versionId"), "3");
    detail = {};
    detail.outcomeSummary = "joined the choir";
    detail.support = {"choir"};
    move(dossier, Status::Completed, "goals-met", "", detail);
    task = shown(dossier, "Task", kId);
    EXPECT_EQ(at(task, "status"), "completed");
    EXPECT_NE(tests::written(task, tests::shippedSet()->model()).find("joined the choir"),
              std::string::npos);
    EXPECT_NE(tests::written(task, tests::shippedSet()->model()).find("Sam Field"),
              std::string::npos);
    EXPECT_EQ(at(shown(dossier, "ServiceRequest", kId), "status"), "completed");
}

TEST_F(Presenting, LeavesTheRequestActiveWhenRejectedAndShowsTheReason) {
    Dossier dossier = accept(bundle(), Origin::Transaction);
    Detail detail;
    detail.reasonText = "full until spring";
    move(dossier, Status::Rejected, "", "at-capacity", detail);
    const tree::Element task = shown(dossier, "Task", kId);
    EXPECT_EQ(at(task, "status"), "rejected");
    EXPECT_EQ(at(task, "statusReason.coding.code"), "at-capacity");
    EXPECT_EQ(at(task, "statusReason.text"), "full until spring");
    EXPECT_EQ(at(shown(dossier, "ServiceRequest", kId), "status"), "active");
}

TEST_F(Presenting, ShowsEarlierVersions) {
    Dossier dossier = accept(bundle(), Origin::Transaction);
    move(dossier, Status::Accepted);
    Event told;
    told.type = EventType::Told;
    told.actor = Actor::Practice;
    told.detail.toldVersion = 3;
    add(dossier, told);
    EXPECT_EQ(at(shown(dossier, "Task", kId), "meta.versionId"), "3");
    EXPECT_EQ(at(shown(dossier, "Task", kId, 3), "status"), "accepted");
    EXPECT_EQ(at(shown(dossier, "Task", kId, 2), "status"), "requested");
    EXPECT_EQ(at(shown(dossier, "Task", kId, 2), "meta.versionId"), "2");
    EXPECT_FALSE(has(dossier, "Task", kId, 5));
    // The assignment's Task was not there before it was asked.
    EXPECT_FALSE(has(dossier, "Task", assignmentOf(dossier).get().text(), 1));
    EXPECT_TRUE(has(dossier, "Task", assignmentOf(dossier).get().text(), 2));
}

TEST_F(Presenting, ShowsTheSameBytesAgain) {
    const Dossier dossier = accept(bundle(), Origin::Transaction);
    const auto& model = tests::shippedSet()->model();
    EXPECT_EQ(tests::written(shown(dossier, "Task", kId), model),
              tests::written(shown(dossier, "Task", kId), model));
}

TEST_F(Presenting, EchoesTheMessageWithOurIds) {
    const Dossier dossier = accept(bundle(), Origin::Transaction);
    const auto document = tree::readJson(dossier.body, tests::shippedSet()->model(), arena);
    ASSERT_TRUE(document.has_value());
    const auto echoed = tree::view(presenter().message(*document, kReferral, arena));
    const Message message(echoed, tests::shippedSet()->model());
    EXPECT_EQ(message.entries()[1].fullUrl, config.publicBase + "/ServiceRequest/" + kId);
}

TEST_F(Presenting, ShowsEveryResourceOfTheMessageInItsOrder) {
    const Dossier dossier = accept(bundle(), Origin::Transaction);
    const auto& model = tests::shippedSet()->model();
    const auto all = presenter().resources(dossier, arena, random);
    ASSERT_TRUE(all.has_value());
    ASSERT_EQ(all->size(), 6U);
    for (const auto& each : *all) {
        EXPECT_EQ(tests::written(each),
                  tests::written(shown(dossier, model.type(each.type()).name, at(each, "id"))));
    }
    EXPECT_EQ(at(all->at(1), "id"), kId);
}

TEST_F(Presenting, FillsTheRecordFromTheJournal) {
    Dossier dossier = accept(bundle(), Origin::Transaction);
    move(dossier, Status::Accepted, "seen");
    const auto record = presenter().record(dossier, arena);
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(at(*record, "id"), kId);
    EXPECT_EQ(at(*record, "progress.status"), "accepted");
    EXPECT_EQ(at(*record, "progress.actor"), "provider");
    EXPECT_EQ(at(*record, "assignment.provider"), "hope");
    EXPECT_EQ(at(*record, "assignment.kind"), "link-worker-service");
    EXPECT_EQ(at(*record, "links.patient.reference"), "Patient/" + kId + "-0");
    EXPECT_EQ(at(*record, "links.serviceRequest.reference"), "ServiceRequest/" + kId);
    EXPECT_EQ(at(*record, "person.name.family"), "Test");
}

TEST_F(Presenting, SendsAWebhookItsEnvelope) {
    const Dossier dossier = accept(one(), Origin::ServiceRequest);
    const auto payload = presenter().payload(dossier, assignmentOf(dossier), "referral.created",
                                             tests::kStart, random);
    ASSERT_TRUE(payload.has_value()) << payload.error().text();
    EXPECT_EQ(payload->contentType, "application/json");
    const auto body = json::Value::parse(payload->body);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ((*body)["type"].text(), "referral.created");
    EXPECT_EQ((*body)["timestamp"].text(), instantText(tests::kStart));
    const json::Value& data = (*body)["data"];
    EXPECT_EQ(data["id"].text(), kId);
    EXPECT_EQ(data["assignment"].text(), assignmentOf(dossier).get().text());
    EXPECT_EQ(data["reference"].text(), "R-1");
    EXPECT_NE(payload->body.find("Ada"), std::string::npos);
}

TEST_F(Presenting, SendsAFhirProviderATransaction) {
    config.providers[0].adapter = config::AdapterKind::Fhir;
    config.providers[0].format =
        "https://waymark.health/fhir/StructureMap/referral-to-fhir-provider";
    const Dossier dossier = accept(bundle(), Origin::Transaction);
    const auto payload = presenter().payload(dossier, assignmentOf(dossier), "referral.created",
                                             tests::kStart, random);
    ASSERT_TRUE(payload.has_value()) << payload.error().text();
    EXPECT_EQ(payload->contentType, "application/fhir+json");
    const auto made = tree::readJson(payload->body, tests::shippedSet()->model(), arena);
    ASSERT_TRUE(made.has_value()) << made.error().text();
    EXPECT_EQ(at(made->root, "type"), "transaction");
    const Message message(made->root, tests::shippedSet()->model());
    EXPECT_EQ(message.count(model::type::Task), 1U);
    ASSERT_NE(message.serviceRequest(), nullptr);
    EXPECT_EQ(at(message.serviceRequest()->resource, "intent"), "filler-order");
    const auto cancelled = presenter().payload(dossier, assignmentOf(dossier), "referral.cancelled",
                                               tests::kStart, random);
    ASSERT_TRUE(cancelled.has_value()) << cancelled.error().text();
    EXPECT_EQ(cancelled->contentType, "application/json-patch+json");
    const auto patch = json::Value::parse(cancelled->body);
    ASSERT_TRUE(patch.has_value() && patch->items().size() == 2);
    EXPECT_EQ(patch->items()[0]["path"].asString(), "/status");
    const auto updated = presenter().payload(dossier, assignmentOf(dossier), "referral.updated",
                                             tests::kStart, random);
    ASSERT_FALSE(updated.has_value());
    EXPECT_EQ(updated.error().kind, Kind::NotImplemented);
    const auto view = presenter().providerView(dossier, assignmentOf(dossier), random);
    ASSERT_TRUE(view.has_value());
    const auto body = json::Value::parse(*view);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ((*body)["resource"]["resourceType"].text(), "Bundle");
}

TEST_F(Presenting, SendsAProviderOnlyWhatItsAgreementCovers) {
    config.providers[0].shares.everything = false;
    config.providers[0].shares.freeText = false;
    config.providers[0].shares.attachments = false;
    config.providers[0].shares.parts = {{.name = "need", .place = {}}};
    const Dossier dossier = accept(one(), Origin::ServiceRequest);
    const auto payload = presenter().payload(dossier, assignmentOf(dossier), "referral.created",
                                             tests::kStart, random);
    ASSERT_TRUE(payload.has_value()) << payload.error().text();
    EXPECT_EQ(payload->body.find("Ada"), std::string::npos);
    EXPECT_NE(payload->body.find("R-1"), std::string::npos);
    EXPECT_NE(std::ranges::find(payload->withheld, "person"), payload->withheld.end());
    const auto view = presenter().providerView(dossier, assignmentOf(dossier), random);
    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(view->find("Ada"), std::string::npos);
}

TEST_F(Presenting, SendsNothingAboutWhoObjects) {
    Dossier dossier = accept(one(), Origin::ServiceRequest);
    ASSERT_TRUE(dossier.record.ends_with("}"));
    dossier.record.pop_back();
    dossier.record += R"(,"consent":[{"basis":"objected","status":"active"}]})";
    const auto payload = presenter().payload(dossier, assignmentOf(dossier), "referral.created",
                                             tests::kStart, random);
    ASSERT_FALSE(payload.has_value());
    EXPECT_EQ(payload.error().kind, Kind::Forbidden);
}

TEST_F(Presenting, SaysSoWhenAProviderOrItsFormatIsGone) {
    const Dossier dossier = accept(one(), Origin::ServiceRequest);
    const AssignmentId assignment = assignmentOf(dossier);
    const config::Provider hope = config.providers[0];
    config.providers.erase(config.providers.begin());
    auto payload = presenter().payload(dossier, assignment, "referral.created", {}, random);
    ASSERT_FALSE(payload.has_value());
    EXPECT_EQ(payload.error().kind, Kind::Fault);
    // What the practice reads stays readable.
    EXPECT_EQ(at(shown(dossier, "Task", kId), "status"), "requested");
    config.providers.insert(config.providers.begin(), hope);
    config.providers[0].format = "https://example.org/none";
    payload = presenter().payload(dossier, assignment, "referral.created", {}, random);
    ASSERT_FALSE(payload.has_value());
    EXPECT_EQ(payload.error().kind, Kind::Fault);
}

TEST_F(Presenting, SaysSoWhenTheStoredMessageCannotBeRead) {
    Dossier dossier = accept(one(), Origin::ServiceRequest);
    dossier.body.resize(dossier.body.size() / 2);
    const auto task = presenter().resource(dossier, "Task", kId, 0, arena, random);
    ASSERT_FALSE(task.has_value());
    EXPECT_EQ(task.error().kind, Kind::Fault);
}

TEST_F(Presenting, ShowsAProviderItsAssignment) {
    Dossier dossier = accept(one(), Origin::ServiceRequest);
    move(dossier, Status::Accepted);
    const auto view = presenter().providerView(dossier, assignmentOf(dossier), random);
    ASSERT_TRUE(view.has_value());
    const auto body = json::Value::parse(*view);
    ASSERT_TRUE(body.has_value()) << *view;
    EXPECT_EQ((*body)["id"].text(), kId);
    EXPECT_EQ((*body)["assignment"].text(), assignmentOf(dossier).get().text());
    EXPECT_EQ((*body)["status"].text(), "accepted");
    EXPECT_EQ((*body)["version"].asInteger(), 3);
    EXPECT_EQ((*body)["reference"].text(), "R-1");
    const auto none = presenter().providerView(dossier, tests::assignmentId(77), random);
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().kind, Kind::NotFound);
}

TEST_F(Presenting, ShowsWhatWasSetAside) {
    Dossier dossier = accept(one(), Origin::ServiceRequest);
    dossier.record.clear();
    dossier.events.resize(1);
    Event aside;
    aside.type = EventType::SetAside;
    aside.reasonCode = "not-processed";
    aside.at = tests::kStart;
    dossier.events.push_back(aside);
    Event failed;
    failed.type = EventType::StatusChanged;
    failed.status = Status::Failed;
    failed.reasonCode = "not-processed";
    failed.at = tests::kStart;
    dossier.events.push_back(failed);
    dossier.state = fold(dossier.events);
    const tree::Element task = shown(dossier, "Task", kId);
    EXPECT_EQ(at(task, "status"), "failed");
    EXPECT_EQ(at(task, "statusReason.coding.code"), "not-processed");
    EXPECT_EQ(at(shown(dossier, "ServiceRequest", kId), "status"), "active");
}

TEST_F(Presenting, TellsTheTimeline) {
    Dossier dossier = accept(one(), Origin::ServiceRequest);
    Detail detail;
    detail.reasonText = "full";
    move(dossier, Status::Rejected, "", "at-capacity", detail);
    const auto line = json::Value::parse(timeline(dossier));
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ((*line)["id"].text(), kId);
    EXPECT_EQ((*line)["status"].text(), "rejected");
    const auto events = (*line)["events"].items();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0]["event"].text(), "received");
    EXPECT_EQ(events[0]["actor"].text(), "practice");
    EXPECT_TRUE(events[0]["status"].isNull());
    EXPECT_EQ(events[1]["event"].text(), "asked");
    EXPECT_EQ(events[1]["detail"]["provider"].text(), "hope");
    EXPECT_EQ(events[2]["status"].text(), "rejected");
    EXPECT_EQ(events[2]["reason"].text(), "at-capacity");
    EXPECT_EQ(events[2]["detail"]["reasonText"].text(), "full");
}

std::optional<std::string> sharedExample(const char* name) {
    const std::filesystem::path path = std::filesystem::path("../shared/examples") / name;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

void references(tree::Element element, std::vector<std::string>& to) {
    if (element.type() == model::type::Reference) {
        to.emplace_back(textOf(element, model::name::reference));
    }
    for (const tree::Element child : element.children()) references(child, to);
}

TEST_F(Presenting, KeepsEveryReferenceOfThePublishedBarsExampleAlive) {
    const auto text = sharedExample("social-prescribing-bars.json");
    if (!text) GTEST_SKIP() << "../shared/examples is not beside this checkout";
    const Dossier dossier = accept(*text, Origin::BarsMessage);
    const auto sent = tree::readJson(dossier.body, tests::shippedSet()->model(), arena);
    ASSERT_TRUE(sent.has_value());
    const Message message(sent->root, tests::shippedSet()->model());
    int resolved = 0;
    for (const Message::Entry& entry : message.entries()) {
        const std::string type(message.model().type(entry.resource.type()).name);
        const bool request = &entry == message.serviceRequest();
        const std::string id = request ? kId : kId + "-" + std::to_string(entry.place);
        const tree::Element read = shown(dossier, type, id);
        std::vector<std::string> was;
        std::vector<std::string> is;
        references(entry.resource, was);
        references(read, is);
        ASSERT_EQ(was.size(), is.size()) << type;
        for (std::size_t i = 0; i < was.size(); ++i) {
            const Message::Entry* const target = message.entryAt(was[i]);
            if (target == nullptr) {
                EXPECT_EQ(is[i], was[i]);
                continue;
            }
            ++resolved;
            const auto named = typeAndId(is[i]);
            ASSERT_TRUE(named.has_value()) << is[i];
            EXPECT_TRUE(has(dossier, named->type, named->id)) << is[i];
        }
    }
    EXPECT_GT(resolved, 20);
}

}  // namespace
}  // namespace waymark::referral
