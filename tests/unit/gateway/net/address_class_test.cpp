#include "gateway/net/address_class.h"

#include <string>

#include <gtest/gtest.h>

namespace waymark::net {
namespace {

struct Case {
    const char* address;
    AddressClass want;
};

class AddressTest : public testing::TestWithParam<Case> {};

TEST_P(AddressTest, HasItsClass) {
    EXPECT_EQ(classify(boost::asio::ip::make_address(GetParam().address)), GetParam().want)
        << GetParam().address;
}

constexpr auto kPublic = AddressClass::Public;
constexpr auto kLoopback = AddressClass::Loopback;
constexpr auto kPrivate = AddressClass::Private;
constexpr auto kForbidden = AddressClass::Forbidden;

INSTANTIATE_TEST_SUITE_P(
    V4, AddressTest,
    testing::Values(Case{"1.1.1.1", kPublic}, Case{"9.255.255.255", kPublic},
                    Case{"11.0.0.0", kPublic}, Case{"172.15.255.255", kPublic},
                    Case{"172.32.0.0", kPublic}, Case{"223.255.255.255", kPublic},
                    Case{"127.0.0.1", kLoopback}, Case{"127.255.255.255", kLoopback},
                    Case{"10.0.0.1", kPrivate}, Case{"172.16.0.1", kPrivate},
                    Case{"172.31.255.255", kPrivate}, Case{"192.168.1.1", kPrivate},
                    Case{"0.0.0.0", kForbidden}, Case{"0.1.2.3", kForbidden},
                    Case{"100.64.0.1", kForbidden}, Case{"100.100.100.200", kForbidden},
                    Case{"168.63.129.16", kForbidden}, Case{"168.63.129.17", kPublic},
                    Case{"169.254.169.254", kForbidden}, Case{"192.0.2.1", kForbidden},
                    Case{"198.18.0.1", kForbidden}, Case{"198.19.255.255", kForbidden},
                    Case{"203.0.113.9", kForbidden}, Case{"224.0.0.1", kForbidden},
                    Case{"240.0.0.1", kForbidden}, Case{"255.255.255.255", kForbidden}));

INSTANTIATE_TEST_SUITE_P(
    V6, AddressTest,
    testing::Values(Case{"2606:4700::1111", kPublic}, Case{"2a00:1450::1", kPublic},
                    Case{"::1", kLoopback}, Case{"::ffff:127.0.0.1", kLoopback},
                    Case{"::ffff:10.0.0.1", kPrivate}, Case{"::ffff:169.254.169.254", kForbidden},
                    Case{"::ffff:8.8.8.8", kPublic}, Case{"fc00::1", kPrivate},
                    Case{"fd12:3456::1", kPrivate}, Case{"fd00:ec2::254", kForbidden},
                    Case{"::", kForbidden}, Case{"::8.8.8.8", kForbidden},
                    Case{"fe80::1", kForbidden}, Case{"fec0::1", kForbidden},
                    Case{"ff02::1", kForbidden}, Case{"2001::1", kForbidden},
                    Case{"2001:db8::1", kForbidden}, Case{"2002:7f00:1::", kForbidden},
                    Case{"3fff::1", kForbidden}, Case{"64:ff9b::8.8.8.8", kPublic},
                    Case{"64:ff9b::10.0.0.1", kForbidden}, Case{"64:ff9b::127.0.0.1", kForbidden},
                    Case{"64:ff9b:1::1", kForbidden}, Case{"4000::1", kForbidden},
                    Case{"100::1", kForbidden}));

}  // namespace
}  // namespace waymark::net
