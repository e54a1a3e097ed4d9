#include "gateway/delivery/webhook.h"

#include <gtest/gtest.h>

namespace waymark::delivery {
namespace {

using std::chrono::milliseconds;

config::Provider provider() {
    config::Provider provider;
    provider.id = "p";
    provider.adapter = config::AdapterKind::Webhook;
    provider.url = "https://p.example/hook?x=1";
    provider.ca = "roots.pem";
    provider.allowLoopback = true;
    provider.timeout = milliseconds(1234);
    provider.webhookSecret = config::Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    return provider;
}

Parcel parcel() {
    return {.id = referral::DeliveryId(
                Uuid::parse("019a1111-2222-7333-8444-555566667777").value_or(Uuid())),
            .contentType = "application/json",
            .body = R"({"type":"referral.created"})",
            .now = Instant(milliseconds(1'790'000'000'999))};
}

// The expected values were made with the openssl command, not with this code.
TEST(WebhookSignature, IsThatOfTheSpecification) {
    EXPECT_EQ(
        webhook::signature(config::Secret("whsec_plJ3nmyCDGBKInavdOK15jsl"), "msg_loFOjxBNrRLzqYUf",
                           "1731705121", R"({"event_type":"ping","data":{"success":true}})"),
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
    EXPECT_EQ(
        webhook::signature(config::Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                           "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Webhook, SendsTheBytesSignedUnderTheDeliverysId) {
    const net::ClientRequest request = requestFor(provider(), parcel());
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://p.example/hook?x=1");
    EXPECT_EQ(request.body, parcel().body);
    EXPECT_EQ(request.ca, "roots.pem");
    EXPECT_TRUE(request.allowLoopback);
    EXPECT_EQ(request.timeout, milliseconds(1234));
    EXPECT_EQ(request.fields.find("content-type"), "application/json");
    EXPECT_EQ(request.fields.find("webhook-id"), "019a1111-2222-7333-8444-555566667777");
    EXPECT_EQ(request.fields.find("idempotency-key"), "019a1111-2222-7333-8444-555566667777");
    EXPECT_EQ(request.fields.find("webhook-timestamp"), "1790000000");
    EXPECT_EQ(request.fields.find("webhook-signature"),
              webhook::signature(provider().webhookSecret, "019a1111-2222-7333-8444-555566667777",
                                 "1790000000", parcel().body));
    EXPECT_EQ(request.fields.find("authorization"), std::nullopt);
}

TEST(Webhook, KeepsItsKeyAndMovesItsTimestampFromAttemptToAttempt) {
    Parcel later = parcel();
    later.now += std::chrono::hours(3);
    const net::ClientRequest first = requestFor(provider(), parcel());
    const net::ClientRequest second = requestFor(provider(), later);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(first.fields.find("webhook-id"), second.fields.find("webhook-id"));
    EXPECT_NE(first.fields.find("webhook-timestamp"), second.fields.find("webhook-timestamp"));
    EXPECT_NE(first.fields.find("webhook-signature"), second.fields.find("webhook-signature"));
}

TEST(Webhook, IsDeliveredByAnySuccess) {
    net::ClientAnswer answer;
    answer.status = 204;
    answer.body = "<html>anything</html>";
    EXPECT_EQ(outcomeOf(provider(), Parcel{}, answer, Instant{}).verdict, Verdict::Delivered);
}

}  // namespace
}  // namespace waymark::delivery
