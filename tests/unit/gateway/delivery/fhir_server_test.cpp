#include "gateway/delivery/fhir_server.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::delivery {
namespace {

config::Provider provider() {
    config::Provider provider;
    provider.id = "p";
    provider.adapter = config::AdapterKind::Fhir;
    provider.url = "https://p.example/r4";
    provider.outgoingToken = config::Secret("outgoing");
    return provider;
}

Outcome outcomeFor(unsigned status, std::string body) {
    net::ClientAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return outcomeOf(provider(), Parcel{}, answer, Instant{});
}

TEST(FhirServer, PostsTheTransactionToTheBase) {
    const Parcel parcel{.id = referral::DeliveryId(),
                        .contentType = "application/fhir+json",
                        .body = "{}",
                        .now = {}};
    const net::ClientRequest request = requestFor(provider(), parcel);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://p.example/r4");
    EXPECT_EQ(request.body, "{}");
    EXPECT_EQ(request.fields.find("content-type"), "application/fhir+json");
    EXPECT_EQ(request.fields.find("accept"), "application/fhir+json");
    EXPECT_EQ(request.fields.find("authorization"), "Bearer outgoing");
    EXPECT_EQ(request.fields.find("idempotency-key"), "00000000-0000-0000-0000-000000000000");
}

TEST(FhirServer, ReadsATaskOnlyIfItHasChanged) {
    const net::ClientRequest request = fhirserver::readRequest(provider(), "Task/12", "W/\"3\"");
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url, "https://p.example/r4/Task/12");
    EXPECT_EQ(request.fields.find("if-none-match"), "W/\"3\"");
    EXPECT_EQ(request.fields.find("authorization"), "Bearer outgoing");
    EXPECT_EQ(request.body, "");
    config::Provider open = provider();
    open.outgoingToken = config::Secret();
    const net::ClientRequest first = fhirserver::readRequest(open, "Task/12", "");
    EXPECT_EQ(first.fields.find("if-none-match"), std::nullopt);
    EXPECT_EQ(first.fields.find("authorization"), std::nullopt);
}

TEST(FhirServer, LearnsFromTheAnswerWhereTheTaskIs) {
    const Outcome outcome = outcomeFor(200, R"({
        "resourceType": "Bundle", "type": "transaction-response", "entry": [
          {"response": {"status": "201 Created", "location": "Patient/1/_history/1"}},
          {"response": {"status": "200 OK"}},
          {"response": {"status": "201", "location": "https://p.example/r4/Task/77/_history/1"}}]})");
    EXPECT_EQ(outcome.verdict, Verdict::Delivered);
    EXPECT_EQ(outcome.remote, "Task/77");
}

TEST(FhirServer, TriesAgainWhenASuccessDoesNotSayWhereTheTaskIs) {
    for (const char* body :
         {"", "<html>login</html>", "{}", "[]", "null", R"({"resourceType":"Bundle"})",
          R"({"resourceType":"Bundle","type":"transaction-response"})",
          R"({"resourceType":"Bundle","type":"transaction-response","entry":"x"})",
          R"({"resourceType":"Bundle","type":"transaction-response","entry":[
              {"response":{"location":"Patient/1"}}]})",
          R"({"resourceType":"Bundle","type":"searchset","entry":[
              {"response":{"location":"Task/1"}}]})",
          R"({"resourceType":"OperationOutcome"})"}) {
        const Outcome outcome = outcomeFor(200, body);
        EXPECT_EQ(outcome.verdict, Verdict::Retry) << body;
        EXPECT_TRUE(outcome.againstProvider) << body;
        EXPECT_EQ(problemText(outcome), "unreadable-answer 200");
    }
    net::ClientAnswer endless;
    endless.trouble = net::Trouble::AnswerTooLarge;
    endless.status = 200;
    EXPECT_EQ(outcomeOf(provider(), Parcel{}, endless, Instant{}).verdict, Verdict::Retry);
}

TEST(FhirServer, IsRefusedByAFaultOfTheBundle) {
    EXPECT_EQ(outcomeFor(422, R"({"resourceType":"OperationOutcome"})").verdict, Verdict::Refused);
    EXPECT_EQ(outcomeFor(412, "").verdict, Verdict::Refused);
    EXPECT_EQ(outcomeFor(500, "").verdict, Verdict::Retry);
}

TEST(TaskLocation, IsReadInEveryForm) {
    using fhirserver::taskIn;
    EXPECT_EQ(taskIn("Task/1"), "Task/1");
    EXPECT_EQ(taskIn("/Task/1"), "Task/1");
    EXPECT_EQ(taskIn("Task/1/_history/2"), "Task/1");
    EXPECT_EQ(taskIn("https://p.example/fhir/Task/a-B.9/_history/2"), "Task/a-B.9");
    EXPECT_EQ(taskIn("https://p.example/Task/fhir/Task/5"), "Task/5");
    for (const std::string& location :
         {std::string(), std::string("Task"), std::string("Task/"), std::string("Task//1"),
          std::string("MyTask/1"), std::string("Patient/1"), std::string("Task/1?x=1"),
          std::string("Task/../etc"), std::string("Task/a b"), "Task/" + std::string(65, 'x')}) {
        EXPECT_EQ(taskIn(location), std::nullopt) << location;
    }
}

TEST(FhirServer, GivesSomeOutcomeForAnyBytes) {
    tests::SeededRandom random(3);
    const std::string sample =
        R"({"resourceType":"Bundle","type":"transaction-response","entry":[{"response":)"
        R"({"status":"201","location":"Task/77"}}]})";
    for (int i = 0; i < 3'000; ++i) {
        std::string body = sample;
        for (std::uint64_t n = random.below(6); n > 0; --n) {
            body[random.below(body.size())] = static_cast<char>(random.below(256));
        }
        body.resize(random.below(body.size() + 1));
        const Outcome outcome = outcomeFor(200, body);
        EXPECT_EQ(outcome.verdict == Verdict::Delivered, !outcome.remote.empty());
    }
}

}  // namespace
}  // namespace waymark::delivery
