#include "fhir/model/format.h"

#include <gtest/gtest.h>

namespace waymark::model {
namespace {

struct Case {
    Format format;
    std::vector<std::string> good;
    std::vector<std::string> bad;
};

class Formats : public testing::TestWithParam<Case> {};

TEST_P(Formats, TakeTheirTextsAndNoOthers) {
    for (const std::string& text : GetParam().good) {
        EXPECT_TRUE(matches(GetParam().format, text)) << text;
    }
    for (const std::string& text : GetParam().bad) {
        EXPECT_FALSE(matches(GetParam().format, text)) << text;
    }
    EXPECT_FALSE(expectation(GetParam().format).empty());
}

const std::string kTooLong(1024 * 1024 + 1, 'x');
const std::string kLongest(1024 * 1024, 'x');

INSTANTIATE_TEST_SUITE_P(
    R4, Formats,
    testing::Values(
        Case{Format::Boolean, {"true", "false"}, {"", "TRUE", "1", "true "}},
        Case{Format::Integer,
             {"0", "-0", "7", "-2147483648", "2147483647"},
             {"", "-", "+1", "01", "2147483648", "-2147483649", "1.0", "1e2", "99999999999"}},
        Case{Format::PositiveInt, {"1", "2147483647"}, {"0", "-1", "2147483648", "01"}},
        Case{Format::UnsignedInt, {"0", "1", "2147483647"}, {"-1", "-0", "2147483648", "00"}},
        Case{Format::Decimal,
             {"0", "-0.0", "1.10", "123456789012345678901234567890.5", "1e400", "-1.5E-7"},
             {"", ".5", "5.", "01", "1e", "+1", "NaN", "1 "}},
        Case{Format::String,
             {"x", " ", "a\tb\n", "é", kLongest, "é" + kLongest.substr(1)},
             {"", kTooLong}},
        Case{Format::Xhtml, {kTooLong}, {""}},
        Case{Format::Code,
             {"a", "a b", "a-b c d", "\xC3\xA9"},
             {"", " a", "a ", "a  b", "a\tb", "a\nb", "\ta"}},
        Case{Format::Id,
             {"a", "A-1.b", std::string(64, 'x')},
             {"", "a_b", "a b", "é", std::string(65, 'x')}},
        Case{Format::Uri,
             {"urn:x", "http://example.org/a?b=c#d", "a", "12345678", "123456789"},
             {"", " ", "a b", "http://example.org/with blank", "12345678 ", "a\n"}},
        Case{Format::Oid,
             {"urn:oid:1.2.3", "urn:oid:2.16.840.1", "urn:oid:0.0"},
             {"", "1.2.3", "urn:oid:3.1", "urn:oid:1", "urn:oid:1.02", "urn:oid:1.",
              "urn:oid:1..2"}},
        Case{Format::Uuid,
             {"urn:uuid:1cbdfb97-5859-48a4-8301-d54eab818d68"},
             {"", "1cbdfb97-5859-48a4-8301-d54eab818d68",
              "urn:uuid:1CBDFB97-5859-48a4-8301-d54eab818d68",
              "urn:uuid:1cbdfb97-5859-48a4-8301-d54eab818d6"}},
        Case{Format::Base64,
             {"YQ==", "YWI=", "YWJj", "YWJj YWJj", "YWJj\nYQ=="},
             {"", "Y", "YQ", "YQ=", "Y===", "YQ==YQ==", "YW!j", "===="}},
        Case{Format::Date,
             {"2026", "2026-12", "2024-02-29", "2000-02-29", "0001-01-01"},
             {"", "26", "0000", "2026-13", "2026-00", "2026-1", "2026-02-29", "1900-02-29",
              "2026-04-31", "2026-11-20T", "2026-11-20 ", "2026/11/20"}},
        Case{Format::DateTime,
             {"2026", "2026-11", "2026-11-20", "2026-11-20T10:00:00Z", "2016-12-31T23:59:60Z",
              "2026-11-20T10:00:00.123456+01:00", "2026-11-20T10:00:00-14:00"},
             {"2026-11T10:00:00Z", "2026-11-20T10:00Z", "2026-11-20T10:00:00",
              "2026-11-20T24:00:00Z", "2026-11-20T10:60:00Z", "2026-11-20T10:00:61Z",
              "2026-11-20T10:00:00.Z", "2026-11-20T10:00:00+14:01", "2026-11-20T10:00:00+1:00",
              "2026-02-30T10:00:00Z", "2026-11-20t10:00:00z"}},
        Case{Format::Instant,
             {"2026-11-20T10:00:00Z", "2026-11-20T10:00:00.1+00:00"},
             {"2026-11-20", "2026", "2026-11-20T10:00:00"}},
        Case{Format::Time,
             {"10:00:00", "23:59:59.999"},
             {"", "10:00", "24:00:00", "10:00:00Z", "10:00:00."}}));

TEST(Formats, BelongToEveryPrimitiveTypeOfR4) {
    const Model& r4 = Model::r4();
    int primitives = 0;
    for (TypeId id = 1; id < r4.typeCount(); ++id) {
        const bool isPrimitive = r4.type(id).kind == TypeKind::Primitive;
        EXPECT_EQ(formatOf(r4.type(id).name) != Format::None, isPrimitive) << r4.type(id).name;
        primitives += isPrimitive ? 1 : 0;
    }
    EXPECT_EQ(primitives, 20);
}

}  // namespace
}  // namespace waymark::model
