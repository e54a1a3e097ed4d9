#include "fhir/json/value.h"

#include <gtest/gtest.h>

#include "tests/support/fixed_world.h"

namespace waymark::json {
namespace {

TEST(Value, GivesTypedAccess) {
    const auto value = Value::parse(R"( {"a":"x\u00e9","b":[1,2.50,true,null],"c":{"d":-3}} )");
    ASSERT_TRUE(value) << value.error().text();
    const Value& root = *value;
    EXPECT_EQ(root["a"].asString(), "xé");
    EXPECT_EQ(root["a"].asInteger(), std::nullopt);
    EXPECT_EQ(root["b"].items().size(), 4U);
    EXPECT_EQ(root["b"].items()[0].asInteger(), 1);
    EXPECT_EQ(root["b"].items()[1].asDouble(), 2.5);
    EXPECT_EQ(root["b"].items()[1].asInteger(), std::nullopt);
    EXPECT_EQ(root["b"].items()[1].text(), "2.50");
    EXPECT_EQ(root["b"].items()[2].asBoolean(), true);
    EXPECT_TRUE(root["b"].items()[3].isNull());
    EXPECT_EQ(root["c"]["d"].asInteger(), -3);
    EXPECT_TRUE(root["nothing"]["at"]["all"].isNull());
    EXPECT_EQ(root.find("nothing"), nullptr);
    EXPECT_EQ(root["c"].at(), (Position{1, 44}));
    EXPECT_EQ(root.json(), R"({"a":"xé","b":[1,2.50,true,null],"c":{"d":-3}})");
}

struct Fault {
    const char* name;
    std::string text;
    Position at;
    const char* part;
};

class ValueFaults : public testing::TestWithParam<Fault> {};

TEST_P(ValueFaults, AreToldWithTheirPlace) {
    const auto value = Value::parse(GetParam().text, {.bytes = 1000, .depth = 8, .values = 20});
    ASSERT_FALSE(value);
    ASSERT_EQ(value.error().issues.size(), 1U);
    EXPECT_EQ(value.error().issues[0].at, GetParam().at)
        << value.error().issues[0].at.line << ":" << value.error().issues[0].at.column;
    EXPECT_NE(value.error().text().find(GetParam().part), std::string_view::npos)
        << value.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Any, ValueFaults,
    testing::Values(
        Fault{"Empty", "", {1, 1}, "not JSON"},
        Fault{"TrailingBytes", "{}\n{}", {2, 1}, "not JSON"},
        Fault{"DuplicateKey", "[\n{\"a\":1,\"\\u0061\":2}]", {2, 1}, "key a stands twice"},
        Fault{"InvalidUtf8", "[\"\xC3\x28\"]", {1, 3}, "UTF-8"},
        Fault{"OverlongUtf8", "[\"\xC0\xAF\"]", {1, 3}, "UTF-8"},
        Fault{"SurrogateAsUtf8", "[\"\xED\xA0\x80\"]", {1, 3}, "UTF-8"},
        Fault{"LoneHighSurrogate", R"(["\uD800x"])", {1, 3}, "surrogate"},
        Fault{"LoneLowSurrogate", R"(["\uDC00"])", {1, 3}, "surrogate"},
        Fault{"HighBeforeHigh", R"(["\uD800\uD800"])", {1, 3}, "surrogate"},
        Fault{"EscapedNul", R"(["\u0000"])", {1, 3}, "u0000"},
        Fault{"RawNul", std::string("[1]\0junk", 8), {1, 4}, "NUL"},
        Fault{"TooDeep", "[[[[[[[[[1]]]]]]]]]", {1, 9}, "deeper than 8"},
        Fault{"TooMany", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", {1, 40}, "more than 20"},
        Fault{"TooLong", std::string(1001, ' '), {0, 0}, "1001 bytes"}),
    [](const testing::TestParamInfo<Fault>& each) { return each.param.name; });

TEST(Value, TakesEscapedPairsAndBackslashes) {
    EXPECT_EQ(Value::parse(R"(["\uD83D\uDE00"])")->items()[0].asString(), "😀");
    EXPECT_EQ(Value::parse(R"(["\\uDC00"])")->items()[0].asString(), "\\uDC00");
    EXPECT_EQ(Value::parse(R"(["\\\\"])")->items()[0].asString(), "\\\\");
    EXPECT_TRUE(Value::parse("\xEF\xBB\xBF[]"));
}

/// Random bytes, and random changes of a good document: a value or a failure, and what was read
/// prints and reads back the same.
TEST(Value, AnyBytesGiveAValueOrAFailure) {
    tests::SeededRandom random(7);
    const std::string good = R"({"a":[1,-2.5e3,"x\n\u00e9\uD83D\uDE00é"],"b":{"c":null,"d":true}})";
    int read = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text = good;
        for (std::uint64_t i = 0; i <= random.below(3); ++i) {
            const auto at = static_cast<std::size_t>(random.below(text.size()));
            if (random.below(3) == 0)
                text.erase(at, static_cast<std::size_t>(random.below(4)));
            else
                text[at] = random.below(2) ? static_cast<char>(random.below(256))
                                           : "{}[]\",:\\0u"[random.below(10)];
            if (text.empty()) text = " ";
        }
        const auto value = Value::parse(text);
        if (!value) {
            EXPECT_EQ(value.error().issues.size(), 1U);
            continue;
        }
        ++read;
        const std::string printed = value->json();
        const auto again = Value::parse(printed);
        ASSERT_TRUE(again) << text;
        EXPECT_EQ(again->json(), printed);
    }
    EXPECT_GT(read, 500);
}

}  // namespace
}  // namespace waymark::json
