#include "gateway/net/origin.h"

#include <gtest/gtest.h>

namespace waymark::net {
namespace {

TEST(Origin, IsTakenApart) {
    const auto origin = parseOrigin("https://Provider.Example:8443/hooks/in?a=%20b&c");
    ASSERT_TRUE(origin.has_value());
    EXPECT_TRUE(origin->tls);
    EXPECT_EQ(origin->host, "provider.example");
    EXPECT_EQ(origin->port, 8443);
    EXPECT_EQ(origin->target, "/hooks/in?a=%20b&c");
    EXPECT_EQ(origin->authority(), "provider.example:8443");
}

TEST(Origin, HasTheSchemesPortAndARootPath) {
    EXPECT_EQ(parseOrigin("https://a.example")->port, 443);
    EXPECT_EQ(parseOrigin("http://a.example")->port, 80);
    EXPECT_EQ(parseOrigin("https://a.example")->target, "/");
    EXPECT_EQ(parseOrigin("https://a.example?x")->target, "/?x");
    EXPECT_EQ(parseOrigin("https://a.example:443")->authority(), "a.example");
    EXPECT_EQ(parseOrigin("http://a.example:443")->authority(), "a.example:443");
}

TEST(Origin, MayBeAnAddress) {
    EXPECT_EQ(parseOrigin("https://[::1]:99/")->host, "::1");
    EXPECT_EQ(parseOrigin("https://[::1]:99/")->authority(), "[::1]:99");
    EXPECT_EQ(parseOrigin("https://10.0.0.1/")->host, "10.0.0.1");
}

class BadUrlTest : public testing::TestWithParam<const char*> {};

TEST_P(BadUrlTest, IsNoOrigin) {
    EXPECT_FALSE(parseOrigin(GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(Urls, BadUrlTest,
                         testing::Values("", "a.example", "/path", "ftp://a.example/", "https://",
                                         "https:///x", "https://user@a.example/",
                                         "https://user:secret@a.example/",
                                         "https://a.example/#part", "https://a.example:99999/",
                                         "https://a.example:0/", "https://a b/", "https://a%20b/",
                                         "https://\xC3\xA9.example/", "https://a.example/\r\nX: y",
                                         "https://[::1/", "https://a.example/%zz"));

}  // namespace
}  // namespace waymark::net
