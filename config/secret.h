// Secrets come from a file or the environment. A file that everyone on the machine can read is
// refused: what it holds is no secret.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "config/config.h"

namespace waymark::config {

/// The content of a secret or why it is none: a sentence that does not hold it. A line end at the
/// end is not part of it.
using SecretOrWhy = std::expected<Secret, std::string>;

[[nodiscard]] SecretOrWhy secretFromFile(const std::filesystem::path& file);
[[nodiscard]] SecretOrWhy secretFromEnvironment(const std::string& name);

/// Whether users other than the owner and the group may read the file. False when it is absent.
[[nodiscard]] bool readableByEveryone(const std::filesystem::path& file);

/// Empty when the secret can stand in "Authorization: Bearer" (RFC 6750 section 2.1) and is long
/// enough not to be guessed; else a sentence that says what is wrong.
[[nodiscard]] std::string faultOfToken(const Secret& token);
/// The same for a Standard Webhooks secret: "whsec_" and base64 of 24 to 64 bytes.
[[nodiscard]] std::string faultOfWebhookSecret(const Secret& secret);

}  // namespace waymark::config
