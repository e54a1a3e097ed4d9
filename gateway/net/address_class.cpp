#include "gateway/net/address_class.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace waymark::net {

namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v6;

struct Block4 {
    std::uint32_t first;
    unsigned bits;
    AddressClass belongs;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24U | b << 16U | c << 8U | d;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry, and two metadata services.
constexpr Block4 kBlocks4[] = {
    {v4(0, 0, 0, 0), 8, AddressClass::Forbidden},
    {v4(10, 0, 0, 0), 8, AddressClass::Private},
    {v4(100, 64, 0, 0), 10, AddressClass::Forbidden},  // carriers' NAT; a cloud's metadata in it
    {v4(127, 0, 0, 0), 8, AddressClass::Loopback},
    {v4(168, 63, 129, 16), 32, AddressClass::Forbidden},  // a cloud's metadata
    {v4(169, 254, 0, 0), 16, AddressClass::Forbidden},    // link-local; most clouds' metadata
    {v4(172, 16, 0, 0), 12, AddressClass::Private},
    {v4(192, 0, 0, 0), 24, AddressClass::Forbidden},
    {v4(192, 0, 2, 0), 24, AddressClass::Forbidden},
    {v4(192, 88, 99, 0), 24, AddressClass::Forbidden},
    {v4(192, 168, 0, 0), 16, AddressClass::Private},
    {v4(198, 18, 0, 0), 15, AddressClass::Forbidden},
    {v4(198, 51, 100, 0), 24, AddressClass::Forbidden},
    {v4(203, 0, 113, 0), 24, AddressClass::Forbidden},
    {v4(224, 0, 0, 0), 3, AddressClass::Forbidden},  // multicast, reserved, broadcast
};

AddressClass classify4(std::uint32_t bits) {
    for (const auto& block : kBlocks4) {
        if ((bits ^ block.first) >> (32 - block.bits) == 0) return block.belongs;
    }
    return AddressClass::Public;
}

/// Whether the address begins with these bytes, of which the last counts `tailBits` bits.
bool within(const address_v6::bytes_type& bytes, std::string_view prefix, unsigned tailBits = 8) {
    const auto same = [](unsigned char left, char right) {
        return left == static_cast<unsigned char>(right);
    };
    const auto whole = prefix.size() - 1;
    if (!std::equal(prefix.begin(), prefix.end() - 1, bytes.begin(),
                    [&](char right, unsigned char left) { return same(left, right); })) {
        return false;
    }
    const unsigned last = static_cast<unsigned char>(prefix.back());
    return (bytes[whole] ^ last) >> (8 - tailBits) == 0;
}

std::uint32_t lastFour(const address_v6::bytes_type& bytes) {
    return v4(bytes[12], bytes[13], bytes[14], bytes[15]);
}

AddressClass classify6(const address_v6& address) {
    using std::string_view_literals::operator""sv;
    const auto bytes = address.to_bytes();
    if (address.is_loopback()) return AddressClass::Loopback;
    if (address.is_v4_mapped()) return classify4(lastFour(bytes));
    if (within(bytes, "\x00\x64\xff\x9b\0\0\0\0\0\0\0\0"sv)) {  // NAT64: only the way is special
        const bool isPublic = classify4(lastFour(bytes)) == AddressClass::Public;
        return isPublic ? AddressClass::Public : AddressClass::Forbidden;
    }
    if (within(bytes, "\xfd\x00\x0e\xc2"sv)) return AddressClass::Forbidden;  // a cloud's metadata
    if (within(bytes, "\xfc"sv, 7)) return AddressClass::Private;
    // Only 2000::/3 is given out; within it some blocks are not what they seem.
    if (!within(bytes, "\x20"sv, 3)) return AddressClass::Forbidden;
    const bool special = within(bytes, "\x20\x01\x00"sv, 7) ||   // 2001::/23: Teredo and others
                         within(bytes, "\x20\x01\x0d\xb8"sv) ||  // documentation
                         within(bytes, "\x20\x02"sv) ||          // 6to4
                         within(bytes, "\x3f\xff\x00"sv, 4);     // documentation
    return special ? AddressClass::Forbidden : AddressClass::Public;
}

}  // namespace

AddressClass classify(const address& address) {
    return address.is_v4() ? classify4(address.to_v4().to_uint()) : classify6(address.to_v6());
}

}  // namespace waymark::net
