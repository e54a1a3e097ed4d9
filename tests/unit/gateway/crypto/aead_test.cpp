#include "gateway/crypto/aead.h"

#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/random.h"
#include "tests/support/fixed_world.h"

namespace waymark::crypto {
namespace {

TEST(Aead, SealsAsThePublishedVectorsSay) {
    // The Galois/Counter Mode of Operation (McGrew, Viega), test cases 13 and 14.
    EXPECT_EQ(hex(seal(Key(), Nonce{}, {}, {})),
              "000000000000000000000000"
              "530f8afbc74536b9a963b4f1c4cb738b");
    EXPECT_EQ(hex(seal(Key(), Nonce{}, {}, std::string(16, '\0'))),
              "000000000000000000000000"
              "cea7403d4d606b6e074ec5d3baf39d18"
              "d0d1c8a799996bf0265b98b5d48ab919");
}

class SealedText : public testing::TestWithParam<std::size_t> {
protected:
    tests::SeededRandom random_{GetParam() + 7};
    Key key_ = Key::random(random_);
    std::string plain_ = std::string(GetParam(), 'p');
    std::string sealed_ = seal(key_, freshNonce(random_), "place", plain_);
};

TEST_P(SealedText, OpensToWhatWasSealed) {
    ASSERT_EQ(sealed_.size(), plain_.size() + kSealOverhead);
    const auto opened = open(key_, "place", sealed_);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain_);
}

TEST_P(SealedText, IsRefusedWhenAnyByteChanged) {
    const std::size_t step = std::max<std::size_t>(1, sealed_.size() / 97);
    for (std::size_t at = 0; at < sealed_.size(); at += step) {
        auto changed = sealed_;
        changed[at] = static_cast<char>(changed[at] ^ 0x20);
        const auto opened = open(key_, "place", changed);
        ASSERT_FALSE(opened) << at;
        EXPECT_EQ(opened.error().kind, Kind::Fault);
    }
}

TEST_P(SealedText, IsRefusedCutShortOrInAnotherPlaceOrWithAnotherKey) {
    EXPECT_FALSE(open(key_, "place", std::string_view(sealed_).substr(1)));
    EXPECT_FALSE(open(key_, "place", sealed_.substr(0, sealed_.size() - 1)));
    EXPECT_FALSE(open(key_, "place", sealed_.substr(0, kSealOverhead - 1)));
    EXPECT_FALSE(open(key_, "other", sealed_));
    EXPECT_FALSE(open(Key::random(random_), "place", sealed_));
}

INSTANTIATE_TEST_SUITE_P(OfLength, SealedText, testing::Values(0, 1, 15, 16, 17, 4096, 70'001),
                         testing::PrintToStringParamName());

TEST(Key, TakesExactlyThirtyTwoBytes) {
    EXPECT_FALSE(Key::from(std::string(31, 'k')));
    EXPECT_FALSE(Key::from(std::string(33, 'k')));
    const auto key = Key::from(std::string(32, 'k'));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->view(), std::string(32, 'k'));
}

TEST(SystemRandom, FillsAndDiffers) {
    SystemRandom random;
    EXPECT_NE(freshNonce(random), freshNonce(random));
    EXPECT_FALSE(Key::random(random) == Key());
}

}  // namespace
}  // namespace waymark::crypto
