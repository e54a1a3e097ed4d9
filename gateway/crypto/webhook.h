// Standard Webhooks (standardwebhooks.com, scheme v1): the value of the webhook-signature header is
// "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body", keyed with the bytes behind
// "whsec_". Any thread.
#pragma once

#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::crypto {

/// Shared between the gateway and one provider. Wipes its memory.
class WebhookSecret {
public:
    /// "whsec_" and the base64 of 24 to 64 bytes; Incorrect otherwise. The text is not repeated in
    /// the issue.
    static Result<WebhookSecret> parse(std::string_view text);
    /// 24 random bytes.
    static WebhookSecret random(Random& random);

    WebhookSecret(const WebhookSecret&) = default;
    WebhookSecret& operator=(const WebhookSecret&) = default;
    ~WebhookSecret();

    /// "whsec_..." for the file that the provider is given.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    explicit WebhookSecret(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string bytes_;
};

/// The value of webhook-signature. `timestamp` is cut to seconds, as webhook-timestamp has it.
[[nodiscard]] std::string signWebhook(const WebhookSecret& secret, std::string_view id,
                                      Instant timestamp, std::string_view body);

/// Whether one of the space-separated signatures in `header` is of scheme v1 and ours. Says nothing
/// about the age of `timestamp`.
[[nodiscard]] bool verifyWebhook(const WebhookSecret& secret, std::string_view id,
                                 Instant timestamp, std::string_view body, std::string_view header);

}  // namespace waymark::crypto
