#include "fhir/json/writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fhir/core/check.h"

namespace waymark::json {
namespace {

TEST(Writer, PlacesCommasAndEscapes) {
    std::string out;
    Writer writer(out);
    writer.beginObject();
    writer.member("a", "x\"\\\n\x01/é");
    writer.member("b", std::int64_t{-1}).member("c", 18446744073709551615ULL).member("d", true);
    writer.key("e").beginArray().null().digits("1.10").number(0.5).endArray();
    writer.key("f").beginObject().endObject();
    writer.memberUnlessEmpty("g", "").memberUnlessEmpty("h", "i");
    writer.key("j").raw("[1]");
    EXPECT_FALSE(writer.complete());
    writer.endObject();
    EXPECT_TRUE(writer.complete());
    EXPECT_EQ(out,
              "{\"a\":\"x\\\"\\\\\\n\\u0001/é\",\"b\":-1,\"c\":18446744073709551615,\"d\":true,"
              "\"e\":[null,1.10,0.5],\"f\":{},\"h\":\"i\",\"j\":[1]}");
}

TEST(Writer, Indents) {
    std::string out;
    Writer writer(out, Layout::Indented);
    writer.beginObject().key("a").beginArray().number(1).number(2).endArray();
    writer.key("b").beginArray().endArray().endObject();
    EXPECT_EQ(out, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
}

TEST(Writer, WritesInvalidUtf8AsReplacement) {
    std::string out;
    Writer(out).string("a\xFFz\xC3");
    EXPECT_EQ(out, "\"a\uFFFDz\uFFFD\"");
}

TEST(Writer, HasNoNumberForNotANumber) {
    std::string out;
    Writer writer(out);
    writer.beginArray().number(std::nan("")).number(std::numeric_limits<double>::infinity());
    writer.endArray();
    EXPECT_EQ(out, "[null,null]");
}

TEST(Writer, RefusesMisuse) {
    std::string out;
    EXPECT_THROW(Writer(out).key("a"), InvariantBroken);
    EXPECT_THROW(Writer(out).endArray(), InvariantBroken);
    EXPECT_THROW(Writer(out).beginObject().number(1), InvariantBroken);
    EXPECT_THROW(Writer(out).beginObject().key("a").endObject(), InvariantBroken);
    EXPECT_THROW(Writer(out).beginObject().endArray(), InvariantBroken);
    EXPECT_THROW(Writer(out).number(1).number(2), InvariantBroken);
}

}  // namespace
}  // namespace waymark::json
