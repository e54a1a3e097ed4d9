#include "gateway/crypto/digest.h"

#include <thread>

#include <gtest/gtest.h>

#include "gateway/crypto/key.h"

namespace waymark::crypto {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
    EXPECT_EQ(hex(view(sha256("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(view(sha256(""))),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(view(sha256(std::string(1'000'000, 'a')))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(HmacSha256, GivesTheDigestsOfRfc4231) {
    EXPECT_EQ(hex(view(hmacSha256(std::string(20, '\x0b'), {"Hi There"}))),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(view(hmacSha256("Jefe", {"what do ya want ", "for nothing?"}))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(view(hmacSha256(std::string(131, '\xaa'),
                                  {"Test Using Larger Than Block-Size Key - Hash Key First"}))),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, TakesAnEmptyKeyAndNoText) {
    const auto before = hmacSha256("another key", {"text"});
    EXPECT_EQ(hex(view(hmacSha256("", {}))),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    EXPECT_EQ(hmacSha256("another key", {"text"}), before);
}

TEST(HmacSha256, IsTheSameOnEveryThread) {
    const auto here = hmacSha256("key", {"text"});
    Digest there{};
    std::thread([&] { there = hmacSha256("key", {"te", "xt"}); }).join();
    EXPECT_EQ(here, there);
}

TEST(ConstantTime, ComparesLikeEquality) {
    EXPECT_TRUE(equalInConstantTime("", ""));
    EXPECT_TRUE(equalInConstantTime("token", "token"));
    EXPECT_FALSE(equalInConstantTime("token", "tokeN"));
    EXPECT_FALSE(equalInConstantTime("token", "token "));
}

}  // namespace
}  // namespace waymark::crypto
