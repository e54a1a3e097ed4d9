// What kind of network an address belongs to, after IANA's registries of special-purpose addresses.
// Whatever is not known to be public is forbidden, so that no URL of a configuration or a message
// can make the gateway talk to its own machine, its cloud's metadata service or its neighbours.
#pragma once

#include <cstdint>

#include <boost/asio/ip/address.hpp>

namespace waymark::net {

enum class AddressClass : std::uint8_t {
    Public,
    Loopback,
    Private,    ///< RFC 1918, RFC 4193
    Forbidden,  ///< link-local, metadata services, multicast, documentation, unassigned, ...
};

/// An IPv4 address inside an IPv6 one (mapped, NAT64) is judged as itself.
[[nodiscard]] AddressClass classify(const boost::asio::ip::address& address);

}  // namespace waymark::net
