#include <gtest/gtest.h>

#include <array>

#include "fhir/core/nearest.h"
#include "fhir/core/utf8.h"

namespace waymark {
namespace {

TEST(Nearest, FindsTheLikelyName) {
    constexpr std::array<std::string_view, 5> kNames = {"name", "gender", "birthDate", "photo",
                                                        "patientInstruction"};
    EXPECT_EQ(nearest("nmae", kNames), "name");
    EXPECT_EQ(nearest("birthdate", kNames), "birthDate");
    EXPECT_EQ(nearest("PatientInstruction", kNames), "patientInstruction");
    EXPECT_EQ(nearest("phto", kNames), "photo");
    EXPECT_EQ(nearest("occupation", kNames), "");
    EXPECT_EQ(nearest("", kNames), "");
    EXPECT_EQ(nearest(std::string(500, 'n'), kNames), "");
    EXPECT_EQ(didYouMean("gendre", kNames), " (did you mean `gender`?)");
    EXPECT_EQ(didYouMean("zzz", kNames), "");
}

TEST(Utf8, KnowsValidText) {
    for (const char* text : {"", "plain", "é", "€", "😀", "\xF4\x8F\xBF\xBF", "12345678é"}) {
        EXPECT_TRUE(isUtf8(text)) << text;
    }
    struct Case {
        std::string text;
        std::size_t valid;
    };
    for (const Case& each : {Case{"\x80", 0}, Case{"a\xC0\xAF", 1}, Case{"\xE0\x80\xAF", 0},
                             Case{"\xED\xA0\x80", 0}, Case{"\xF4\x90\x80\x80", 0},
                             Case{"12345678\xC3", 8}, Case{"\xF0\x9F\x98", 0}, Case{"\xFF", 0}}) {
        EXPECT_EQ(validUtf8Prefix(each.text), each.valid);
    }
}

TEST(Utf8, WritesCodePointsAndReplacesWhatIsNone) {
    std::string text;
    for (const char32_t codePoint : {U'a', U'é', U'€', U'😀'}) appendUtf8(text, codePoint);
    EXPECT_EQ(text, "aé€😀");
    EXPECT_EQ(replaceInvalidUtf8("a\xFF\xFEz\xE2\x82"), "a\uFFFD\uFFFDz\uFFFD\uFFFD");
}

}  // namespace
}  // namespace waymark
