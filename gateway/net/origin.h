// Where a URL points to, taken apart. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::net {

struct Origin {
    bool tls = true;
    std::string host;  ///< lower case; an IPv6 address without its brackets
    std::uint16_t port = 443;
    std::string target;  ///< path and query as written; "/" when the URL has no path

    /// The Host field's value: the port only when it is not the scheme's.
    [[nodiscard]] std::string authority() const;
};

/// Absolute http and https URLs; nullopt for everything else, for user information ("user@"), for
/// fragments, and for hosts that are not ASCII.
[[nodiscard]] std::optional<Origin> parseOrigin(std::string_view url);

}  // namespace waymark::net
