#include "config/url.h"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace waymark::config {
namespace urls = boost::urls;

bool isLoopback(std::string_view host) {
    if (host == "localhost") return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (const auto v4 = urls::parse_ipv4_address(host)) return v4->is_loopback();
    if (const auto v6 = urls::parse_ipv6_address(host)) return v6->is_loopback();
    return false;
}

bool isAddress(std::string_view text) {
    return urls::parse_ipv4_address(text).has_value() || urls::parse_ipv6_address(text).has_value();
}

std::string faultOfUrl(std::string_view url, UrlRule rule) {
    const auto parsed = urls::parse_uri(url);
    if (!parsed) return "This is not an absolute URL such as \"https://host/path\".";
    const std::string_view scheme = parsed->scheme();
    if (scheme != "https" && scheme != "http") return "The URL must begin with https://.";
    if (parsed->encoded_host().empty()) return "The URL names no host.";
    if (parsed->has_userinfo()) {
        return "The URL holds credentials; give the token as a secret of its own instead.";
    }
    if (parsed->has_fragment()) return "The URL must not have a fragment (#...).";
    if (parsed->has_query() && !rule.allowQuery) return "The URL must not have a query (?...).";
    if (parsed->has_port() && parsed->port_number() == 0) return "The URL's port is not valid.";
    const bool loopback = isLoopback(std::string_view(parsed->encoded_host()));
    if (loopback && !rule.allowLoopback) {
        return "The URL points to this machine; that needs allow_loopback = true.";
    }
    if (scheme == "http" && !loopback) {
        return "The URL must begin with https://; plain http is for loopback addresses only.";
    }
    return {};
}

}  // namespace waymark::config
