#include "gateway/net/target.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "fhir/core/utf8.h"

namespace waymark::net {
namespace {

struct Case {
    const char* name;
    std::string target;
    std::string path;
    Parameters query;
};

class TargetTest : public testing::TestWithParam<Case> {};

TEST_P(TargetTest, IsDecoded) {
    const auto target = parseTarget(GetParam().target);
    ASSERT_TRUE(target.has_value()) << target.error().text();
    EXPECT_EQ(target->path, GetParam().path);
    EXPECT_EQ(target->query, GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, TargetTest,
    testing::Values(
        Case{"Plain", "/FHIR/R4/Task", "/FHIR/R4/Task", {}},
        Case{"Dollar", "/FHIR/R4/$process-message", "/FHIR/R4/$process-message", {}},
        Case{"EscapedPath", "/a%20b/%C3%A9", "/a b/\xC3\xA9", {}},
        Case{"Query", "/T?_id=1&status=active", "/T", {{"_id", "1"}, {"status", "active"}}},
        Case{"QueryInOrderWithRepeats",
             "/T?a=2&b=&a=1&c",
             "/T",
             {{"a", "2"}, {"b", ""}, {"a", "1"}, {"c", ""}}},
        Case{"BarRaw",
             "/T?identifier=https://x.example|1",
             "/T",
             {{"identifier", "https://x.example|1"}}},
        Case{"BarEscaped",
             "/T?identifier=https%3A%2F%2Fx.example%7C1",
             "/T",
             {{"identifier", "https://x.example|1"}}},
        Case{"PlusIsASpace", "/T?name=a+b%2Bc", "/T", {{"name", "a b+c"}}},
        Case{"EmptyParameters", "/T?&&a=1&", "/T", {{"a", "1"}}},
        Case{"EmptyQuery", "/T?", "/T", {}},
        Case{"SecondQuestionMark", "/T?a=b?c=d", "/T", {{"a", "b?c=d"}}},
        Case{"AbsoluteForm", "http://host:8080/T?a=1", "/T", {{"a", "1"}}},
        Case{"AbsoluteFormWithoutPath", "http://host", "/", {}},
        Case{"AbsoluteFormWithQueryOnly", "http://host?a=1", "/", {{"a", "1"}}},
        Case{"UrlInQuery", "/T?u=http://host/x", "/T", {{"u", "http://host/x"}}},
        Case{"Asterisk", "*", "*", {}}),
    [](const auto& test) { return test.param.name; });

class BadTargetTest : public testing::TestWithParam<std::string> {};

TEST_P(BadTargetTest, IsIncorrect) {
    const auto target = parseTarget(GetParam());
    ASSERT_FALSE(target.has_value());
    EXPECT_EQ(target.error().kind, Kind::Incorrect);
    EXPECT_TRUE(target.error().text().ends_with(".")) << target.error().text();
}

INSTANTIATE_TEST_SUITE_P(Targets, BadTargetTest,
                         testing::Values("", "Task", "/a%", "/a%2", "/a%zz", "/a%00", "/a%0A",
                                         "/a%2Fb", "/%ff", "/%C0%AF", "/%ED%A0%80", "/?a=%",
                                         "/?%g0", "/?a=%00", "/?a=%ff", "?a=1&b=%C3", "host:443"));

TEST(Target, TakesOrRefusesAnyBytes) {
    std::mt19937 random(7);
    for (int i = 0; i < 5000; ++i) {
        std::string bytes = "/";
        for (auto left = random() % 24; left > 0; --left) {
            constexpr std::string_view kUsual = "%%%&=?+/0aF";
            bytes.push_back(random() % 3 != 0 ? kUsual[random() % kUsual.size()]
                                              : static_cast<char>(random()));
        }
        const auto target = parseTarget(bytes);
        if (!target) continue;
        EXPECT_TRUE(isUtf8(target->path));
        for (const auto& [name, value] : target->query) {
            EXPECT_TRUE(isUtf8(name));
            EXPECT_TRUE(isUtf8(value));
        }
    }
}

}  // namespace
}  // namespace waymark::net
