#include "gateway/crypto/base64.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::crypto {
namespace {

TEST(Base64, WritesTheExamplesOfRfc4648) {
    const struct {
        const char* plain;
        const char* encoded;
        const char* url;
    } cases[] = {{"", "", ""},
                 {"f", "Zg==", "Zg"},
                 {"fo", "Zm8=", "Zm8"},
                 {"foo", "Zm9v", "Zm9v"},
                 {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                 {"\xfb\xff\xbf", "+/+/", "-_-_"}};
    for (const auto& c : cases) {
        EXPECT_EQ(base64(c.plain), c.encoded);
        EXPECT_EQ(base64Url(c.plain), c.url);
        EXPECT_EQ(fromBase64(c.encoded).value(), c.plain);
        EXPECT_EQ(fromBase64Url(c.url).value(), c.plain);
    }
}

TEST(Base64, RefusesWhatItWouldNotHaveWritten) {
    for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm 9v",
                             "Zm9v\n", "Zm9v====", "-_-_", "Zg==Zg==", "Zm9\xc3\xa9"}) {
        const auto decoded = fromBase64(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().kind, Kind::Incorrect);
    }
    for (const char* text : {"Z", "Zg==", "Zh", "+/+/", "Zm9v "})
        EXPECT_FALSE(fromBase64Url(text)) << text;
}

TEST(Base64, ReadsBackAnyBytes) {
    tests::SeededRandom random(5);
    for (std::size_t length = 0; length < 200; ++length) {
        std::string bytes(length, '\0');
        random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
        ASSERT_EQ(fromBase64(base64(bytes)).value(), bytes);
        ASSERT_EQ(fromBase64Url(base64Url(bytes)).value(), bytes);
        const auto taken = fromBase64(bytes);
        ASSERT_TRUE(!taken || base64(*taken) == bytes);
    }
}

}  // namespace
}  // namespace waymark::crypto
