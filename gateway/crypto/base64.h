// Base64 of RFC 4648: section 4 (standard, padded) and section 5 (url and file name safe,
// unpadded). Strict: no white space, no missing or superfluous padding, no bits beyond the last
// byte. Any thread. By hand because EVP_DecodeBlock takes white space and gives back its padding as
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::crypto {

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64Url(std::string_view bytes);

/// Incorrect for anything that base64() would not have written. The text is not repeated in the
/// issue: it may be a secret.
[[nodiscard]] Result<std::string> fromBase64(std::string_view text);
[[nodiscard]] Result<std::string> fromBase64Url(std::string_view text);

}  // namespace waymark::crypto
