#include "gateway/crypto/webhook.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::crypto {
namespace {

// The example that the Standard Webhooks specification's libraries share.
constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::string_view kBody = R"({"test": 2432232314})";
constexpr std::string_view kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const Instant kWhen{std::chrono::seconds(1614265330)};

TEST(Webhook, SignsAsThePublishedExample) {
    const auto secret = WebhookSecret::parse(kSecret);
    ASSERT_TRUE(secret);
    EXPECT_EQ(signWebhook(*secret, kId, kWhen, kBody), kSignature);
    EXPECT_EQ(signWebhook(*secret, kId, kWhen + Milliseconds(999), kBody), kSignature);
    EXPECT_EQ(secret->text(), kSecret);
}

TEST(Webhook, VerifiesItsOwnAmongOthers) {
    const auto secret = *WebhookSecret::parse(kSecret);
    const std::string own(kSignature);
    EXPECT_TRUE(verifyWebhook(secret, kId, kWhen, kBody, own));
    EXPECT_TRUE(
        verifyWebhook(secret, kId, kWhen, kBody, "v1,AAAA v2," + own.substr(3) + " " + own));
    EXPECT_FALSE(verifyWebhook(secret, kId, kWhen, kBody, ""));
    EXPECT_FALSE(verifyWebhook(secret, kId, kWhen, kBody, "v2," + own.substr(3)));
    EXPECT_FALSE(verifyWebhook(secret, kId, kWhen, "{}", own));
    EXPECT_FALSE(verifyWebhook(secret, "msg_other", kWhen, kBody, own));
    EXPECT_FALSE(verifyWebhook(secret, kId, kWhen + std::chrono::seconds(1), kBody, own));
}

TEST(Webhook, RefusesSecretsThatAreNone) {
    for (const char* text : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                             "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*"}) {
        const auto secret = WebhookSecret::parse(text);
        ASSERT_FALSE(secret) << text;
        EXPECT_EQ(secret.error().text().find("MfKQ"), std::string_view::npos);
    }
}

TEST(Webhook, MakesSecretsThatItReads) {
    tests::SeededRandom random;
    const auto secret = WebhookSecret::random(random);
    const auto again = WebhookSecret::parse(secret.text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->bytes(), secret.bytes());
}

}  // namespace
}  // namespace waymark::crypto
