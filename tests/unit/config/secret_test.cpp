#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "folder.h"

namespace waymark::config {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "Zx9-very-secret-value-of-a-token";

std::string client(std::string_view token) {
    return "id = \"client-a\"\nname = \"A\"\nacts_for = \"any\"\ntoken = " + std::string(token) +
           "\n";
}

TEST(Secrets, AreNeverInline) {
    TestFolder folder;
    folder.writeSound();
    folder.write("clients/a.toml", client(std::string("\"") + kSecret + "\""));
    const std::string faults = faultsOf(folder);
    EXPECT_THAT(faults, HasSubstr("clients/a.toml:4:9 A secret is never written in the "
                                  "configuration. Put it into a file and write token = { file = "
                                  "\"secrets/token\" }"));
    EXPECT_THAT(faults, Not(HasSubstr("Zx9")));
}

TEST(Secrets, AreNotShownByAnyFault) {
    const std::string written[] = {
        kSecret,                        // without quotes
        std::string("\"") + kSecret,    // an open quote
        std::string("true") + kSecret,  // begins like a word of TOML
        std::string("tru") + kSecret,
        "12345678901234567890123456789",  // a number that is too large
        std::string("{ inline = \"") + kSecret + "\" }",
        std::string("[\"") + kSecret + "\"]",
        std::string("{ file = \"secrets/a\", value = \"") + kSecret + "\" }",
    };
    for (const std::string& value : written) {
        TestFolder folder;
        folder.writeSound();
        folder.write("clients/a.toml", client(value));
        const std::string faults = faultsOf(folder);
        EXPECT_THAT(faults, HasSubstr("clients/a.toml:4:")) << value;
        EXPECT_THAT(faults, Not(HasSubstr("Zx9"))) << value;
        EXPECT_THAT(faults, Not(HasSubstr("456789"))) << value;
    }
}

TEST(Secrets, OfAFileThatEveryoneCanReadAreRefused) {
    TestFolder folder;
    folder.writeSound();
    folder.write("secrets/a", kSecret, 0644);
    EXPECT_THAT(faultsOf(folder), HasSubstr("secrets/a can be read by every user of this machine; "
                                            "run chmod 600"));
    folder.write("secrets/a", kSecret, 0640);
    EXPECT_EQ(faultsOf(folder), "no fault");
}

TEST(Secrets, ThatAreWeakOrBrokenAreRefused) {
    struct Case {
        const char* file;
        std::string content;
        const char* fault;
    };
    for (const Case& c :
         {Case{"secrets/a", "", "is empty"}, Case{"secrets/a", "short", "shorter than 24"},
          Case{"secrets/a", "a token with blanks in between", "characters that a bearer token"},
          Case{"secrets/a", std::string(20'000, 'x'), "longer than"},
          Case{"secrets/p.webhook", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_ followed by"},
          Case{"secrets/p.webhook", "whsec_MfKQ9r8G", "24 to 64 random bytes"},
          Case{"secrets/p.webhook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_ followed"}}) {
        TestFolder folder;
        folder.writeSound();
        folder.write(c.file, c.content);
        EXPECT_THAT(faultsOf(folder), HasSubstr(c.fault));
    }
}

TEST(Secrets, OfTheEnvironmentMustBeSet) {
    TestFolder folder;
    folder.writeSound();
    folder.write("clients/a.toml", client("{ env = \"WAYMARK_TEST_NOT_SET\" }"));
    EXPECT_THAT(faultsOf(folder), HasSubstr("WAYMARK_TEST_NOT_SET is not set."));
}

TEST(Urls, WithCredentialsAreRefusedWithoutShowingThem) {
    TestFolder folder;
    folder.writeSound();
    folder.write("providers/q.toml",
                 "id = \"q\"\nname = \"Q\"\nkind = \"community\"\nadapter = \"fhir\"\nformat = "
                 "\"f\"\nurl = \"https://user:Zx9@q.example/r4\"\n");
    const std::string faults = faultsOf(folder);
    EXPECT_THAT(faults, HasSubstr("providers/q.toml:6:7 The URL holds credentials"));
    EXPECT_THAT(faults, Not(HasSubstr("Zx9")));
}

}  // namespace
}  // namespace waymark::config
