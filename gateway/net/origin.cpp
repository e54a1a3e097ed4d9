#include "gateway/net/origin.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace waymark::net {

namespace {

bool isHostCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool parsePort(std::string_view text, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(text.begin(), text.end(), port);
    return error == std::errc() && end == text.end() && port != 0;
}

}  // namespace

std::string Origin::authority() const {
    const bool isV6 = host.find(':') != std::string::npos;
    const auto shown = isV6 ? fmt::format("[{}]", host) : host;
    return port == (tls ? 443 : 80) ? shown : fmt::format("{}:{}", shown, port);
}

std::optional<Origin> parseOrigin(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->has_userinfo() || parsed->has_fragment()) return std::nullopt;
    Origin origin;
    if (parsed->scheme_id() == boost::urls::scheme::https) {
        origin.tls = true;
    } else if (parsed->scheme_id() == boost::urls::scheme::http) {
        origin.tls = false;
    } else {
        return std::nullopt;
    }
    origin.port = origin.tls ? 443 : 80;
    if (parsed->has_port() && !parsePort(parsed->port(), origin.port)) return std::nullopt;
    if (parsed->host_type() == boost::urls::host_type::ipv6) {
        origin.host = parsed->host_ipv6_address().to_string();
    } else if (parsed->host_type() == boost::urls::host_type::ipvfuture) {
        return std::nullopt;
    } else {
        origin.host = parsed->encoded_host();
        std::ranges::transform(origin.host, origin.host.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        if (origin.host.empty() || !std::ranges::all_of(origin.host, isHostCharacter)) {
            return std::nullopt;
        }
    }
    origin.target = parsed->encoded_path();
    if (origin.target.empty()) origin.target = "/";
    if (parsed->has_query())
        origin.target += fmt::format("?{}", std::string(parsed->encoded_query()));
    return origin;
}

}  // namespace waymark::net
