#include "fhir/package/library.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "fhir/package/archive.h"

namespace waymark::package {
namespace {

constexpr std::string_view kProfile =
    R"({"resourceType":"StructureDefinition","url":"http://x.y/p","version":"1.0","name":"P",
    "status":"active","kind":"resource","abstract":false,"type":"Patient"})";
constexpr std::string_view kSet =
    R"(<ValueSet xmlns="http://hl7.org/fhir"><url value="http://x.y/vs"/><status value="active"/></ValueSet>)";

std::string tarOf(const std::vector<ArchivedFile>& files) {
    std::string tar;
    for (const auto& file : files) {
        std::string header(512, '\0');
        header.replace(0, file.name.size(), file.name);
        char size[13];
        std::snprintf(size, sizeof size, "%011zo", file.content.size());
        header.replace(124, 11, size, 11);
        header[156] = '0';
        tar += header + file.content;
        tar.append((512 - file.content.size() % 512) % 512, '\0');
    }
    tar.append(1024, '\0');
    return tar;
}

std::string gzipped(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()), '\0');
    std::string in = text;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

class Folder {
public:
    Folder()
        : at(std::filesystem::temp_directory_path() /
             ("waymark-library-test-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(at);
        std::filesystem::create_directories(at);
    }
    ~Folder() { std::filesystem::remove_all(at); }
    void write(const std::string& name, std::string_view content) const {
        std::ofstream(at / name, std::ios::binary) << content;
    }
    std::filesystem::path at;
};

TEST(Archive, GivesTheFilesOfATgz) {
    const auto files =
        unpack(gzipped(tarOf({{"package/a.json", "{}"}, {"b", std::string(700, 'x')}})));
    ASSERT_TRUE(files) << files.error().text();
    ASSERT_EQ(files->size(), 2U);
    EXPECT_EQ((*files)[0].name, "package/a.json");
    EXPECT_EQ((*files)[1].content.size(), 700U);
}

TEST(Archive, RefusesDamage) {
    const std::string good = gzipped(tarOf({{"a", "b"}}));
    EXPECT_FALSE(unpack(""));
    EXPECT_FALSE(unpack("no archive"));
    for (std::size_t length = 0; length + 9 < good.size(); ++length) {
        EXPECT_FALSE(unpack(good.substr(0, length))) << length;
    }
    EXPECT_FALSE(unpack(gzipped(std::string(512, 'x'))));
    const auto large = unpack(gzipped(tarOf({{"a", std::string(100'000, 'x')}})), {.bytes = 1000});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().kind, Kind::TooLarge);
}

TEST(Library, ReadsFoldersFilesAndArchives) {
    const Folder folder;
    folder.write("p.json", kProfile);
    folder.write("vs.xml", kSet);
    folder.write("package.json", R"({"name":"x"})");
    folder.write("readme.txt", "StructureDefinition");
    for (const auto& path : {folder.at, folder.at / "p.json"}) {
        const auto library = Library::load({&path, 1});
        ASSERT_TRUE(library) << library.error().text();
        ASSERT_EQ((*library)->structures().size(), 1U);
        EXPECT_NE((*library)->structure("http://x.y/p"), nullptr);
        EXPECT_NE((*library)->structure("http://x.y/p|1.0"), nullptr);
        EXPECT_EQ((*library)->structure("http://x.y/p|2.0"), nullptr);
    }
    const auto archive = folder.at / "package.tgz";
    folder.write("package.tgz",
                 gzipped(tarOf({{"package/p.json", std::string(kProfile)},
                                {"package/vs.xml", std::string(kSet)},
                                {"package/example/p.json", std::string(kProfile)}})));
    const auto library = Library::load({&archive, 1});
    ASSERT_TRUE(library);
    EXPECT_EQ((*library)->structures().size(), 1U);
    EXPECT_EQ((*library)->terminology().size(), 1U);
}

TEST(Library, TellsWhatCannotBeRead) {
    const std::filesystem::path absent = "/no/such/folder";
    EXPECT_FALSE(Library::load({&absent, 1}));
    const Folder folder;
    folder.write("p.json", R"({"resourceType":"StructureDefinition",)");
    const auto file = folder.at / "p.json";
    const auto refused = Library::load({&file, 1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().issues.front().file, file.string());
    folder.write("broken.tgz", "no archive");
    EXPECT_FALSE(Library::load({&folder.at, 1}));
}

}  // namespace
}  // namespace waymark::package
