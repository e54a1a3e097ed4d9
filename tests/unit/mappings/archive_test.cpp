#include "mappings/archive.h"

#include <gtest/gtest.h>

#include <fstream>

#include "mappings/set.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

class ArchiveTest : public testing::Test {
protected:
    ArchiveTest()
        : folder_(fs::temp_directory_path() /
                  ("waymark-archive-" +
                   std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
        fs::remove_all(folder_);
    }
    ~ArchiveTest() override { fs::remove_all(folder_); }

    static Folder small(std::string mark) {
        Folder files;
        files.models = {{.name = "models/a.json", .text = "{\"a\": \"" + mark + "\\n\"}"}};
        files.maps = {{.name = "maps/b.map", .text = "map \"" + mark + "\" = \"\xC3\xA9\""}};
        return files;
    }

    fs::path folder_;
};

TEST_F(ArchiveTest, GivesBackTheShippedSetAsItWas) {
    auto files = readFolder("mappings");
    ASSERT_TRUE(files);
    const Archive archive(folder_);
    ASSERT_TRUE(archive.keep(*files));
    const std::string version = versionOf(*files);
    auto back = archive.open(version);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(versionOf(*back), version);
    const auto set = Set::compile(std::move(*back));
    ASSERT_TRUE(set) << set.error().text();
    EXPECT_EQ((*set)->version(), version);
}

TEST_F(ArchiveTest, KeepsEachVersionOnceAndForgetsWhatIsNotNeeded) {
    const Archive archive(folder_);
    for (const char* mark : {"one", "two", "one"}) ASSERT_TRUE(archive.keep(small(mark)));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
    EXPECT_EQ(archive.dropAllBut({versionOf(small("two"))}), 1U);
    EXPECT_TRUE(archive.open(versionOf(small("two"))));
    const auto gone = archive.open(versionOf(small("one")));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().kind, Kind::NotFound);
}

TEST_F(ArchiveTest, RefusesWhatIsNoVersionOrIsDamaged) {
    const Archive archive(folder_);
    for (const char* version : {"", "../../etc/passwd", "0123456789ABCDEF", "0123456789abcde"}) {
        EXPECT_FALSE(archive.open(version)) << version;
    }
    ASSERT_TRUE(archive.keep(small("one")));
    const std::string version = versionOf(small("one"));
    for (const std::string& text : {std::string(), std::string("{"), std::string("{\"maps\":[]}")}) {
        std::ofstream(folder_ / (version + ".set.json")) << text;
        EXPECT_FALSE(archive.open(version)) << text;
    }
}

TEST_F(ArchiveTest, SaysSoWhenItCannotBeWritten) {
    std::ofstream(folder_) << "a file";
    EXPECT_FALSE(Archive(folder_).keep(small("one")));
}

}  // namespace
}  // namespace waymark::mappings
