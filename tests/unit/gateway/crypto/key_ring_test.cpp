#include "gateway/crypto/key_ring.h"

#include <sys/stat.h>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/crypto/random.h"
#include "tests/support/fixed_world.h"

namespace waymark::crypto {
namespace {

class KeyRingFile : public testing::Test {
protected:
    KeyRingFile() {
        std::string pattern = (std::filesystem::temp_directory_path() / "key-ring-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        path_ = folder_ / "keys";
    }
    ~KeyRingFile() override { std::filesystem::remove_all(folder_); }

    void rewrite(const std::string& text) const {
        std::ofstream(path_, std::ios::trunc) << text;
        ::chmod(path_.c_str(), 0600);
    }

    std::filesystem::path folder_;
    std::filesystem::path path_;
    SystemRandom random_;
};

TEST_F(KeyRingFile, IsMadeForItsOwnerOnlyAndReadBack) {
    const auto made = KeyRing::init(path_, random_);
    ASSERT_TRUE(made);
    struct stat facts{};
    ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    const auto read = KeyRing::load(path_);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->print(), made->print());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(KeyRingFile, IsNeverOverwrittenByInit) {
    const auto first = KeyRing::loadOrInit(path_, random_);
    ASSERT_TRUE(first);
    const auto second = KeyRing::init(path_, random_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Kind::Conflict);
    EXPECT_EQ(KeyRing::loadOrInit(path_, random_)->print(), first->print());
}

TEST_F(KeyRingFile, IsRefusedWhenOthersMayReadIt) {
    ASSERT_TRUE(KeyRing::init(path_, random_));
    ::chmod(path_.c_str(), 0640);
    const auto read = KeyRing::load(path_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::Forbidden);
}

TEST_F(KeyRingFile, IsNotFoundWhenAbsent) {
    const auto read = KeyRing::load(path_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::NotFound);
    EXPECT_FALSE(KeyRing::init(folder_ / "absent" / "keys", random_));
}

TEST_F(KeyRingFile, NamesTheLineThatIsDamaged) {
    ASSERT_TRUE(KeyRing::init(path_, random_));
    auto text = KeyRing::load(path_)->print();
    const auto place = text.rfind("key 1 ") + 10;
    text[place] = text[place] == 'A' ? 'B' : 'A';
    rewrite(text);
    const auto read = KeyRing::load(path_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::Incorrect);
    EXPECT_EQ(read.error().issues.front().at.line, 3U);
    EXPECT_EQ(read.error().issues.front().file, path_.string());
}

TEST_F(KeyRingFile, WrapsByTheNewestKeyAndUnwrapsByAnOlder) {
    const auto first = *KeyRing::init(path_, random_);
    const auto data = Key::random(random_);
    const auto old = first.wrap(data, "referral", random_);
    const auto second = first.rotate(path_, random_);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->newest(), 2U);
    const auto loaded = KeyRing::load(path_);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->unwrap(old, "referral").value() == data);
    EXPECT_TRUE(loaded->indexKey() == first.indexKey());
    const auto fresh = loaded->wrap(data, "referral", random_);
    EXPECT_EQ(fresh.ring, 2U);
    const auto unknown = first.unwrap(fresh, "referral");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, Kind::Fault);
}

TEST(KeyRing, UnwrapsNothingThatWasMoved) {
    tests::SeededRandom random;
    const auto ring = KeyRing::fresh(random);
    const auto wrapped = ring.wrap(Key::random(random), "one", random);
    EXPECT_TRUE(ring.unwrap(wrapped, "one"));
    EXPECT_FALSE(ring.unwrap(wrapped, "two"));
    auto changed = wrapped;
    changed.bytes.back() = static_cast<char>(changed.bytes.back() ^ 1);
    EXPECT_FALSE(ring.unwrap(changed, "one"));
}

TEST(KeyRing, RefusesTextsThatAreNone) {
    tests::SeededRandom random;
    const auto good = KeyRing::fresh(random).print();
    const auto keyLine = good.substr(good.find("key 1"));
    const auto indexLine = good.substr(good.find("index"), good.find("key 1") - good.find("index"));
    ASSERT_TRUE(KeyRing::parse(good));
    ASSERT_TRUE(KeyRing::parse(good + "\n# a remark\n"));
    const std::string heading = "waymark-key-ring 1\n";
    for (const std::string& text :
         {std::string(), heading, heading + keyLine, heading + indexLine, good + keyLine,
          good + indexLine, good + "word\n", heading + indexLine + "key 0" + keyLine.substr(5),
          "waymark-key-ring 2\n" + good.substr(heading.size())}) {
        EXPECT_FALSE(KeyRing::parse(text)) << text;
    }
}

}  // namespace
}  // namespace waymark::crypto
