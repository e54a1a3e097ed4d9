// Which URLs the configuration accepts.
#pragma once

#include <string>
#include <string_view>

namespace waymark::config {

struct UrlRule {
    bool allowLoopback = false;  ///< and plain http to it
    bool allowQuery = false;
};

/// Empty when the URL is absolute, https (or http to loopback, if allowed), without credentials and
/// fragment; else a sentence that says what is wrong.
[[nodiscard]] std::string faultOfUrl(std::string_view url, UrlRule rule);

/// localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool isLoopback(std::string_view host);

/// An IPv4 or IPv6 address, without brackets.
[[nodiscard]] bool isAddress(std::string_view text);

}  // namespace waymark::config
