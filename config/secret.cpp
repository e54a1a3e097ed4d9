#include "config/secret.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace waymark::config {
namespace {

constexpr std::size_t kSecretBytesMax = 16 * 1024;
constexpr std::size_t kTokenLengthMin = 24;

bool isAlphanumeric(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

SecretOrWhy trimmed(std::string text, std::string_view source) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    if (text.empty()) return std::unexpected(fmt::format("{} is empty.", source));
    return Secret(std::move(text));
}

}  // namespace

bool readableByEveryone(const std::filesystem::path& file) {
    std::error_code ignored;
    const auto status = std::filesystem::status(file, ignored);
    using std::filesystem::perms;
    return std::filesystem::exists(status) &&
           (status.permissions() & perms::others_read) != perms::none;
}

SecretOrWhy secretFromFile(const std::filesystem::path& file) {
    const std::string name = fmt::format("The secret file {}", file.string());
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return std::unexpected(fmt::format("{} does not exist or is not a file.", name));
    }
    if (readableByEveryone(file)) {
        return std::unexpected(fmt::format(
            "{} can be read by every user of this machine; run chmod 600 (or 640) on it.", name));
    }
    std::ifstream stream(file, std::ios::binary);
    std::string text(kSecretBytesMax + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || (!stream.is_open())) {
        return std::unexpected(fmt::format("{} cannot be read by this process.", name));
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > kSecretBytesMax) {
        return std::unexpected(fmt::format("{} is longer than {} bytes.", name, kSecretBytesMax));
    }
    return trimmed(std::move(text), name);
}

SecretOrWhy secretFromEnvironment(const std::string& name) {
    // Configuration is read before any thread is started, which getenv needs.
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
        return std::unexpected(fmt::format("The environment variable {} is not set.", name));
    }
    return trimmed(value, fmt::format("The environment variable {}", name));
}

std::string faultOfToken(const Secret& token) {
    std::string_view text = token.reveal();
    if (text.size() < kTokenLengthMin) {
        return fmt::format(
            "The token is shorter than {} characters and could be guessed; make one "
            "with: openssl rand -hex 32",
            kTokenLengthMin);
    }
    while (text.ends_with('=')) text.remove_suffix(1);
    const bool allowed = std::ranges::all_of(
        text, [](char c) { return isAlphanumeric(c) || std::string_view("-._~+/").contains(c); });
    if (allowed) return {};
    return "The token has characters that a bearer token cannot have (letters, digits and -._~+/ "
           "are allowed, with = at the end); make one with: openssl rand -hex 32";
}

std::string faultOfWebhookSecret(const Secret& secret) {
    constexpr std::string_view kHow =
        "A webhook secret is whsec_ followed by base64 of 24 to 64 random bytes; make one with: "
        "echo whsec_$(openssl rand -base64 32)";
    std::string_view text = secret.reveal();
    if (!text.starts_with("whsec_")) return std::string(kHow);
    text.remove_prefix(6);
    const std::size_t length = text.size();
    std::size_t padding = 0;
    while (padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++padding;
    }
    const bool base64 =
        std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '+' || c == '/'; });
    const std::size_t bytes = length / 4 * 3 - padding;
    if (!base64 || length == 0 || length % 4 != 0 || bytes < 24 || bytes > 64) {
        return std::string(kHow);
    }
    return {};
}

}  // namespace waymark::config
