#include "gateway/crypto/webhook.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/crypto/base64.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/key.h"

namespace waymark::crypto {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kScheme = "v1,";
constexpr std::size_t kSizeMin = 24;
constexpr std::size_t kSizeMax = 64;

}  // namespace

Result<WebhookSecret> WebhookSecret::parse(std::string_view text) {
    if (!text.starts_with(kPrefix)) {
        return fail(Kind::Incorrect, IssueType::Value, "A webhook secret begins with 'whsec_'.");
    }
    auto bytes = fromBase64(text.substr(kPrefix.size()));
    if (!bytes || bytes->size() < kSizeMin || bytes->size() > kSizeMax) {
        return fail(Kind::Incorrect, IssueType::Value,
                    "A webhook secret is 'whsec_' and the base64 of 24 to 64 random bytes.");
    }
    return WebhookSecret(std::move(*bytes));
}

WebhookSecret WebhookSecret::random(Random& random) {
    std::string bytes(kSizeMin, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return WebhookSecret(std::move(bytes));
}

WebhookSecret::~WebhookSecret() {
    wipe(bytes_);
}

std::string WebhookSecret::text() const {
    return std::string(kPrefix) + base64(bytes_);
}

std::string signWebhook(const WebhookSecret& secret, std::string_view id, Instant timestamp,
                        std::string_view body) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(timestamp);
    const std::string when = std::to_string(seconds.time_since_epoch().count());
    const Digest digest = hmacSha256(secret.bytes(), {id, ".", when, ".", body});
    return std::string(kScheme) + base64(view(digest));
}

bool verifyWebhook(const WebhookSecret& secret, std::string_view id, Instant timestamp,
                   std::string_view body, std::string_view header) {
    const std::string expected = signWebhook(secret, id, timestamp, body);
    bool matches = false;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find(' '), header.size());
        matches = equalInConstantTime(header.substr(0, end), expected) || matches;
        header.remove_prefix(std::min(end + 1, header.size()));
    }
    return matches;
}

}  // namespace waymark::crypto
