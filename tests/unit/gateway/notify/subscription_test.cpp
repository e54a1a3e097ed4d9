#include "gateway/notify/subscription.h"

#include <gtest/gtest.h>

#include "gateway/notify/notification.h"
#include "tests/support/subscription_sample.h"

namespace waymark::notify {
namespace {

config::Client client() {
    config::Client made;
    made.id = "surgery";
    return made;
}

Result<Subscription> read(std::string_view text) {
    const auto value = json::Value::parse(text);
    if (!value) return std::unexpected(value.error());
    return readSubscription(*value, client());
}

TEST(Subscription, ReadsWhatIsServed) {
    const auto made = read(tests::subscription(
        R"("_criteria": {"extension": [{"url": ")" + std::string(tests::kExtensions) +
        R"(backport-filter-criteria", "valueString": "Task?status=completed,rejected"}]},)"));
    ASSERT_TRUE(made.has_value()) << made.error().text();
    EXPECT_EQ(made->topic, Topic::Task);
    EXPECT_EQ(made->endpoint, "https://surgery.example/hook");
    EXPECT_EQ(made->mime, "application/fhir+json");
    EXPECT_EQ(made->content, Content::IdOnly);
    ASSERT_EQ(made->headers.size(), 1U);
    EXPECT_EQ(made->headers[0].name, "Authorization");
    EXPECT_EQ(made->headers[0].value, "Bearer abc");
    EXPECT_EQ(made->heartbeat, std::chrono::seconds(60));
    EXPECT_EQ(made->standing, Standing::Requested);
    EXPECT_TRUE(made->wants(referral::Status::Completed));
    EXPECT_FALSE(made->wants(referral::Status::Accepted));
}

// REQ subscriptions-backport 60, 63, 66, 74, 90: what is not served is refused, at its place.
TEST(Subscription, RefusesWhatIsNotServed) {
    struct Case {
        std::string_view from;
        std::string_view to;
        std::string_view place;
    };
    const Case cases[] = {
        {"rest-hook", "websocket", "Subscription.channel.type"},
        {"https://surgery.example/hook", "http://surgery.example/hook",
         "Subscription.channel.endpoint"},
        {"https://surgery.example/hook", "https://127.0.0.1/hook", "Subscription.channel.endpoint"},
        {"application/fhir+json", "application/pdf", "Subscription.channel.payload"},
        {"application/fhir+json", "application/fhir+json;fhirVersion=5.0",
         "Subscription.channel.payload"},
        {"id-only", "everything", "Subscription.channel.payload.extension"},
        {"SubscriptionTopic/Task", "SubscriptionTopic/Other", "Subscription.criteria"},
        {"\"requested\"", "\"error\"", "Subscription.status"},
        {"Authorization: Bearer abc", "Host: elsewhere", "Subscription.channel.header"},
        {"Authorization: Bearer abc", "no colon", "Subscription.channel.header"},
        {"Authorization: Bearer abc", "X: a\\r\\nY: b", "Subscription.channel.header"},
    };
    for (const Case& each : cases) {
        std::string text = tests::subscription();
        const auto at = text.find(each.from);
        ASSERT_NE(at, text.npos) << each.from;
        text.replace(at, each.from.size(), each.to);
        const auto made = read(text);
        ASSERT_FALSE(made.has_value()) << each.to;
        EXPECT_EQ(made.error().kind, Kind::Unprocessable) << each.to;
        EXPECT_EQ(made.error().issues.front().expression, each.place) << each.to;
    }
    for (const char* const filter : {"Task?owner=x", "ServiceRequest?status=active",
                                     "Task?status=whatever", "Task?status=completed&owner=x"}) {
        const auto made = read(tests::subscription(
            R"("_criteria": {"extension": [{"url": ")" + std::string(tests::kExtensions) +
            R"(backport-filter-criteria", "valueString": ")" + filter + R"("}]},)"));
        EXPECT_FALSE(made.has_value()) << filter;
    }
}

TEST(Subscription, IsKeptAndReadBackWhole) {
    auto made = *read(tests::subscription());
    tests::SeededRandom random(3);
    made.id = Uuid::version7(Instant{std::chrono::hours(500'000)}, random);
    made.created = Instant{std::chrono::hours(500'000)};
    made.updated = made.created + std::chrono::seconds(5);
    made.standing = Standing::Error;
    made.error = "It did not answer.";
    made.version = 4;
    const auto back = fromStored(toStored(made));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->id, made.id);
    EXPECT_EQ(back->client, "surgery");
    EXPECT_EQ(back->standing, Standing::Error);
    EXPECT_EQ(back->error, made.error);
    EXPECT_EQ(back->version, 4U);
    EXPECT_EQ(back->updated, made.updated);
    EXPECT_EQ(back->headers.size(), 1U);
    EXPECT_FALSE(fromStored("{}").has_value());
    EXPECT_FALSE(fromStored("").has_value());

    const auto shown = json::Value::parse(resourceJson(made));
    ASSERT_TRUE(shown.has_value());
    EXPECT_EQ((*shown)["status"].asString(), "error");
    EXPECT_EQ((*shown)["error"].asString(), made.error);
    EXPECT_EQ((*shown)["meta"]["versionId"].asString(), "4");
    EXPECT_EQ((*shown)["channel"]["endpoint"].asString(), "https://surgery.example/hook");
}

// REQ subscriptions-backport 28, 42, 44, 45, 69, 70, 99, 101 to 103.
TEST(Notification, HasTheShapeOfItsContent) {
    auto made = *read(tests::subscription());
    tests::SeededRandom random(3);
    made.id = Uuid::version7(Instant{std::chrono::hours(500'000)}, random);
    ShownEvent event;
    event.number = 7;
    event.focus = "Task/1";
    const auto idOnly = json::Value::parse(notificationBundle(
        made, "https://g.example/FHIR/R4", NotificationType::EventNotification, 9, {event}));
    ASSERT_TRUE(idOnly.has_value());
    EXPECT_EQ((*idOnly)["type"].asString(), "history");
    ASSERT_EQ((*idOnly)["entry"].items().size(), 2U);
    const auto& status = (*idOnly)["entry"].items()[0]["resource"];
    EXPECT_EQ(status["resourceType"].asString(), "Parameters");
    EXPECT_EQ(tests::parameter(status, "type"), "event-notification");
    EXPECT_EQ(tests::parameter(status, "events-since-subscription-start"), "9");
    const auto& entry = (*idOnly)["entry"].items()[1];
    EXPECT_EQ(entry["fullUrl"].asString(), "https://g.example/FHIR/R4/Task/1");
    EXPECT_EQ(entry["request"]["url"].asString(), "Task/1");
    EXPECT_TRUE(entry["resource"].isNull());

    event.resource = R"({"resourceType":"Task","id":"1"})";
    const auto full = json::Value::parse(notificationBundle(
        made, "https://g.example/FHIR/R4", NotificationType::EventNotification, 9, {event}));
    EXPECT_EQ((*full)["entry"].items()[1]["resource"]["id"].asString(), "1");

    made.content = Content::Empty;
    event.focus.clear();
    event.resource.clear();
    const auto empty = json::Value::parse(notificationBundle(
        made, "https://g.example/FHIR/R4", NotificationType::EventNotification, 9, {event}));
    EXPECT_EQ((*empty)["entry"].items().size(), 1U);
    EXPECT_EQ(tests::parameter((*empty)["entry"].items()[0]["resource"], "topic"), "");
}

}  // namespace
}  // namespace waymark::notify
