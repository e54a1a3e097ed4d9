#include "gateway/referral/resource_id.h"

#include <charconv>

namespace waymark::referral {
namespace {

constexpr std::size_t kUuidLength = 36;

/// As we print it: no sign, no leading zero, so that one resource has one id.
std::optional<std::uint32_t> place(std::string_view digits) {
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace

std::string print(const ResourceId& id) {
    std::string text = id.referral.get().text();
    if (id.entry) text.append("-").append(std::to_string(*id.entry));
    return text;
}

std::optional<ResourceId> parseResourceId(std::string_view text) {
    const std::string_view head = text.substr(0, kUuidLength);
    const Result<Uuid> uuid = Uuid::parse(head);
    // Ids are case sensitive in FHIR and ours are lower case.
    if (!uuid || uuid->text() != head) return std::nullopt;
    ResourceId id{.referral = ReferralId(*uuid), .entry = std::nullopt};
    if (text.size() == kUuidLength) return id;
    if (text[kUuidLength] != '-') return std::nullopt;
    id.entry = place(text.substr(kUuidLength + 1));
    if (!id.entry) return std::nullopt;
    return id;
}

}  // namespace waymark::referral
