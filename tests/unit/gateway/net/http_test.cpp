#include "gateway/net/http.h"

#include <string>

#include <gtest/gtest.h>

namespace waymark::net {
namespace {

std::string all(const Fields& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        text.append(name).append("=").append(value).append(";");
    }
    return text;
}

TEST(Fields, KeepOrderAndCompareNamesWithoutCase) {
    Fields fields;
    fields.add("Accept", "a");
    fields.add("X-Other", "b");
    fields.add("ACCEPT", "c");
    EXPECT_EQ(all(fields), "Accept=a;X-Other=b;ACCEPT=c;");
    EXPECT_EQ(fields.find("accept"), "a");
    EXPECT_EQ(fields.find("x-OTHER"), "b");
    EXPECT_EQ(fields.find("x-othe"), std::nullopt);
    EXPECT_EQ(fields.size(), 3U);
}

TEST(Fields, SetReplacesAllOfTheName) {
    Fields fields;
    fields.add("A", "1");
    fields.add("B", "2");
    fields.add("a", "3");
    fields.set("A", "4");
    EXPECT_EQ(all(fields), "B=2;A=4;");
    fields.remove("b");
    EXPECT_EQ(all(fields), "A=4;");
}

TEST(Fields, TakeTextFromThemselves) {
    Fields fields;
    fields.add("Location", std::string(300, 'x'));
    for (int i = 0; i < 20; ++i) fields.add("Copy", *fields.find("Location"));
    fields.set("Location", *fields.find("Copy"));
    for (const auto& [name, value] : fields) EXPECT_EQ(value, std::string(300, 'x'));
}

TEST(Fields, AreCopiedWhole) {
    Fields fields;
    fields.add("A", "1");
    const Fields copy = fields;
    fields.set("A", "2");
    EXPECT_EQ(copy.find("A"), "1");
}

}  // namespace
}  // namespace waymark::net
