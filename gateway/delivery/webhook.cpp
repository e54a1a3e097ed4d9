#include "gateway/delivery/webhook.h"

#include "fhir/core/check.h"
#include "gateway/crypto/base64.h"
#include "gateway/crypto/digest.h"
#include "gateway/delivery/classifier.h"

namespace waymark::delivery::webhook {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kAnswerBytes = 16 * 1024;

}  // namespace

std::string signature(const config::Secret& secret, std::string_view id, std::string_view timestamp,
                      std::string_view body) {
    std::string_view text = secret.reveal();
    check(text.starts_with(kSecretPrefix), "a webhook secret was checked when it was read");
    text.remove_prefix(kSecretPrefix.size());
    const auto key = crypto::fromBase64(text);
    check(key.has_value(), "a webhook secret was checked when it was read");
    const crypto::Digest mac = crypto::hmacSha256(*key, {id, ".", timestamp, ".", body});
    return "v1," + crypto::base64(crypto::view(mac));
}

net::ClientRequest request(const config::Provider& provider, const Parcel& parcel) {
    using std::chrono::seconds;
    const std::string id = parcel.id.get().text();
    const std::string timestamp =
        std::to_string(std::chrono::floor<seconds>(parcel.now).time_since_epoch().count());
    net::ClientRequest request = plainRequest(provider);
    request.answerBytes = kAnswerBytes;
    request.fields.set("Content-Type", parcel.contentType);
    request.fields.set("webhook-id", id);
    request.fields.set("webhook-timestamp", timestamp);
    request.fields.set("webhook-signature",
                       signature(provider.webhookSecret, id, timestamp, parcel.body));
    request.fields.set("Idempotency-Key", id);
    request.body = parcel.body;
    return request;
}

Outcome outcome(const net::ClientAnswer& answer, Instant now) {
    return classify(answer, now);
}

}  // namespace waymark::delivery::webhook
