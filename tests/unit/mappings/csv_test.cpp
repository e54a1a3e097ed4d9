#include "mappings/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waymark::mappings {
namespace {

TEST(Csv, MakesAnObjectOfEachRow) {
    const auto rows = csvRows(
        "\xEF\xBB\xBFname,need,note\r\nAda,\"heating, \"\"bills\"\"\",\r\n\r\n\"B\nC\",x\n,,end");
    ASSERT_TRUE(rows) << rows.error().text();
    EXPECT_EQ(*rows,
              (std::vector<std::string>{R"({"name":"Ada","need":"heating, \"bills\""})",
                                        R"({"name":"B\nC","need":"x"})", R"({"note":"end"})"}));
    EXPECT_EQ(csvRows("a,b\n")->size(), 0U);
}

TEST(Csv, NamesThePlaceOfAFault) {
    struct Case {
        std::string_view text;
        Position at;
        std::string_view says;
    };
    for (const Case& each : {
             Case{"", {1, 1}, "the first row names the columns; there is none"},
             Case{"a,,b\n", {1, 2}, "column 2 has no name"},
             Case{"a,a\n", {1, 2}, "a second column `a`"},
             Case{"a,b\n1,\"2", {2, 3}, "this quote is not closed"},
             Case{"a\nx\"y",
                  {2, 2},
                  "a quote stands in the middle of a cell; a cell with quotes "
                  "begins and ends with one and doubles those within"},
             Case{"a\n\"x\"y", {2, 4}, "a comma or the line's end must follow the closing quote"},
             Case{"a\n1\n1,2\n", {3, 1}, "2 cells under 1 columns"},
         }) {
        const auto rows = csvRows(each.text);
        ASSERT_FALSE(rows) << each.text;
        EXPECT_EQ(rows.error().text(), each.says);
        EXPECT_EQ(rows.error().issues.front().at, each.at) << each.text;
    }
}

/// Whatever the bytes, there is an answer.
TEST(Csv, TakesAnyBytes) {
    std::uint32_t state = 7;
    constexpr std::string_view kBytes = "a,\"\n\r\xEF x";
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 24; ++i) {
            state = state * 1664525U + 1013904223U;
            text += kBytes[(state >> 24U) % kBytes.size()];
        }
        const auto rows = csvRows(text);
        if (!rows) {
            EXPECT_FALSE(rows.error().issues.empty());
        }
    }
}

}  // namespace
}  // namespace waymark::mappings
